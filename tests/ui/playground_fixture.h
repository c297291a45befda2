// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QTest>

#include "app/playground_wiring.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/elided_label.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_chips.h"
#include "ui/playground/play_edit.h"

namespace phidelity {

/// The window with the playground, the real engine and the embedded demo model.
struct PlaygroundProgram {
    ChatController controller;
    MainWindow window;
    std::unique_ptr<EngineThread> engine = std::make_unique<EngineThread>();
    PlaygroundDesk desk;
    PlaygroundPage* page;
    QList<GenerationEnded> ended;

    explicit PlaygroundProgram(const QString& folder) : desk(controller.models(), folder) {
        connectWindow(window, controller);
        connectEngine(engine->engine(), controller);
        controller.newConversation();
        page = addPlayground(window, controller, desk);
        connectPlaygroundEngine(engine->engine(), desk);
        QObject::connect(&engine->engine(), &Engine::generationEnded, &window,
                         [this](const GenerationEnded& end) { ended.append(end); });
        setLength(24);
        window.showPage(QStringLiteral("playground"));
        window.resize(1100, 700);
        window.show();
        controller.models()->open({});
    }
    ~PlaygroundProgram() { engine.reset(); }
    void setLength(int tokens, double temperature = 0) {
        GenerationSettings settings;
        settings.temperature = temperature;
        settings.maxTokens = tokens;
        controller.setSettings(settings);
        desk.setSettings(settings);
    }
    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = window.findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    PlayEdit* edit() { return page->edit(); }
    QString text() { return edit()->toPlainText(); }
    [[nodiscard]] bool isReady() { return controller.models()->isReady(); }
    [[nodiscard]] bool isIdle() const { return !desk.isBusy(); }
    [[nodiscard]] const PlayBranch& branch() const { return desk.pages().first().shown(); }
    QString note() { return find<ElidedLabel>("playNote")->text(); }
    void paste(const QString& text) {
        QGuiApplication::clipboard()->setText(text);
        key(Qt::Key_V);
    }
    void press(const char* button) {
        QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton);
        QApplication::processEvents();
    }
    /// The panel of the playground, opened by its shortcut.
    InspectorView* openInspector() {
        auto* panel = find<InspectorView>("playgroundInspector");
        if (!panel->isVisible()) {
            find<QAction>("playActionInspector")->trigger();
            QApplication::processEvents();
        }
        return panel;
    }
    TokenChips* chips() { return openInspector()->findChild<TokenChips*>(); }
    QAbstractItemView* others() {
        return openInspector()->findChild<QAbstractItemView*>(QStringLiteral("alternatives"));
    }
    QList<TokenDetail> tokens() { return chips()->tokens()->tokens(); }
    void clickRow(QAbstractItemView* view, int row) {
        const QModelIndex index = view->model()->index(row, 0);
        view->scrollTo(index);
        QApplication::processEvents();
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(index).center());
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::ControlModifier) {
        QTest::keyClick(edit(), key, modifiers);
        QApplication::processEvents();
    }
};

} // namespace phidelity
