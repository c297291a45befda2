// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/code_desk.h"
#include "app/code_inspector.h"
#include "app/code_lab.h"
#include "app/lab_desk.h"
#include "app/run_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/code/code_edit.h"
#include "ui/inspector/alternative_list.h"
#include "ui/inspector/branch_tree_view.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_chips.h"
#include "ui/main_window.h"

namespace phidelity {

/// The window with its code page, panels, the real engine and the demo model. Settings and unsaved
/// texts go to a folder of its own.
struct CodeProgram {
    QTemporaryDir folder;
    ChatController controller;
    MainWindow window;
    EngineThread engine;
    RunDesk runs{&window};
    CodePage* page = nullptr;
    std::unique_ptr<LabDesk> lab;
    std::unique_ptr<CodeDesk> desk;
    std::unique_ptr<CodeInspector> inspector;
    std::unique_ptr<CodeLab> follows;
    InspectorView* panel = nullptr;

    CodeProgram() {
        qputenv("XDG_STATE_HOME", folder.path().toUtf8());
        connectWindow(window, controller);
        connectEngine(engine.engine(), controller);
        lab = std::make_unique<LabDesk>(window, controller,
                                        PresetStore(folder.filePath(QStringLiteral("p.json"))));
        connectLab(engine.engine(), *lab);
        page = addCode(window, runs);
        desk = std::make_unique<CodeDesk>(page, controller.models());
        connectCode(engine.engine(), *desk);
        inspector = std::make_unique<CodeInspector>(page, desk.get(), controller.models());
        panel = addCodeInspector(window, *page, *inspector);
        connectCodeInspector(engine.engine(), *inspector);
        follows = std::make_unique<CodeLab>(page, desk.get(), lab.get());
        controller.newConversation();
        window.resize(1280, 800);
        window.show();
        if (!QTest::qWaitForWindowActive(&window)) {
            qFatal("no window");
        }
        QSignalSpy opened(controller.models(), &ModelDesk::opened);
        controller.models()->setDevice(QStringLiteral("cpu"), 1);
        controller.models()->open({});
        if (opened.isEmpty() && !opened.wait(30000)) {
            qFatal("no model");
        }
        window.showPage(QStringLiteral("code"));
    }
    CodeEdit* edit() { return page->edit(); }
    QString text() { return edit()->toPlainText(); }
    void write(const QString& text) {
        edit()->setPlainText(text);
        edit()->moveCursor(QTextCursor::End);
        edit()->setFocus();
        QCoreApplication::processEvents();
    }
    QString label(const char* name) {
        return window.findChild<QLabel*>(QLatin1String(name))->text();
    }
    QString panelLabel(const char* name) {
        return panel->findChild<QLabel*>(QLatin1String(name))->text();
    }
    TokenChips* chips() { return panel->findChild<TokenChips*>(); }
    const QList<TokenDetail>& tokens() { return chips()->tokens()->tokens(); }
    AlternativeList* others() { return panel->findChild<AlternativeList*>(); }
    BranchTreeView* tree() { return panel->findChild<BranchTreeView*>(); }
    QString tokensText() {
        QByteArray all;
        for (const TokenDetail& token : tokens()) {
            all += token.bytes;
        }
        return QString::fromUtf8(all);
    }
    /// By its key, from the editor.
    void openInspector() {
        QTest::keyClick(edit(), Qt::Key_I, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(panel->isVisible());
    }
    void complete() {
        edit()->setFocus();
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(label("codeSaid").contains(QStringLiteral("probability")), 30000);
        QTRY_VERIFY(!edit()->ghost().isEmpty());
    }
    static void clickRow(QAbstractItemView* list, int row) {
        const QModelIndex index = list->model()->index(row, 0);
        list->scrollTo(index);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::NoModifier,
                          list->visualRect(index).center());
    }
    /// A whole word, another than the one that stands there.
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
};

} // namespace phidelity
