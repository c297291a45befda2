// SPDX-License-Identifier: MIT
#pragma once

#include <QMetaType>
#include <QString>
#include <QStringList>

#include "code/code_change.h"
#include "code/code_command.h"
#include "code/command_context.h"

namespace phidelity {

/// A command, and the code that it is for.
struct CommandTask {
    CodeCommand command;
    QString text; ///< all of the file
    CodeRegion region;
    QString language;    ///< "Python"; empty where it is not known
    QString commentMark; ///< "#", "//"; empty likewise
    QString file;        ///< "x.py"
};

/// What goes to the model for a task, and how its answer becomes an edit.
struct CommandPlan {
    QString prompt;
    QStringList stops;
    int maxTokens = 0;
    AnswerPlace place = AnswerPlace::Text;
    CommandPrompt kind = CommandPrompt::Instruction;
    qsizetype from = 0; ///< of the text, what the answer replaces; nothing where `to` is the same
    qsizetype to = 0;
    QString lead;   ///< comes into the text before what the model writes; it is in the prompt, too
    QString tail;   ///< and behind it
    QString indent; ///< of lines that come without
    QString lineMark; ///< of comments: what each line begins with
    QString leftOut;  ///< a sentence; see CodeContext
};
/// In Phi's own formats: a question that is answered after "Output:", or code that goes on. The
/// prompt is some `characters` long at most, unless the selection alone is longer.
[[nodiscard]] CommandPlan planFor(const CommandTask& task, qsizetype characters);

/// The answer so far: without what Phi invents behind it, fences, and the space that it begins
/// with.
struct CommandAnswer {
    QString text;
    bool whole = false; ///< more of what the model writes would not change it
};
[[nodiscard]] CommandAnswer answerOf(const CommandPlan& plan, const QString& written);
/// The edit of the task's text that an answer comes to; nothing for text that is only read.
[[nodiscard]] TextEdit editOf(const CommandPlan& plan, const QString& answer);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::CommandTask)
