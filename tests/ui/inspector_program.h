// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <memory>
#include <optional>

#include <QAbstractButton>
#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "app/inspector_wiring.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "store/store_thread.h"
#include "ui/chat_page.h"
#include "ui/inspector/alternative_list.h"
#include "ui/inspector/branch_tree_view.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_chips.h"
#include "ui/message_model.h"
#include "ui/message_view.h"

namespace phidelity {

/// The window with the token inspector, the real engine and the demo model, and a store in
/// `folder`.
struct InspectorProgram {
    ChatController controller;
    MainWindow window;
    StoreThread store;
    std::optional<EngineThread> engine{std::in_place};
    ReplayDesk replays{&window, &controller};
    InspectorDesk desk{&controller};
    InspectorView* panel = nullptr;
    std::optional<ReplayEnded> replayed;
    QList<GenerationEnded> ended;
    QStringList notices;

    explicit InspectorProgram(const QString& folder) : store(folder) {
        connectWindow(window, controller);
        connectEngine(engine->engine(), controller);
        connectStore(store.worker(), controller, &window);
        connectReplay(engine->engine(), window, replays);
        panel = addInspector(window, desk);
        connectInspector(engine->engine(), desk);
        QObject::connect(&engine->engine(), &Engine::replayEnded, &window,
                         [this](const ReplayEnded& end) { replayed = end; });
        QObject::connect(&controller, &ChatController::noticeRaised, &window,
                         [this](const QString& sentence) { notices.append(sentence); });
        QObject::connect(&engine->engine(), &Engine::generationEnded, &window,
                         [this](const GenerationEnded& end) { ended.append(end); });
        GenerationSettings settings;
        settings.temperature = 0;
        settings.maxTokens = 12;
        controller.setSettings(settings);
        controller.newConversation();
        window.resize(1200, 800);
        window.show();
        if (!QTest::qWaitForWindowActive(&window)) {
            qFatal("no window");
        }
        // Nobody types before the store has answered; a test would.
        QSignalSpy listed(controller.library(), &Library::listed);
        store.start();
        if (listed.isEmpty() && !listed.wait(30000)) {
            qFatal("no store");
        }
        controller.models()->setDevice(QStringLiteral("cpu"), 2);
        controller.models()->open({});
    }
    ~InspectorProgram() {
        window.close();
        engine.reset();
        QCoreApplication::sendPostedEvents(&controller);
        controller.library()->keeper().flush();
        store.finish();
    }
    MessageModel* messages() { return window.page()->messages(); }
    MessageView* view() { return window.page()->view(); }
    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = window.findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    TokenChips* chips() { return find<TokenChips>("tokenChips"); }
    const QList<TokenDetail>& tokens() { return chips()->tokens()->tokens(); }
    AlternativeList* others() { return find<AlternativeList>("alternatives"); }
    BranchTreeView* tree() { return find<BranchTreeView>("branchTree"); }
    QString text(const char* label) { return find<QLabel>(label)->text(); }

    bool isDone() {
        const int last = messages()->rowCount() - 1;
        return last >= 0 && isEndedReply(messages()->at(last)) &&
               controller.library()->keeper().state() == KeptState::Kept;
    }
    void say(const QString& text) {
        auto* edit = find<QPlainTextEdit>("composerEdit");
        edit->setFocus();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(isDone(), 60000);
    }
    void openInspector() {
        QAction* toggle = find<QAction>("actionInspector");
        if (!toggle->isChecked()) {
            QTest::keyClick(&window, Qt::Key_I, Qt::ControlModifier | Qt::ShiftModifier);
        }
        QTRY_VERIFY(panel->isVisible());
    }
    /// All is known of every token but a text's first.
    bool isKnown() {
        return !tokens().isEmpty() &&
               std::all_of(tokens().begin() + 1, tokens().end(), [](const TokenDetail& token) {
                   return token.rank >= 0 && !std::isnan(token.entropy) && token.top.size() == 20;
               });
    }
    QByteArray bytes() {
        QByteArray all;
        for (const TokenDetail& token : tokens()) {
            all += token.bytes;
        }
        return all;
    }
    QString reply(int row) { return messages()->at(row).text; }
    static void clickRow(QAbstractItemView* list, int row) {
        const QModelIndex index = list->model()->index(row, 0);
        list->scrollTo(index);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::NoModifier,
                          list->visualRect(index).center());
    }
    void clickText(int row, qsizetype offset) {
        const QRect place = view()->textRect(row, offset, offset + 1);
        QTest::mouseClick(view()->viewport(), Qt::LeftButton, Qt::NoModifier, place.center());
    }
    /// The first alternative of a token that is a word and not the one that was chosen.
    int otherWord(int token) {
        const TokenDetail& detail = tokens().at(token);
        for (int at = 0; at < detail.top.size(); ++at) {
            const TokenAlternative& other = detail.top.at(at);
            if (other.id != detail.id && other.bytes.trimmed().size() > 1 &&
                !other.bytes.contains('\n')) {
                return at;
            }
        }
        return -1;
    }
    void branchAt(int token, int row) {
        clickRow(chips(), token);
        clickRow(others(), row);
    }
};

} // namespace phidelity
