// SPDX-License-Identifier: MIT
#include "code/completion.h"

#include <algorithm>

#include <QStringList>

#include "code/code_lines.h"

namespace phidelity {

namespace {

/// How many brackets of each kind are left open; negative = closed before they were opened.
int openBrackets(QStringView text) {
    int open = 0;
    for (const QChar c : text) {
        open += c == u'(' || c == u'[' || c == u'{'   ? 1
                : c == u')' || c == u']' || c == u'}' ? -1
                                                      : 0;
    }
    return open;
}

} // namespace

QString completionPrompt(const CompletionPlace& place, qsizetype characters) {
    if (place.before.size() <= characters) {
        return place.before;
    }
    qsizetype from = place.before.indexOf(u'\n', place.before.size() - characters) + 1;
    if (from <= 0) {
        return place.before.right(characters);
    }
    // A definition in the first quarter is a better beginning than the middle of one.
    for (qsizetype at = from; at > 0 && at < from + characters / 4;) {
        const QStringView rest = QStringView(place.before).mid(at, 80);
        if (indentOfLine(rest) == 0 && definesSomething(rest)) {
            return place.before.mid(at);
        }
        at = place.before.indexOf(u'\n', at) + 1;
    }
    return place.before.mid(from);
}

FittedCompletion fitCompletion(const CompletionPlace& place, const QString& written) {
    const QString line = place.before.mid(place.before.lastIndexOf(u'\n') + 1);
    const qsizetype lineIndent = indentOfLine(line);
    const bool opensBlock = line.trimmed().endsWith(u':') || line.trimmed().endsWith(u'{');
    const QString rest = place.after.left(
        place.after.indexOf(u'\n') < 0 ? place.after.size() : place.after.indexOf(u'\n'));
    QString next; // the first line behind the cursor's that says something
    for (const QStringView candidate : QStringView(place.after).mid(rest.size()).split(u'\n')) {
        if (!isBlankLine(candidate)) {
            next = candidate.trimmed().toString();
            break;
        }
    }
    FittedCompletion fitted;
    const QStringList lines = written.split(u'\n');
    QStringList kept;
    for (qsizetype index = 0; index < lines.size(); ++index) {
        const QString& here = lines.at(index);
        const bool whole = index + 1 < lines.size();
        if (index > 0 && !isBlankLine(here)) {
            const bool dedents = indentOfLine(here) < lineIndent ||
                                 (opensBlock && indentOfLine(here) <= lineIndent && index == 1 &&
                                  !isBlankLine(lines.first()));
            const bool defines = indentOfLine(here) <= lineIndent && definesSomething(here) &&
                                 !isBlankLine(place.before);
            const bool stands = !next.isEmpty() && next.size() > 3 && here.trimmed() == next;
            if (dedents || defines || stands || index >= kCompletionLines) {
                fitted.ended = true;
                break;
            }
        }
        // With text behind the cursor on its line, only that line is completed.
        if (index > 0 && !isBlankLine(rest)) {
            fitted.ended = true;
            break;
        }
        if (index > 0 && !whole && isBlankLine(here)) {
            break; // it may still turn out to be less indented
        }
        kept.append(here);
    }
    while (!kept.isEmpty() && kept.size() > 1 && isBlankLine(kept.last())) {
        kept.removeLast();
    }
    QString text = kept.join(u'\n');
    if (!isBlankLine(rest)) {
        // What the model repeats of the rest of the line is there already.
        const QString end = rest.trimmed();
        for (qsizetype overlap = std::min(end.size(), text.size()); overlap > 0; --overlap) {
            if (text.endsWith(QStringView(end).left(overlap))) {
                text.chop(overlap);
                break;
            }
        }
        const qsizetype inside = text.indexOf(end);
        if (end.size() > 1 && inside >= 0) {
            text.truncate(inside);
        }
        const int open = openBrackets(line) + openBrackets(rest);
        fitted.joins = std::abs(open + openBrackets(text)) <= std::abs(open);
    }
    fitted.text = text;
    return fitted;
}

QString firstWord(const QString& completion) {
    qsizetype end = 0;
    while (end < completion.size() && completion[end].isSpace()) {
        ++end;
    }
    if (end < completion.size() && !completion[end].isLetterOrNumber() && completion[end] != u'_') {
        return completion.left(end + 1);
    }
    while (end < completion.size() &&
           (completion[end].isLetterOrNumber() || completion[end] == u'_')) {
        ++end;
    }
    return completion.left(end);
}

} // namespace phidelity
