// SPDX-License-Identifier: MIT
// Draws the window in its states into PNG files, to be looked at. See --help.
#include <algorithm>
#include <cstdio>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QSettings>
#include <QTemporaryDir>
#include <QWidget>

#include "engine/messages.h"
#include "states.h"
#include "ui/theme.h"

using namespace phidelity;
using namespace phidelity::screenshots;

namespace {

struct Wish {
    QString folder;
    QStringList states; ///< beginnings of names; none = all
    bool listed = false;
};

/// Ends the program for --help and wrong usage, before anything is drawn.
Wish readWish(const QStringList& words) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Draws every page and state of the window into FOLDER, to be looked at: light and dark, "
        "1280x800 and 640x480. Needs no display."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QStringLiteral("Shows this."));
    const QCommandLineOption list(QStringLiteral("list"), QStringLiteral("Lists the states."));
    parser.addOptions({help, list});
    parser.addPositionalArgument(QStringLiteral("FOLDER"), QStringLiteral("Where they go."));
    parser.addPositionalArgument(
        QStringLiteral("STATE"),
        QStringLiteral("Only those whose names begin so: \"lab\", \"code-find\"."),
        QStringLiteral("[STATE...]"));
    const bool understood = parser.parse(words);
    if (understood && parser.isSet(help)) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        std::exit(0);
    }
    QStringList rest = parser.positionalArguments();
    if (!understood || (rest.isEmpty() && !parser.isSet(list))) {
        std::fprintf(stderr, "screenshots: %s; see --help\n",
                     understood ? "no FOLDER" : qPrintable(parser.errorText()));
        std::exit(2);
    }
    if (parser.isSet(list)) {
        return {{}, {}, true};
    }
    const QString folder = rest.takeFirst();
    return {folder, rest, false};
}

QList<State> allStates() {
    return chatStates() + askedStates() + textStates() + dialogStates() + playgroundStates() +
           playgroundLiveStates() + labStates() + inspectorStates() + codeStates() +
           codeCommandStates();
}

bool isWanted(const QString& name, const QStringList& wanted) {
    return wanted.isEmpty() || std::any_of(wanted.begin(), wanted.end(), [&](const QString& each) {
               return name.startsWith(each);
           });
}

} // namespace

int main(int argc, char** argv) {
    if (qgetenv("QT_QPA_PLATFORM").isEmpty()) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QCoreApplication::setApplicationName(QStringLiteral("screenshots"));
    // Nobody's own settings and texts are shown, or changed.
    const QTemporaryDir own;
    qputenv("XDG_STATE_HOME", own.path().toUtf8());
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, own.path());
    QApplication application(argc, argv);
    registerEngineMessages();
    const Wish wish = readWish(QApplication::arguments());
    const QList<State> states = allStates();
    if (wish.listed) {
        for (const State& state : states) {
            std::puts(qPrintable(state.name));
        }
        return 0;
    }
    if (!QDir().mkpath(wish.folder)) {
        std::fprintf(stderr, "screenshots: cannot make %s\n", qPrintable(wish.folder));
        return 1;
    }
    const std::pair<QString, QSize> sizes[] = {{QStringLiteral("wide"), {1280, 800}},
                                               {QStringLiteral("small"), {640, 480}}};
    int drawn = 0;
    bool failed = false;
    for (const Appearance look : {Appearance::Light, Appearance::Dark}) {
        applyAppearance(application, look);
        for (const auto& [sizeName, size] : sizes) {
            for (const State& state : states) {
                if (!isWanted(state.name, wish.states)) {
                    continue;
                }
                const QString file = QStringLiteral("%1/%2-%3-%4.png")
                                         .arg(wish.folder, state.name, sizeName,
                                              look == Appearance::Light ? QStringLiteral("light")
                                                                        : QStringLiteral("dark"));
                state.draw(size, [&](QWidget* shown) {
                    ++drawn;
                    if (!shown->grab().save(file)) {
                        std::fprintf(stderr, "screenshots: cannot write %s\n", qPrintable(file));
                        failed = true;
                    }
                });
            }
        }
    }
    if (drawn == 0) {
        std::fputs("screenshots: no state has such a name; see --list\n", stderr);
        return 2;
    }
    return failed ? 1 : 0;
}
