// SPDX-License-Identifier: MIT
// Draws the window while the embedded demo model answers: readme_screenshots FOLDER writes
// light.png and dark.png there.
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QTextStream>

#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/chat_page.h"
#include "ui/main_window.h"
#include "ui/message_model.h"
#include "ui/settings_panel.h"
#include "ui/theme.h"

using namespace phidelity;

namespace {

constexpr int kPatienceMs = 60000;

struct Session {
    ChatController controller;
    MainWindow window;
    EngineThread engine;

    Session() {
        connectWindow(window, controller);
        connectEngine(engine.engine(), controller);
        controller.newConversation();
        GenerationSettings settings;
        settings.temperature = 0;
        controller.setSettings(settings);
        window.settings()->setSettings(settings);
        window.resize(1280, 800);
        window.show();
        controller.models()->open({});
    }

    /// Until the last message ends, or has so many characters.
    bool wait(qsizetype characters) {
        const MessageModel& messages = *window.page()->messages();
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < kPatienceMs) {
            QApplication::processEvents(QEventLoop::AllEvents, 5);
            const Message& last = messages.at(messages.rowCount() - 1);
            const bool ended =
                last.state != MessageState::Writing && last.state != MessageState::Waiting;
            if (ended || last.text.size() >= characters) {
                return last.state != MessageState::Failed;
            }
        }
        return false;
    }
};

bool draw(Appearance look, const QString& file) {
    applyAppearance(*qApp, look);
    Session session;
    emit session.window.submitted(QStringLiteral("Hello! Who are you?"));
    if (!session.wait(1 << 20)) {
        return false;
    }
    emit session.window.submitted(
        QStringLiteral("Write a Python function that returns the sum of a list."));
    if (!session.wait(105)) {
        return false;
    }
    // Labels take the width of their new text, and nothing more arrives meanwhile.
    QApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    return session.window.grab().save(file);
}

} // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    registerEngineMessages();
    if (QApplication::arguments().size() != 2) {
        QTextStream(stderr) << "readme_screenshots FOLDER\n";
        return 2;
    }
    const QDir folder(QApplication::arguments().at(1));
    const bool good = folder.mkpath(QStringLiteral(".")) &&
                      draw(Appearance::Light, folder.filePath(QStringLiteral("light.png"))) &&
                      draw(Appearance::Dark, folder.filePath(QStringLiteral("dark.png")));
    if (!good) {
        QTextStream(stderr) << "readme_screenshots: the pictures could not be made\n";
    }
    return good ? 0 : 1;
}
