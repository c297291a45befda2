// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QList>
#include <QObject>
#include <QPointer>
#include <QTextCursor>

#include "code/code_change.h"
#include "code/command_plan.h"

class QAction;
class QMenu;
class QSplitter;

namespace phidelity {

class AnswerPane;
class CodeEdit;
class CodePage;

/// Commands on what is selected in the code page: their actions, the pane of the answer, and how
/// its changes come into the text, each one step to undo. A new command takes the place of the one
/// before. Belongs to its page. GUI thread.
class CodeCommands : public QObject {
    Q_OBJECT

public:
    /// `side` holds the editors and gets the pane.
    CodeCommands(CodePage* page, QSplitter* side);

    /// Gives an editor its context menu.
    void attach(CodeEdit* edit);
    /// Stops what is written, then closes the pane. False where there is neither.
    bool escape();
    [[nodiscard]] AnswerPane* pane() const { return m_pane; }
    [[nodiscard]] const QList<CodeCommand>& ownCommands() const { return m_own; }
    void setOwnCommands(const QList<CodeCommand>& commands);

public slots:
    void run(const phidelity::CodeCommand& command);
    void editCommands();

    // What comes of the request `ticket`; others are dropped.
    void showReading(quint64 ticket, const QString& sentence, const QString& leftOut);
    /// `answer` is all of it by now; `edit` what it comes to in the task's text.
    void showAnswer(quint64 ticket, const QString& answer, const phidelity::TextEdit& edit,
                    const QString& sentence);
    void showEnd(quint64 ticket, const QString& sentence);
    /// It has ended without more: why.
    void showProblem(quint64 ticket, const QString& sentence);

signals:
    /// `attempt` 0 is what the model finds most likely, others differ.
    void commandWanted(quint64 ticket, const phidelity::CommandTask& task, int attempt);
    void commandCancelled();
    void ownCommandsChanged(const QList<phidelity::CodeCommand>& commands);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Stage { Closed, Running, Ended };
    /// Where a change is looked for; it goes along with the text before it.
    struct Mark {
        QTextCursor cursor; ///< at the end of the line before it
        bool atTop = false;
        [[nodiscard]] int line() const;
    };

    QAction* add(const char* name, const QString& text, const QKeySequence& shortcut,
                 void (CodeCommands::*slot)());
    void buildActions();
    void fillMenus();
    void showMenu(CodeEdit* edit, QPoint at);
    void ask(int attempt);
    void again() { ask(m_attempt + 1); }
    void stop();
    void close();
    void next() { step(1); }
    void previous() { step(-1); }
    void step(int direction);
    void takeCurrent();
    void takeAll();
    void take(int index);
    void switchFocus();
    void copyAnswer();
    bool apply(int index);
    void showCode(int index);
    void refresh();
    void refreshSoon();
    void updateActions();
    void place();
    [[nodiscard]] Mark markAt(int line) const;
    [[nodiscard]] ChangePlace placeOfChange(int index) const;

    CodePage* m_page;
    QSplitter* m_side;
    AnswerPane* m_pane = nullptr;
    QMenu* m_askMenu = nullptr;
    QMenu* m_answerMenu = nullptr;
    QList<QAction*> m_builtIn;
    QList<QAction*> m_ownActions;
    QAction* m_edits = nullptr;
    QAction* m_next = nullptr;
    QAction* m_previous = nullptr;
    QAction* m_take = nullptr;
    QAction* m_takeAll = nullptr;
    QAction* m_again = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_switch = nullptr;
    QAction* m_close = nullptr;
    QList<CodeCommand> m_own;

    Stage m_stage = Stage::Closed;
    quint64 m_ticket = 0;
    int m_attempt = 0;
    CommandTask m_task;
    QPointer<CodeEdit> m_edit; ///< whose text the task has
    Mark m_anchor;             ///< of the task's first line
    int m_anchorLine = 0;      ///< where that was
    TextEdit m_wanted;
    QString m_answer;
    QList<CodeChange> m_changes;
    QList<Mark> m_marks;
    bool m_refreshing = false;
};

} // namespace phidelity
