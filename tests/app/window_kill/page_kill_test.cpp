// SPDX-License-Identifier: MIT
// The window program is killed (SIGKILL) at random moments while somebody types into pages of the
// playground and the model goes on there, and started again on the same folder: of what was typed
// and written at most the last second is lost, no page is damaged, and one of them is shown.
//
// PHIDELITY_KILLS sets the number of times, 8 if it is not set.
#include <algorithm>
#include <csignal>

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include "playground/page_files.h"

using namespace phidelity;

namespace {

constexpr int kStartMs = 60'000; ///< after this a start has failed
/// The promise is a second; what is over it is the time that a slow disk takes.
constexpr double kMostLostMs = 1'500;

/// A page as it was shown: when it had which length, in ms that the program has had.
struct Shown {
    int page = 0;
    QString text;
    QList<std::pair<double, qsizetype>> lengths;
};

/// What came of one run of the program.
struct Run {
    qint64 process = 0;
    QList<Shown> shown;
    QString restored;
    bool ready = false;
    double killedAt = 0; ///< in ms that the program has had
};

void note(Run& run, const QJsonObject& line) {
    run.killedAt = std::max(run.killedAt, line.value("at").toDouble());
    if (line.contains("ready")) {
        run.ready = true;
        run.restored = line.value("ready").toString();
    }
    if (!line.contains("page")) {
        return;
    }
    const int page = line.value("page").toInt();
    if (run.shown.isEmpty() || run.shown.last().page != page) {
        run.shown.append({page, {}, {}});
    }
    Shown& shown = run.shown.last();
    shown.text = shown.text.left(line.value("from").toInt()) + line.value("text").toString();
    shown.lengths.append({line.value("at").toDouble(), shown.text.size()});
}

} // namespace

class PageKillTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    [[nodiscard]] QString path(const char* name) const {
        return m_folder.filePath(QLatin1String(name));
    }

    void startProgram(QProcess& process) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("QT_QPA_PLATFORM", "offscreen");
        environment.insert("QT_PLUGIN_PATH", PHIDELITY_TYPIST_DIR);
        environment.insert("QT_QPA_GENERIC_PLUGINS", "pagetypist");
        environment.insert("XDG_CONFIG_HOME", path("config"));
        environment.insert("XDG_RUNTIME_DIR", path("runtime"));
        environment.insert("XDG_CACHE_HOME", path("cache"));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(PHIDELITY_BIN_DIR "/phidelity"),
                      {"--data", path("data"), "--device", "cpu", "--threads", "1"});
    }

    static void drain(QProcess& process, Run& run) {
        while (process.canReadLine()) {
            note(run, QJsonDocument::fromJson(process.readLine()).object());
        }
    }

    /// Starts the program and ends it after it was ready and had so many ms for itself.
    Run runUntilKilled(double hadMs) const {
        Run run;
        QProcess process;
        startProgram(process);
        run.process = process.processId();
        QElapsedTimer timer;
        timer.start();
        while (!run.ready && timer.elapsed() < kStartMs) {
            process.waitForReadyRead(100);
            drain(process, run);
        }
        const double end = run.killedAt + hadMs;
        while (run.ready && run.killedAt < end && timer.elapsed() < 2 * kStartMs) {
            process.waitForReadyRead(20);
            drain(process, run);
        }
        ::kill(static_cast<pid_t>(run.process), SIGKILL);
        process.waitForFinished(10'000);
        drain(process, run);
        const QByteArray complaints = process.readAllStandardError();
        if (!complaints.isEmpty()) {
            qWarning("%s", complaints.constData());
        }
        return run;
    }

    /// Texts of all pages. An empty list where one is damaged.
    [[nodiscard]] QStringList kept() const {
        QStringList unreadable;
        QStringList texts;
        const QString folder = path("data") + QStringLiteral("/playground");
        for (const PlayPage& page : PageFiles(folder).load(&unreadable)) {
            texts.append(textOf(page.shown().pieces));
        }
        return unreadable.isEmpty() ? texts : QStringList();
    }

    double m_mostLostMs = 0;
    int m_inTheMiddle = 0; ///< kills that took some of a text away

    void verify(const Run& run, const QStringList& texts, bool isNew) {
        for (const Shown& shown : run.shown) {
            const QString name = QStringLiteral("Page %1-%2:").arg(run.process).arg(shown.page);
            const auto found = std::find_if(texts.begin(), texts.end(), [&](const QString& text) {
                return text.startsWith(name) ||
                       (shown.text.startsWith(text) && !text.isEmpty() && name.startsWith(text));
            });
            const QString text = found == texts.end() ? QString() : *found;
            // It may have been kept a moment before it was told.
            QVERIFY2(text.startsWith(shown.text) || shown.text.startsWith(text),
                     qPrintable(shown.text + u'\n' + text));
            for (const auto& [at, length] : shown.lengths) {
                if (length > text.size()) {
                    const double lost = run.killedAt - at;
                    m_mostLostMs = std::max(m_mostLostMs, lost);
                    m_inTheMiddle += isNew ? 1 : 0;
                    QVERIFY2(
                        lost <= kMostLostMs,
                        qPrintable(QStringLiteral("%1 text of %2 ms is lost").arg(name).arg(lost)));
                    break;
                }
            }
        }
    }

private slots:
    void initTestCase() {
        QVERIFY(QDir().mkpath(path("config/phidelity")) && QDir().mkpath(path("runtime")));
        QFile::setPermissions(path("runtime"),
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QFile preferences(path("config/phidelity/phidelity.ini"));
        QVERIFY(preferences.open(QIODevice::WriteOnly));
        // What is written goes on to its limit.
        preferences.write(
            "[chat]\nformat=raw\nsettings=\"{\\\"max_tokens\\\":200,\\\"logit_bias\\\":"
            "[[2009,\\\"-inf\\\"]],\\\"temperature\\\":0.9}\"\n");
    }

    void atMostTheLastSecondOfAPageIsLostByAKill() {
        const int kills = qEnvironmentVariable("PHIDELITY_KILLS", QStringLiteral("8")).toInt();
        QStringList before;
        QList<Run> all;
        qsizetype pages = 0;
        for (int round = 0; round < kills; ++round) {
            const Run run = runUntilKilled(200 + QRandomGenerator::global()->bounded(2500));
            QVERIFY2(run.ready, "the window did not come up");
            QVERIFY2(run.restored.isEmpty() || before.contains(run.restored),
                     qPrintable(run.restored));
            before = kept();
            pages += run.shown.size();
            QVERIFY2(run.shown.isEmpty() || !before.isEmpty(),
                     "a page is damaged, or none is there");
            all.append(run);
            for (const Run& one : std::as_const(all)) {
                verify(one, before, &one == &all.last());
                if (QTest::currentTestFailed()) {
                    return;
                }
            }
        }
        qInfo("%d kills, %lld pages shown, %lld kept; %d texts cut, of the worst %.0f ms lost",
              kills, static_cast<long long>(pages), static_cast<long long>(before.size()),
              m_inTheMiddle, m_mostLostMs);
        QVERIFY(pages >= kills);
    }
};

QTEST_GUILESS_MAIN(PageKillTest)
#include "page_kill_test.moc"
