// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace phidelity {

/// How the text of a command comes to the model.
enum class CommandPrompt {
    Instruction, ///< "Instruct: <text>\nOutput:", the format in which Phi answers questions
    Exact        ///< as it stands; the model goes on from its end
};

/// What becomes of the answer.
enum class AnswerPlace {
    Text,     ///< it is read beside the code
    Replace,  ///< it is code in place of the selection
    Below,    ///< code below the selection
    Continue, ///< code that goes on where the selection ends
    Docstring ///< what the code does, said where its language wants that
};

/// Something that the model is asked to do with a piece of code: built in, or the user's own.
struct CodeCommand {
    QString id; ///< "explain"; of an own one its number
    QString name;
    QString text; ///< with placeholders; built-in ones make theirs themselves where it is empty
    CommandPrompt prompt = CommandPrompt::Instruction;
    AnswerPlace place = AnswerPlace::Text;
    int maxTokens = 256; ///< of the answer

    bool operator==(const CodeCommand&) const = default;
};

/// "explain", "docstring", "tests", "continue".
[[nodiscard]] QList<CodeCommand> builtInCommands();

/// What placeholders stand for.
struct PlaceholderValues {
    QString selection;
    QString language; ///< "Python"
    QString file;     ///< "x.py"
    QString before;   ///< of the text before the selection what there is room for
    QString after;
};
/// {selection}, {language}, {file}, {before}, {after}.
[[nodiscard]] QStringList placeholders();
/// Each placeholder replaced, once: what comes in is not looked through again. Other braces stay.
[[nodiscard]] QString expanded(const QString& text, const PlaceholderValues& values);
[[nodiscard]] bool usesPlaceholder(const QString& text, const QString& placeholder);
/// Sentences on what is wrong or odd with an own command; none for a good one.
[[nodiscard]] QStringList problemsOf(const CodeCommand& command);

/// Own commands as a file has them.
[[nodiscard]] QByteArray commandsToJson(const QList<CodeCommand>& commands);
struct CommandsRead {
    QList<CodeCommand> commands;
    QStringList problems; ///< what could not be taken
};
[[nodiscard]] CommandsRead commandsFromJson(const QByteArray& bytes);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::CodeCommand)
