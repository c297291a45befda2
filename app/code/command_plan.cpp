// SPDX-License-Identifier: MIT
#include "code/command_plan.h"

#include <algorithm>

#include <QRegularExpression>

#include "chat/prompt_format.h"
#include "code/code_lines.h"

namespace phidelity {

namespace {

QString indentAt(const QString& text, qsizetype lineStart) {
    return text.mid(lineStart, indentOfLine(QStringView(text).mid(lineStart)));
}

qsizetype lineEndAt(const QString& text, qsizetype at) {
    const qsizetype end = text.indexOf(u'\n', at);
    return end < 0 ? text.size() : end;
}

qsizetype lineStartAt(const QString& text, qsizetype at) {
    return at == 0 ? 0 : text.lastIndexOf(u'\n', at - 1) + 1;
}

/// What the first definition of a piece of code is called; empty for none.
QString nameIn(const QString& code) {
    static const QRegularExpression pattern(
        QStringLiteral("^\\s*(?:async\\s+)?(?:def|class|function|fn|func|struct)\\s+(\\w+)"),
        QRegularExpression::MultilineOption);
    return pattern.match(code).captured(1);
}

struct Signature {
    qsizetype from = -1;   ///< in the text; -1 = there is none that a docstring could follow
    qsizetype to = -1;     ///< behind its colon
    qsizetype docEnd = -1; ///< of the docstring that follows already, behind its line; -1 = none
};
Signature signatureIn(const QString& text, const CodeRegion& region) {
    static const QRegularExpression begins(QStringLiteral("^[ \\t]*(?:async\\s+def|def|class)\\s"),
                                           QRegularExpression::MultilineOption);
    const QString code = text.mid(region.from, region.to - region.from);
    const QRegularExpressionMatch match = begins.match(code);
    Signature signature;
    if (!match.hasMatch()) {
        return signature;
    }
    qsizetype at = region.from + match.capturedStart();
    int open = 0;
    while (at < text.size()) {
        const qsizetype end = lineEndAt(text, at);
        QStringView line = QStringView(text).mid(at, end - at);
        if (const qsizetype comment = line.indexOf(u'#'); comment >= 0 && !line.contains(u'"')) {
            line = line.left(comment);
        }
        for (const QChar c : line) {
            open += c == u'(' || c == u'[' ? 1 : c == u')' || c == u']' ? -1 : 0;
        }
        if (open <= 0) {
            if (line.trimmed().endsWith(u':')) {
                signature.from = region.from + match.capturedStart();
                signature.to = end;
            }
            break;
        }
        at = end + 1;
    }
    if (signature.from < 0) {
        return signature;
    }
    static const QRegularExpression docstring(
        QStringLiteral("\\G\\s*[rR]?(\"\"\"|''')[\\s\\S]*?\\1[ \\t]*(?:\\n|$)"));
    const auto doc = docstring.match(text, signature.to);
    if (doc.hasMatch()) {
        signature.docEnd = doc.capturedEnd();
    }
    return signature;
}

QStringList answerStops() {
    return stopStrings(FormatId::Qa);
}

/// The end of the lines that belong to what stands at the left edge around a place.
qsizetype blockEnd(const QString& text, qsizetype at) {
    qsizetype end = lineEndAt(text, at);
    for (qsizetype next = end; next < text.size();) {
        const qsizetype stop = lineEndAt(text, next + 1);
        const QStringView line = QStringView(text).mid(next + 1, stop - next - 1);
        if (!isBlankLine(line)) {
            if (indentOfLine(line) == 0) {
                break;
            }
            end = stop;
        }
        next = stop;
    }
    return end;
}

void planDocstring(const CommandTask& task, CommandPlan& plan, const QString& before) {
    const QString& text = task.text;
    const bool python = task.language == QLatin1String("Python") || task.language.isEmpty();
    const Signature signature = python ? signatureIn(text, task.region) : Signature();
    if (signature.from >= 0) {
        const QString quotes = QStringLiteral("\"\"\"");
        const qsizetype body =
            signature.docEnd >= 0 ? signature.docEnd : std::min(signature.to + 1, text.size());
        const QString own = indentAt(text, signature.from);
        plan.indent = own + QStringLiteral("    ");
        if (body < task.region.to) {
            const QString found = indentAt(text, body);
            if (found.size() > own.size()) {
                plan.indent = found;
            }
        }
        const QString line = text.mid(signature.from, signature.to - signature.from);
        const QString code = text.mid(task.region.from, signature.to + 1 - task.region.from) +
                             text.mid(body, std::max<qsizetype>(task.region.to - body, 0));
        plan.prompt = before + code +
                      QStringLiteral("\n\n\n%1# The same, with a docstring that says what it "
                                     "does and what it returns.\n")
                          .arg(own) +
                      line + u'\n' + plan.indent + quotes;
        plan.stops = {quotes};
        plan.from = std::min(signature.to + 1, text.size());
        plan.to = signature.docEnd >= 0 ? signature.docEnd : plan.from;
        const bool atEnd = signature.to >= text.size();
        plan.lead = (atEnd ? QStringLiteral("\n") : QString()) + plan.indent + quotes;
        plan.tail = quotes + (atEnd ? QString() : QStringLiteral("\n"));
        return;
    }
    // A comment above says it in any language.
    plan.lineMark = task.commentMark.isEmpty() ? QStringLiteral("#") : task.commentMark;
    plan.from = plan.to = lineStartAt(text, task.region.from);
    plan.indent = indentAt(text, plan.from);
    plan.prompt = before + text.mid(task.region.from, task.region.to - task.region.from) +
                  QStringLiteral("\n\n\n%1 In one or two sentences, what the code above does:\n%1")
                      .arg(plan.lineMark);
    plan.stops = {QStringLiteral("\n\n")};
    plan.lead = plan.indent + plan.lineMark;
    plan.tail = QStringLiteral("\n");
}

void planTests(const CommandTask& task, CommandPlan& plan, const QString& before) {
    const QString& text = task.text;
    const QString code = text.mid(task.region.from, task.region.to - task.region.from);
    const QString found = nameIn(code);
    const bool python = task.language == QLatin1String("Python") || task.language.isEmpty();
    if (python) {
        plan.lead = QStringLiteral("\n\n\ndef test_%1():\n")
                        .arg(found.isEmpty() ? QStringLiteral("it") : found.toLower());
        plan.stops = {QStringLiteral("\nclass "), QStringLiteral("\nif __name__"),
                      QStringLiteral("\nprint("), QStringLiteral("\n\"\"\""),
                      QStringLiteral("\n\n\n\n")};
    } else {
        plan.lead = QStringLiteral("\n\n%1 Tests of %2.\n")
                        .arg(task.commentMark.isEmpty() ? QStringLiteral("//") : task.commentMark,
                             found.isEmpty() ? QStringLiteral("the code above") : found);
        plan.stops = {QStringLiteral("\n\n\n")};
    }
    plan.prompt = before + code + plan.lead;
    plan.from = plan.to = blockEnd(text, task.region.to);
    const qsizetype next = plan.to + 1;
    if (next < text.size() &&
        !isBlankLine(QStringView(text).mid(next, lineEndAt(text, next) - next))) {
        plan.tail = QStringLiteral("\n\n");
    }
}

/// The smallest indentation of lines that say something.
QString commonIndent(const QString& code) {
    QString least;
    bool first = true;
    for (const QStringView line : QStringView(code).split(u'\n')) {
        if (!isBlankLine(line) && (first || indentOfLine(line) < least.size())) {
            least = line.left(indentOfLine(line)).toString();
            first = false;
        }
    }
    return least;
}

/// What stands in the first fence; all of it where there is none.
QString withoutFence(const QString& text, bool* closed) {
    static const QRegularExpression opening(QStringLiteral("^[ \\t]*```[^\\n`]*\\n"),
                                            QRegularExpression::MultilineOption);
    const QRegularExpressionMatch match = opening.match(text);
    *closed = false;
    if (!match.hasMatch()) {
        return text;
    }
    static const QRegularExpression closing(QStringLiteral("^[ \\t]*```[ \\t]*$"),
                                            QRegularExpression::MultilineOption);
    const QRegularExpressionMatch end = closing.match(text, match.capturedEnd());
    *closed = end.hasMatch();
    return text.mid(match.capturedEnd(),
                    end.hasMatch() ? end.capturedStart() - match.capturedEnd() : -1);
}

QString withoutLinesAround(QString text) {
    while (!text.isEmpty() && text.back().isSpace()) {
        text.chop(1);
    }
    static const QRegularExpression emptyLines(QStringLiteral("^(?:[ \\t]*\\n)+"));
    return text.remove(emptyLines);
}

} // namespace

CommandPlan planFor(const CommandTask& task, qsizetype characters) {
    const CodeCommand& command = task.command;
    CommandPlan plan;
    plan.maxTokens = command.maxTokens;
    plan.place = command.place;
    plan.kind = command.prompt;
    const QString& text = task.text;
    const QString selection = text.mid(task.region.from, task.region.to - task.region.from);
    const bool takesBefore =
        command.text.isEmpty() || usesPlaceholder(command.text, QStringLiteral("{before}"));
    const bool takesAfter = usesPlaceholder(command.text, QStringLiteral("{after}"));
    CodeContext context;
    if (takesBefore || takesAfter) {
        // Around it stand the words of the command; a docstring's signature comes twice.
        const qsizetype rest = characters - selection.size() - command.text.size() - 300;
        context =
            contextFor(text, task.region,
                       takesAfter ? Surroundings::BeforeAndAfter : Surroundings::Before, rest);
        plan.leftOut = context.leftOut;
    }
    plan.from = task.region.from;
    plan.to = task.region.to;
    if (command.text.isEmpty() && command.place == AnswerPlace::Docstring) {
        planDocstring(task, plan, context.before);
        return plan;
    }
    if (command.text.isEmpty()) {
        planTests(task, plan, context.before);
        return plan;
    }
    const QString said =
        expanded(command.text,
                 {selection, task.language.isEmpty() ? QStringLiteral("Python") : task.language,
                  task.file, context.before, context.after});
    if (command.prompt == CommandPrompt::Instruction) {
        plan.prompt = buildPrompt(FormatId::Qa, {{Speaker::User, said}});
        plan.stops = answerStops();
    } else {
        plan.prompt = said;
        plan.stops = {QStringLiteral("\n\n\n")};
    }
    switch (command.place) {
    case AnswerPlace::Text:
    case AnswerPlace::Docstring:
        break;
    case AnswerPlace::Continue:
        plan.from = plan.to;
        break;
    case AnswerPlace::Replace: {
        plan.indent = commonIndent(selection);
        break;
    }
    case AnswerPlace::Below:
        plan.indent = commonIndent(selection);
        plan.from = plan.to = lineEndAt(text, task.region.to);
        plan.lead = QStringLiteral("\n");
        break;
    }
    return plan;
}

CommandAnswer answerOf(const CommandPlan& plan, const QString& written) {
    CommandAnswer answer;
    QString text = written;
    switch (plan.place) {
    case AnswerPlace::Text:
        text = plan.kind == CommandPrompt::Instruction ? displayedReply(FormatId::Qa, text) : text;
        break;
    case AnswerPlace::Continue:
        while (!text.isEmpty() && text.back().isSpace()) {
            text.chop(1);
        }
        break;
    case AnswerPlace::Docstring: {
        text = withoutLinesAround(text);
        QStringList lines = text.split(u'\n');
        if (plan.lineMark.isEmpty()) {
            for (qsizetype index = 1; index < lines.size(); ++index) {
                if (!isBlankLine(lines.at(index)) && !lines.at(index).startsWith(plan.indent)) {
                    lines[index] = plan.indent + lines.at(index).trimmed();
                }
            }
            lines[0] = lines.first().trimmed();
        } else {
            for (qsizetype index = 1; index < lines.size(); ++index) {
                const QString line = lines.at(index).trimmed();
                if (!line.startsWith(plan.lineMark)) {
                    lines.resize(index);
                    answer.whole = true;
                    break;
                }
                lines[index] = plan.indent + line;
            }
            lines[0] = u' ' + lines.first().trimmed();
        }
        text = lines.join(u'\n');
        break;
    }
    case AnswerPlace::Replace:
    case AnswerPlace::Below: {
        const bool testsItself = plan.lead.contains(QLatin1String("def test_"));
        if (plan.kind == CommandPrompt::Instruction) {
            text = withoutFence(text, &answer.whole);
            // The space that Phi puts behind "Output:"; indentation has an even number.
            if (indentOfLine(text) % 2 == 1 && text.startsWith(u' ')) {
                text.remove(0, 1);
            }
        }
        if (testsItself) {
            // Further tests are welcome, other things at the left edge are not.
            qsizetype at = 0;
            while (at < text.size()) {
                const qsizetype end = lineEndAt(text, at);
                const QStringView line = QStringView(text).mid(at, end - at);
                const bool more =
                    line.startsWith(u"def test") || line.startsWith(u'@') || line.startsWith(u'#');
                // Of a line that is still being written it is not known what it will be.
                if (end < text.size() && !isBlankLine(line) && indentOfLine(line) == 0 && !more) {
                    text.truncate(at);
                    answer.whole = true;
                    break;
                }
                at = end + 1;
            }
        }
        text = withoutLinesAround(text);
        if (!testsItself && !plan.indent.isEmpty() && commonIndent(text).isEmpty()) {
            QStringList lines = text.split(u'\n');
            for (QString& line : lines) {
                line = isBlankLine(line) ? line : plan.indent + line;
            }
            text = lines.join(u'\n');
        }
        break;
    }
    }
    answer.text = text;
    return answer;
}

TextEdit editOf(const CommandPlan& plan, const QString& answer) {
    if (plan.place == AnswerPlace::Text) {
        return {plan.from, plan.from, {}};
    }
    if (answer.trimmed().isEmpty()) {
        return {plan.from, plan.from, {}}; // nothing is proposed, least of all to remove code
    }
    QString tail = plan.tail;
    if (plan.place == AnswerPlace::Docstring && plan.lineMark.isEmpty() && answer.contains(u'\n')) {
        tail.prepend(u'\n' + plan.indent);
    }
    return {plan.from, plan.to, plan.lead + answer + tail};
}

} // namespace phidelity
