// SPDX-License-Identifier: MIT
// The window program: owns everything, connects everything.
#include <cstdio>
#include <optional>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QMessageBox>

#include "app/chat_controller.h"
#include "app/code_command_desk.h"
#include "app/code_desk.h"
#include "app/code_inspector.h"
#include "app/code_lab.h"
#include "app/inspector_wiring.h"
#include "app/lab_desk.h"
#include "app/playground_wiring.h"
#include "app/preferences.h"
#include "app/run_desk.h"
#include "app/single_instance.h"
#include "app/store_end.h"
#include "app/switches.h"
#include "app/wiring.h"
#include "engine/build_id.h"
#include "engine/engine_thread.h"
#include "store/store_thread.h"
#include "ui/icon.h"
#include "ui/main_window.h"
#include "ui/settings_panel.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

/// Qt would end the program by a signal where it finds no display; this says what is missing.
bool hasDisplay() {
#ifdef Q_OS_LINUX
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(name)) {
            return true;
        }
    }
    return false;
#else
    return true;
#endif
}

struct Arguments {
    std::optional<QString> device; ///< goes before what was picked in the window
    int threads = 0;
    QString data; ///< the folder of the conversations
    QString model;
};

/// Ends the program for --help, --version and wrong usage, before anything is opened.
Arguments readArguments(const QStringList& words) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("A window to talk with Phi-2 on your own machine."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({
        {QStringLiteral("device"),
         QStringLiteral("Run on this device: auto, cpu, vulkan[:n] or cuda[:n]; for this time "
                        "only, whatever was chosen in the window."),
         QStringLiteral("name")},
        {QStringLiteral("threads"), QStringLiteral("Use this many processor threads (0: choose)."),
         QStringLiteral("count"), QStringLiteral("0")},
        {QStringLiteral("data"), QStringLiteral("Keep conversations in this folder."),
         QStringLiteral("folder")},
    });
    parser.addPositionalArgument(
        QStringLiteral("MODEL"),
        QStringLiteral("A GGUF file or a model folder; left out, the demo model inside."),
        QStringLiteral("[MODEL]"));
    const auto refuse = [](const QString& why) {
        std::fprintf(stderr, "phidelity: %s\n", qPrintable(why));
        std::exit(2);
    };
    if (!parser.parse(words)) {
        refuse(parser.errorText());
    }
    if (parser.isSet(QStringLiteral("help"))) {
        parser.showHelp(0);
    }
    if (parser.isSet(QStringLiteral("version"))) {
        parser.showVersion();
    }
    Arguments arguments;
    bool number = false;
    if (parser.isSet(QStringLiteral("device"))) {
        arguments.device = parser.value(QStringLiteral("device"));
    }
    arguments.threads = parser.value(QStringLiteral("threads")).toInt(&number);
    arguments.data = parser.value(QStringLiteral("data"));
    if (arguments.data.isEmpty()) {
        arguments.data = StoreThread::defaultFolder();
    }
    const QStringList models = parser.positionalArguments();
    if (!number || arguments.threads < 0) {
        refuse(QStringLiteral("--threads wants a whole number, 0 or more"));
    }
    if (models.size() > 1) {
        refuse(QStringLiteral("only one model can be opened at a time"));
    }
    if (!models.isEmpty()) {
        arguments.model = QDir::current().absoluteFilePath(models.front());
    }
    return arguments;
}

/// Brings the window to the front for another start that has ended.
void raiseWindow(MainWindow& window, const QByteArray& activationToken) {
    // Where Qt looks for the right to take the focus under Wayland.
    qputenv("XDG_ACTIVATION_TOKEN", activationToken);
    window.setWindowState(window.windowState() & ~Qt::WindowMinimized);
    window.show();
    window.raise();
    window.activateWindow();
}

int run(QApplication& application, const Arguments& arguments, const SingleInstance& instance) {
    registerEngineMessages();
    registerStoreMessages();
    Preferences preferences = loadPreferences();
    applyAppearance(application, preferences.window.appearance);
    applyZoom(application, preferences.window.zoom);

    // Destroyed from the last to the first: the engine thread ends before what it reports to.
    ChatController controller;
    MainWindow window;
    StoreThread store(arguments.data);
    std::optional<EngineThread> engine(std::in_place);

    connectWindow(window, controller);
    connectEngine(engine->engine(), controller);
    connectDevices(engine->engine(), window);
    connectStore(store.worker(), controller, &window);
    TranscriptSource source(&controller);
    TranscriptDesk desk(&window);
    connectTranscripts(window, source, desk);
    FormatDesk formats(&window, FormatDesk::defaultPath());
    connectFormats(window, controller, formats);
    RunDesk runs(&window);
    connectRuns(window, runs);
    ReplayDesk replays(&window, &controller);
    connectReplay(engine->engine(), window, replays);
    LabDesk lab(window, controller);
    connectLab(engine->engine(), lab);
    InspectorDesk inspector(&controller);
    addInspector(window, inspector);
    connectInspector(engine->engine(), inspector);
    TranscriptHabits habits{preferences.transcriptFolder, {}};
    habits.choice.options.paper = preferences.paper;
    desk.setHabits(habits);
    QObject::connect(&window, &MainWindow::appearanceChosen, &application,
                     [&](Appearance look) { applyAppearance(application, look); });
    QObject::connect(&window, &MainWindow::zoomChosen, &application,
                     [&](double factor) { applyZoom(application, factor); });
    QObject::connect(&window, &MainWindow::closing, &application, [&] {
        savePreferences({window.state(), controller.settings(), controller.format(),
                         controller.models()->devicePick(), desk.habits().folder,
                         desk.habits().choice.options.paper});
    });

    QObject::connect(&instance, &SingleInstance::started, &window, [&](const StartRequest& start) {
        raiseWindow(window, start.activationToken);
        if (!start.model.isEmpty()) {
            controller.models()->open(start.model);
        }
    });

    controller.models()->setDevice(preferences.device.id, arguments.threads);
    controller.models()->setDevicePick(preferences.device);
    if (arguments.device) {
        controller.models()->setDevice(*arguments.device, arguments.threads);
    }
    controller.setSettings(preferences.settings);
    controller.setFormat(preferences.format);
    window.settings()->setSettings(preferences.settings);
    window.setFormat(preferences.format);
    PlaygroundDesk playground(controller.models(),
                              QDir(arguments.data).filePath(QStringLiteral("playground")));
    const PlaygroundPage* pages = addPlayground(window, controller, playground);
    QObject::connect(pages, &PlaygroundPage::edited, &lab,
                     [&lab](const QString&, int, const QList<TextPiece>& pieces, qsizetype cursor) {
                         lab.setPageText(QStringLiteral("playground"), textOf(pieces).left(cursor));
                     });
    connectPlaygroundEngine(engine->engine(), playground);
    CodePage* codePage = addCode(window, runs);
    CodeDesk coding(codePage, controller.models());
    connectCode(engine->engine(), coding);
    CodeInspector codeInspector(codePage, &coding, controller.models());
    addCodeInspector(window, *codePage, codeInspector);
    connectCodeInspector(engine->engine(), codeInspector);
    const CodeLab codeLab(codePage, &coding, &lab);
    CodeCommandDesk commands(codePage, controller.models());
    connectCodeCommands(engine->engine(), commands);
    rememberSwitch(window, QStringLiteral("actionArithmetic"), QStringLiteral("chat/arithmetic"));
    window.setState(preferences.window);
    controller.newConversation();
    window.show();
    store.start();
    controller.models()->open(arguments.model);
    const int code = QApplication::exec();
    // The engine's last words belong to the reply that was being written.
    engine.reset();
    QCoreApplication::sendPostedEvents(&controller);
    QCoreApplication::sendPostedEvents(&playground);
    playground.flush();
    controller.library()->keeper().flush();
    const int kept = endStore(store);
    return code != 0 ? code : kept;
}

} // namespace

} // namespace phidelity

int main(int argc, char** argv) {
    using namespace phidelity;
    QCoreApplication::setApplicationName(QStringLiteral("phidelity"));
    QCoreApplication::setApplicationVersion(buildId());
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Phidelity"));
    QGuiApplication::setDesktopFileName(QStringLiteral("phidelity"));
    const QStringList words = [&] {
        QStringList list;
        for (int index = 0; index < argc; ++index) {
            list.append(QString::fromLocal8Bit(argv[index]));
        }
        return list;
    }();
    const bool asksOnly =
        words.contains(QStringLiteral("--help")) || words.contains(QStringLiteral("-h")) ||
        words.contains(QStringLiteral("--version")) || words.contains(QStringLiteral("-v"));
    if (asksOnly || !hasDisplay()) {
        const QCoreApplication textOnly(argc, argv);
        readArguments(QCoreApplication::arguments());
        std::fputs("phidelity: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); "
                   "phidelity-cli works in a terminal\n",
                   stderr);
        return 1;
    }
    QApplication application(argc, argv);
    const Arguments arguments = readArguments(QCoreApplication::arguments());
    // Outlives the window: until everything is kept, another start waits.
    SingleInstance instance(arguments.data);
    switch (instance.claim({arguments.model, qgetenv("XDG_ACTIVATION_TOKEN")})) {
    case SingleInstance::Role::First:
        return run(application, arguments, instance);
    case SingleInstance::Role::Second:
        return 0;
    case SingleInstance::Role::NoAnswer:
        break;
    }
    const QString sentence =
        QStringLiteral("Phidelity is running already but does not answer. End it, or start with "
                       "another folder (--data).");
    std::fprintf(stderr, "phidelity: %s\n", qPrintable(sentence));
    QMessageBox::critical(nullptr, QStringLiteral("Phidelity"), sentence);
    return 1;
}
