// SPDX-License-Identifier: MIT
#include "ui/code/code_commands.h"

#include <algorithm>

#include <QAction>
#include <QEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBlock>
#include <QTimer>

#include "ui/code/answer_pane.h"
#include "ui/code/code_edit.h"
#include "ui/code/code_page.h"
#include "ui/code/code_tab.h"
#include "ui/code/command_dialog.h"
#include "ui/code/diff_view.h"
#include "ui/code/line_colors.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

/// Narrower pages have the pane below the code.
constexpr int kBesideUnits = 200;

} // namespace

CodeCommands::CodeCommands(CodePage* page, QSplitter* side)
    : QObject(page), m_page(page), m_side(side) {
    buildActions();
    m_pane = new AnswerPane({m_previous, m_next, m_take, m_takeAll, m_again, m_stop, m_close});
    m_pane->hide();
    side->addWidget(m_pane);
    side->setStretchFactor(0, 3);
    side->setStretchFactor(1, 2);
    side->setChildrenCollapsible(false);
    page->installEventFilter(this);
    connect(m_pane->diff(), &DiffView::takeRequested, this, &CodeCommands::take);
    connect(m_pane->diff(), &DiffView::currentChanged, this, [this](int index) {
        showCode(index);
        updateActions();
    });
    connect(m_pane->diff(), &DiffView::undoRequested, this, [this] {
        if (m_edit) {
            m_edit->undo();
        }
    });
    updateActions();
}

// ---- Actions

QAction* CodeCommands::add(const char* name, const QString& text, const QKeySequence& shortcut,
                           void (CodeCommands::*slot)()) {
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setIconVisibleInMenu(false);
    m_side->addAction(action);
    connect(action, &QAction::triggered, this, slot);
    return action;
}

void CodeCommands::buildActions() {
    using C = CodeCommands;
    const auto key = [](QKeyCombination code) { return QKeySequence(code); };
    const QKeySequence keys[] = {
        key(Qt::CTRL | Qt::ALT | Qt::Key_E), key(Qt::CTRL | Qt::ALT | Qt::Key_D),
        key(Qt::CTRL | Qt::ALT | Qt::Key_U), key(Qt::CTRL | Qt::ALT | Qt::Key_Return)};
    const QString texts[] = {tr("&Explain"), tr("Write &Docstring"), tr("Write &Tests"),
                             tr("C&ontinue From Here")};
    const QList<CodeCommand> commands = builtInCommands();
    for (qsizetype index = 0; index < commands.size(); ++index) {
        auto* action = new QAction(texts[index], this);
        action->setObjectName(QStringLiteral("actionCodeCommand.%1").arg(commands.at(index).id));
        action->setShortcut(keys[index]);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        m_side->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, command = commands.at(index)] { run(command); });
        m_builtIn.append(action);
    }
    m_edits = add("actionCodeCommands", tr("Own Co&mmands…"), {}, &C::editCommands);
    m_next = add("actionAnswerNext", tr("&Next Change"), QKeySequence(Qt::Key_F8), &C::next);
    m_previous = add("actionAnswerPrevious", tr("&Previous Change"), key(Qt::SHIFT | Qt::Key_F8),
                     &C::previous);
    m_take =
        add("actionAnswerTake", tr("&Take Change"), key(Qt::ALT | Qt::Key_Return), &C::takeCurrent);
    m_takeAll = add("actionAnswerTakeAll", tr("Take &All Changes"),
                    key(Qt::ALT | Qt::SHIFT | Qt::Key_Return), &C::takeAll);
    m_again =
        add("actionAnswerAgain", tr("Another An&swer"), key(Qt::SHIFT | Qt::Key_F5), &C::again);
    m_copy = add("actionAnswerCopy", tr("&Copy Answer"), {}, &C::copyAnswer);
    m_stop = add("actionAnswerStop", tr("St&op"), {}, &C::stop);
    m_switch = add("actionAnswerSwitch", tr("Go Between Code and Ans&wer"),
                   QKeySequence(Qt::Key_F6), &C::switchFocus);
    m_close = add("actionAnswerClose", tr("C&lose Answer"), {}, &C::close);
    m_next->setIcon(icon(QStringLiteral("next")));
    m_previous->setIcon(icon(QStringLiteral("previous")));
    m_again->setIcon(icon(QStringLiteral("regenerate")));
    m_stop->setIcon(icon(QStringLiteral("stop")));
    m_close->setIcon(icon(QStringLiteral("close")));

    m_askMenu = new QMenu(tr("As&k the Model"), m_page);
    m_askMenu->menuAction()->setObjectName(QStringLiteral("codeAskMenu"));
    m_answerMenu = new QMenu(tr("Ans&wer"), m_page);
    m_answerMenu->menuAction()->setObjectName(QStringLiteral("codeAnswerMenu"));
    m_answerMenu->addActions({m_next, m_previous, m_take, m_takeAll});
    m_answerMenu->addSeparator();
    m_answerMenu->addActions({m_again, m_copy, m_stop, m_switch, m_close});
    auto* line = new QAction(m_page);
    line->setSeparator(true);
    m_page->addActions({line, m_askMenu->menuAction(), m_answerMenu->menuAction()});
    fillMenus();
}

void CodeCommands::fillMenus() {
    m_askMenu->clear();
    qDeleteAll(m_ownActions);
    m_ownActions.clear();
    m_askMenu->addActions(m_builtIn);
    if (!m_own.isEmpty()) {
        m_askMenu->addSeparator();
    }
    for (const CodeCommand& command : std::as_const(m_own)) {
        auto* action = new QAction(QString(command.name).replace(u'&', QLatin1String("&&")), this);
        action->setObjectName(QStringLiteral("actionCodeCommand.%1").arg(command.id));
        connect(action, &QAction::triggered, this, [this, command] { run(command); });
        m_ownActions.append(action);
    }
    m_askMenu->addActions(m_ownActions);
    m_askMenu->addSeparator();
    m_askMenu->addAction(m_edits);
}

void CodeCommands::setOwnCommands(const QList<CodeCommand>& commands) {
    m_own = commands;
    fillMenus();
}

void CodeCommands::attach(CodeEdit* edit) {
    edit->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(edit, &QWidget::customContextMenuRequested, this,
            [this, edit](QPoint at) { showMenu(edit, at); });
    connect(edit->document(), &QTextDocument::contentsChanged, this, [this, edit] {
        if (edit == m_edit) {
            refreshSoon();
        }
    });
    connect(edit, &QObject::destroyed, this, [this] { refreshSoon(); });
}

void CodeCommands::showMenu(CodeEdit* edit, QPoint at) {
    QMenu* menu = edit->createStandardContextMenu(at);
    menu->setObjectName(QStringLiteral("codeMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addSeparator();
    menu->addActions(m_builtIn);
    menu->addActions(m_ownActions);
    menu->addAction(m_edits);
    menu->popup(edit->viewport()->mapToGlobal(at));
}

void CodeCommands::editCommands() {
    auto* dialog = new CommandDialog(m_page->window(), m_own);
    connect(dialog, &CommandDialog::saved, this, [this](const QList<CodeCommand>& commands) {
        setOwnCommands(commands);
        emit ownCommandsChanged(commands);
    });
    dialog->open();
}

void CodeCommands::updateActions() {
    const bool shown = m_stage != Stage::Closed;
    const bool ended = m_stage == Stage::Ended;
    const QList<ShownChange> changes = m_pane ? m_pane->diff()->changes() : QList<ShownChange>();
    const int current = m_pane ? m_pane->diff()->current() : -1;
    const auto isOpen = [](const ShownChange& each) {
        return each.place.state == ChangeState::Open;
    };
    m_next->setEnabled(current + 1 < changes.size());
    m_previous->setEnabled(current > 0);
    m_take->setEnabled(ended && current >= 0);
    m_takeAll->setEnabled(ended && std::any_of(changes.begin(), changes.end(), isOpen));
    m_again->setEnabled(ended && m_edit);
    m_stop->setEnabled(m_stage == Stage::Running);
    m_stop->setVisible(m_stage == Stage::Running);
    m_again->setVisible(m_stage != Stage::Running);
    m_copy->setEnabled(!m_answer.isEmpty());
    m_switch->setEnabled(shown);
    m_close->setEnabled(shown);
}

// ---- Asking

void CodeCommands::run(const CodeCommand& command) {
    if (!m_page->edit()) {
        return;
    }
    m_edit = m_page->edit();
    m_task.command = command;
    ask(0);
}

void CodeCommands::ask(int attempt) {
    if (!m_edit) {
        return;
    }
    m_page->showEdit(m_edit);
    m_edit->dropGhost(); // the model writes one thing at a time
    const auto* tab = m_edit->findChild<CodeTab*>();
    const QTextCursor cursor = m_edit->textCursor();
    if (attempt == 0) {
        m_task.text = m_edit->toPlainText();
        // From where one is in the line, not the definition around it.
        const bool here = m_task.command.place == AnswerPlace::Continue && !cursor.hasSelection();
        m_task.region = here ? CodeRegion{cursor.position(), cursor.position()}
                             : regionFor(m_task.text, cursor.anchor(), cursor.position());
        m_task.language = m_edit->colors()->language();
        m_task.commentMark = m_edit->colors()->commentMark();
        m_task.file = tab ? tab->title() : QString();
    } else {
        // The same code again, where it is now.
        const QString now = m_edit->toPlainText();
        const QString code =
            m_task.text.mid(m_task.region.from, m_task.region.to - m_task.region.from);
        const QTextBlock block = m_edit->document()->findBlockByNumber(m_anchor.line());
        const qsizetype column =
            m_task.region.from - (m_task.region.from == 0
                                      ? 0
                                      : m_task.text.lastIndexOf(u'\n', m_task.region.from - 1) + 1);
        const qsizetype from = block.isValid() ? block.position() + column : -1;
        if (from < 0 || now.mid(from, code.size()) != code) {
            m_pane->say(tr("The code that this was about has changed. Select it and ask again."),
                        AnswerPane::Tone::Problem);
            return;
        }
        m_task.text = now;
        m_task.region = {from, from + code.size()};
    }
    if (m_stage == Stage::Running) {
        emit commandCancelled();
    }
    m_attempt = attempt;
    ++m_ticket;
    m_changes.clear();
    m_marks.clear();
    m_answer.clear();
    m_wanted = {};
    const QStringView before = QStringView(m_task.text).left(m_task.region.from);
    const QStringView inside =
        QStringView(m_task.text).mid(m_task.region.from, m_task.region.to - m_task.region.from);
    m_anchorLine = static_cast<int>(before.count(u'\n'));
    m_anchor = markAt(m_anchorLine);
    const int last = m_anchorLine + static_cast<int>(inside.count(u'\n'));
    const QString lines = last == m_anchorLine
                              ? tr("line %1").arg(last + 1)
                              : tr("lines %1 to %2").arg(m_anchorLine + 1).arg(last + 1);
    m_pane->begin(tr("%1 · %2, %3").arg(m_task.command.name, m_task.file, lines),
                  m_task.command.name);
    m_stage = Stage::Running;
    place();
    m_pane->show();
    updateActions();
    const bool nothing = m_task.command.place == AnswerPlace::Continue
                             ? before.trimmed().isEmpty() && inside.trimmed().isEmpty()
                             : inside.trimmed().isEmpty();
    if (nothing) {
        showProblem(m_ticket, tr("There is no code here. Select some, or put the cursor into it."));
        return;
    }
    m_pane->say(tr("Waiting for the model…"));
    emit commandWanted(m_ticket, m_task, attempt);
}

void CodeCommands::stop() {
    if (m_stage == Stage::Running) {
        emit commandCancelled();
        showEnd(m_ticket, m_answer.isEmpty() ? tr("Stopped before anything was written.")
                                             : tr("Stopped by you."));
    }
}

void CodeCommands::close() {
    stop();
    const bool focused = m_pane->isAncestorOf(
        QGuiApplication::focusObject() ? qobject_cast<QWidget*>(QGuiApplication::focusObject())
                                       : nullptr);
    m_stage = Stage::Closed;
    ++m_ticket;
    m_pane->hide();
    m_changes.clear();
    m_marks.clear();
    m_answer.clear();
    m_pane->begin({}, {});
    updateActions();
    if (focused && m_page->edit()) {
        m_page->edit()->setFocus();
    }
}

bool CodeCommands::escape() {
    if (m_stage == Stage::Running) {
        stop();
        return true;
    }
    if (m_stage == Stage::Ended) {
        close();
        return true;
    }
    return false;
}

// ---- What comes

void CodeCommands::showReading(quint64 ticket, const QString& sentence, const QString& leftOut) {
    if (ticket == m_ticket && m_stage == Stage::Running) {
        m_pane->say(sentence);
        m_pane->setLeftOut(leftOut);
    }
}

void CodeCommands::showAnswer(quint64 ticket, const QString& answer, const TextEdit& edit,
                              const QString& sentence) {
    if (ticket != m_ticket || m_stage != Stage::Running) {
        return;
    }
    m_answer = answer;
    m_wanted = edit;
    m_pane->say(sentence);
    if (m_task.command.place == AnswerPlace::Text) {
        m_pane->showText(answer, false);
    } else {
        m_changes = changesOf(m_task.text, edit, EditState::Unfinished);
        refresh();
    }
    updateActions();
}

void CodeCommands::showEnd(quint64 ticket, const QString& sentence) {
    if (ticket != m_ticket || m_stage != Stage::Running) {
        return;
    }
    m_stage = Stage::Ended;
    m_pane->say(sentence);
    if (m_task.command.place == AnswerPlace::Text) {
        if (!m_answer.isEmpty()) {
            m_pane->showText(m_answer, true);
        }
    } else {
        m_changes = changesOf(m_task.text, m_wanted);
        m_marks.clear();
        const int shift = m_edit ? m_anchor.line() - m_anchorLine : 0;
        for (const CodeChange& change : std::as_const(m_changes)) {
            m_marks.append(markAt(change.at + shift));
        }
        refresh();
        if (m_pane->diff()->current() >= 0) {
            m_pane->diff()->setCurrent(0);
            showCode(0);
        }
    }
    updateActions();
}

void CodeCommands::showProblem(quint64 ticket, const QString& sentence) {
    if (ticket != m_ticket || m_stage != Stage::Running) {
        return;
    }
    showEnd(ticket, {});
    m_pane->say(sentence, AnswerPane::Tone::Problem);
}

// ---- Where changes stand

int CodeCommands::Mark::line() const {
    return atTop || cursor.isNull() ? 0 : cursor.blockNumber() + 1;
}

CodeCommands::Mark CodeCommands::markAt(int line) const {
    Mark mark;
    if (!m_edit) {
        return mark;
    }
    mark.cursor = QTextCursor(m_edit->document());
    mark.cursor.setKeepPositionOnInsert(true);
    mark.atTop = line <= 0;
    if (!mark.atTop) {
        const QTextBlock before = m_edit->document()->findBlockByNumber(
            std::min(line, m_edit->document()->blockCount()) - 1);
        mark.cursor.setPosition(before.position() + before.length() - 1);
    }
    return mark;
}

ChangePlace CodeCommands::placeOfChange(int index) const {
    if (!m_edit) {
        return {};
    }
    const CodeChange& change = m_changes.at(index);
    const int near = index < m_marks.size() ? m_marks.at(index).line()
                                            : change.at + m_anchor.line() - m_anchorLine;
    const QTextDocument* document = m_edit->document();
    return placeOf(change,
                   {document->blockCount(),
                    [document](int line) { return document->findBlockByNumber(line).text(); }},
                   near);
}

void CodeCommands::refreshSoon() {
    if (!m_refreshing && m_stage == Stage::Ended && !m_changes.isEmpty()) {
        m_refreshing = true;
        QTimer::singleShot(0, this, [this] {
            m_refreshing = false;
            if (m_stage == Stage::Ended) {
                refresh();
                updateActions();
            }
        });
    }
}

void CodeCommands::refresh() {
    QList<ShownChange> shown;
    for (int index = 0; index < m_changes.size(); ++index) {
        shown.append({m_changes.at(index), placeOfChange(index)});
    }
    m_pane->showChanges(shown);
}

void CodeCommands::showCode(int index) {
    if (!m_edit || index < 0 || index >= m_changes.size() || m_stage != Stage::Ended) {
        return;
    }
    const ChangePlace at = placeOfChange(index);
    const int rows = m_edit->viewport()->height() / std::max(1, m_edit->fontMetrics().height());
    const int top = m_edit->verticalScrollBar()->value();
    if (at.state != ChangeState::Lost && (at.line < top || at.line >= top + rows - 1)) {
        m_edit->verticalScrollBar()->setValue(std::max(0, at.line - rows / 3));
    }
}

// ---- Room

void CodeCommands::place() {
    const bool beside = m_page->width() >= kBesideUnits * gridUnit(m_page);
    m_side->setOrientation(beside ? Qt::Horizontal : Qt::Vertical);
}

bool CodeCommands::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_page && event->type() == QEvent::Resize && m_stage != Stage::Closed) {
        place();
    }
    return QObject::eventFilter(watched, event);
}

} // namespace phidelity
