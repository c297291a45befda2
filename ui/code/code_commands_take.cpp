// SPDX-License-Identifier: MIT
// Changes of an answer, taken into the code.
#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>
#include <QTextBlock>

#include "ui/code/answer_pane.h"
#include "ui/code/code_commands.h"
#include "ui/code/code_edit.h"
#include "ui/code/code_page.h"
#include "ui/code/diff_view.h"

namespace phidelity {

bool CodeCommands::apply(int index) {
    const ChangePlace at = placeOfChange(index);
    if (at.state != ChangeState::Open) {
        return false;
    }
    QTextDocument* document = m_edit->document();
    const LineEdit edit = editFor(m_changes.at(index), at.line, document->blockCount());
    const auto offset = [document](int line, bool end) {
        const QTextBlock block = document->findBlockByNumber(line);
        return block.position() + (end ? block.length() - 1 : 0);
    };
    QTextCursor cursor(document);
    cursor.setPosition(offset(edit.fromLine, edit.fromEnd));
    cursor.setPosition(offset(edit.toLine, edit.toEnd), QTextCursor::KeepAnchor);
    cursor.beginEditBlock();
    cursor.insertText(edit.text);
    cursor.endEditBlock();
    return true;
}

void CodeCommands::takeCurrent() {
    take(m_pane->diff()->current());
}

void CodeCommands::take(int index) {
    if (m_stage != Stage::Ended || index < 0 || index >= m_changes.size()) {
        return;
    }
    if (!m_edit) {
        m_pane->say(tr("The file was closed. The answer can still be copied."),
                    AnswerPane::Tone::Problem);
        return;
    }
    m_page->showEdit(m_edit);
    const ChangeState state = placeOfChange(index).state;
    if (state == ChangeState::Taken) {
        m_pane->say(tr("This change is in the code already; Undo takes it back."));
        return;
    }
    if (!apply(index)) {
        m_pane->say(tr("This change does not fit any more, since the code around it was edited. "
                       "Nothing was changed; the answer can still be copied."),
                    AnswerPane::Tone::Problem);
        return;
    }
    showCode(index);
    refresh();
    const QList<ShownChange>& changes = m_pane->diff()->changes();
    const auto count = static_cast<int>(changes.size());
    for (int step = 1; step < count; ++step) {
        const int other = (index + step) % count;
        if (changes.at(other).place.state == ChangeState::Open) {
            m_pane->diff()->setCurrent(other);
            break;
        }
    }
    m_pane->say(tr("Taken. Undo takes it back."));
    updateActions();
}

void CodeCommands::takeAll() {
    if (m_stage != Stage::Ended || !m_edit) {
        return;
    }
    m_page->showEdit(m_edit);
    int taken = 0;
    int lost = 0;
    QTextCursor step(m_edit->document());
    step.beginEditBlock();
    for (int index = static_cast<int>(m_changes.size()) - 1; index >= 0; --index) {
        lost += placeOfChange(index).state == ChangeState::Lost ? 1 : 0;
        taken += apply(index) ? 1 : 0;
    }
    step.endEditBlock();
    refresh();
    updateActions();
    const QString count = QLocale().toString(taken);
    if (lost > 0) {
        m_pane->say(tr("Taken: %1. Does not fit any more: %2; that can still be copied.")
                        .arg(count, QLocale().toString(lost)),
                    AnswerPane::Tone::Problem);
    } else if (taken == 1) {
        m_pane->say(tr("Taken. Undo takes it back."));
    } else {
        m_pane->say(tr("Taken: %1 changes. Undo takes all back at once.").arg(count));
    }
}

void CodeCommands::step(int direction) {
    m_pane->diff()->setCurrent(m_pane->diff()->current() + direction);
}

void CodeCommands::copyAnswer() {
    if (!m_answer.isEmpty()) {
        QGuiApplication::clipboard()->setText(m_answer);
        m_pane->say(tr("Copied."));
    }
}

void CodeCommands::switchFocus() {
    if (m_stage == Stage::Closed || !m_page->edit()) {
        return;
    }
    if (m_page->edit()->hasFocus()) {
        m_pane->focusAnswer();
    } else {
        m_page->edit()->setFocus();
    }
}

} // namespace phidelity
