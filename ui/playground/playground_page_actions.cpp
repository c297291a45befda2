// SPDX-License-Identifier: MIT
// The commands of the playground: in its menu, by key and in the palette.
#include <QActionGroup>
#include <QTabBar>
#include <QToolButton>

#include "ui/icon.h"
#include "ui/playground/play_bar.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/playground_page.h"

namespace phidelity {

QAction* PlaygroundPage::addCommand(const char* name, const QString& text,
                                    const QKeySequence& shortcut) {
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(shortcut);
    addAction(action);
    return action;
}

void PlaygroundPage::addLine() {
    auto* line = new QAction(this);
    line->setSeparator(true);
    addAction(line);
}

void PlaygroundPage::buildActions() {
    const auto key = [](int code) { return QKeySequence(code); };
    m_writeAction = addCommand("playActionWrite", tr("&Write On from Here"),
                               key(int(Qt::CTRL) | int(Qt::Key_Return)));
    connect(m_writeAction, &QAction::triggered, this, [this] { write(1); });
    m_manyAction = addCommand("playActionMany", tr("Write &Several Continuations"),
                              key(int(Qt::CTRL) | int(Qt::SHIFT) | int(Qt::Key_Return)));
    connect(m_manyAction, &QAction::triggered, this,
            [this] { write(m_bar->count() > 1 ? m_bar->count() : 4); });
    m_stopAction = addCommand("playActionStop", tr("S&top"), {});
    connect(m_stopAction, &QAction::triggered, this, &PlaygroundPage::stopRequested);
    m_scoreAction = addCommand("playActionScore", tr("S&core Text or Selection"),
                               key(int(Qt::CTRL) | int(Qt::SHIFT) | int(Qt::Key_E)));
    connect(m_scoreAction, &QAction::triggered, this, &PlaygroundPage::score);
    m_compareAction =
        addCommand("playActionCompare", tr("&Compare…"), key(int(Qt::CTRL) | int(Qt::Key_D)));
    connect(m_compareAction, &QAction::triggered, this, [this] {
        tellEdited();
        emit compareRequested(m_edit->writingPlace().prompt);
    });
    addLine();
    QAction* fresh =
        addCommand("playActionNew", tr("&New Page"), key(int(Qt::CTRL) | int(Qt::Key_T)));
    fresh->setIcon(icon(QStringLiteral("new")));
    fresh->setIconVisibleInMenu(false);
    connect(fresh, &QAction::triggered, this, [this] {
        tellEdited();
        emit newPageRequested();
    });
    m_new->setDefaultAction(fresh);
    m_new->setToolButtonStyle(Qt::ToolButtonIconOnly);
    m_new->setAccessibleName(tr("New page"));
    m_new->setToolTip(tr("New page (Ctrl+T)"));
    m_closeAction =
        addCommand("playActionClose", tr("C&lose Page"), key(int(Qt::CTRL) | int(Qt::Key_W)));
    connect(m_closeAction, &QAction::triggered, this, [this] { closeTab(m_tabs->currentIndex()); });
    QAction* again = addCommand("playActionReopen", tr("&Open Closed Page Again"),
                                key(int(Qt::CTRL) | int(Qt::SHIFT) | int(Qt::Key_T)));
    connect(again, &QAction::triggered, this, &PlaygroundPage::reopenRequested);
    QAction* next = addCommand("playActionNextPage", tr("Ne&xt Page"),
                               key(int(Qt::CTRL) | int(Qt::Key_PageDown)));
    connect(next, &QAction::triggered, this, [this] { stepTab(1); });
    QAction* previous = addCommand("playActionPreviousPage", tr("Pre&vious Page"),
                                   key(int(Qt::CTRL) | int(Qt::Key_PageUp)));
    connect(previous, &QAction::triggered, this, [this] { stepTab(-1); });
    addLine();
    QAction* fork = addCommand("playActionFork", tr("New &Branch of This Page"),
                               key(int(Qt::CTRL) | int(Qt::Key_B)));
    fork->setIcon(icon(QStringLiteral("branch")));
    connect(fork, &QAction::triggered, this, [this] {
        if (const PlayPage* page = shown()) {
            tellEdited();
            emit forkRequested(page->id);
        }
    });
    QAction* nextBranch = addCommand("playActionNextBranch", tr("Next B&ranch"),
                                     key(int(Qt::ALT) | int(Qt::Key_PageDown)));
    connect(nextBranch, &QAction::triggered, this, [this] { stepBranch(1); });
    QAction* previousBranch = addCommand("playActionPreviousBranch", tr("Previous Br&anch"),
                                         key(int(Qt::ALT) | int(Qt::Key_PageUp)));
    connect(previousBranch, &QAction::triggered, this, [this] { stepBranch(-1); });
    m_removeAction = addCommand("playActionRemoveBranch", tr("&Delete This Branch"), {});
    connect(m_removeAction, &QAction::triggered, this, [this] {
        if (const PlayPage* page = shown()) {
            removeBranch(page->current);
        }
    });
    m_restoreAction = addCommand("playActionRestoreBranch", tr("Bring Back Deleted Bra&nch"), {});
    connect(m_restoreAction, &QAction::triggered, this, [this] {
        if (const PlayPage* page = shown()) {
            tellEdited();
            emit restoreLastRequested(page->id);
        }
    });
    addLine();
    auto* measures = new QActionGroup(this);
    const std::pair<TokenMeasure, QString> kinds[] = {
        {TokenMeasure::None, tr("No Token Colours")},
        {TokenMeasure::Probability, tr("Colour by &Probability")},
        {TokenMeasure::Uncertainty, tr("Colour by &Uncertainty")},
        {TokenMeasure::Choice, tr("Colour by Ran&k")}};
    for (const auto& [measure, text] : kinds) {
        QAction* action = addCommand("", text, {});
        action->setObjectName(QStringLiteral("playActionMeasure%1").arg(static_cast<int>(measure)));
        action->setCheckable(true);
        action->setData(static_cast<int>(measure));
        measures->addAction(action);
        m_measureActions.append(action);
        connect(action, &QAction::triggered, this, [this, kind = measure] { setMeasure(kind); });
    }
}

void PlaygroundPage::updateActions() {
    m_writeAction->setEnabled(!m_busy);
    m_manyAction->setEnabled(!m_busy);
    m_compareAction->setEnabled(!m_busy);
    m_scoreAction->setEnabled(!m_busy);
    m_stopAction->setEnabled(m_busy);
    const PlayPage* page = shown();
    m_removeAction->setEnabled(!m_busy && page && page->present().size() > 1);
    m_restoreAction->setEnabled(!m_busy && page && page->lastRemoved() != 0);
    m_closeAction->setEnabled(!m_pages.isEmpty());
}

} // namespace phidelity
