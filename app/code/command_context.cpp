// SPDX-License-Identifier: MIT
#include "code/command_context.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <QCoreApplication>
#include <QList>
#include <QLocale>
#include <QRegularExpression>
#include <QStringList>

#include "code/code_lines.h"

namespace phidelity {

namespace {

constexpr int kMostImports = 40;

bool imports(QStringView line) {
    static const QRegularExpression pattern(
        QStringLiteral("^(?:import|from|#include|#import|using|package|use|require)\\b"));
    return pattern.match(line.toString()).hasMatch();
}

/// The definition that a line belongs to: from its first line to its last, as numbers; {-1, -1} for
/// none.
std::pair<qsizetype, qsizetype> definitionAround(const QList<QStringView>& lines, qsizetype line) {
    // Whatever is indented less than all between it and the line holds it.
    qsizetype begin = line;
    qsizetype limit = isBlankLine(lines.at(line)) ? std::numeric_limits<qsizetype>::max()
                                                  : indentOfLine(lines.at(line));
    for (;; --begin) {
        if (begin < 0) {
            return {-1, -1};
        }
        const QStringView here = lines.at(begin);
        const qsizetype indent = indentOfLine(here);
        const bool holds = !isBlankLine(here) && (begin == line || indent < limit);
        if (holds && definesSomething(here) && !here.trimmed().startsWith(u'@')) {
            break;
        }
        if (holds && begin != line) {
            limit = indent;
        }
        if (limit == 0) {
            return {-1, -1};
        }
    }
    const qsizetype own = indentOfLine(lines.at(begin));
    qsizetype end = begin;
    // A signature over several lines may close its brackets as far left as it begins.
    for (qsizetype at = begin + 1; at < lines.size(); ++at) {
        const QStringView here = lines.at(at);
        if (isBlankLine(here)) {
            continue;
        }
        const bool closes = here.trimmed().startsWith(u'}') || here.trimmed().startsWith(u')');
        if (indentOfLine(here) < own || (indentOfLine(here) == own && !closes)) {
            break;
        }
        end = at;
        if (indentOfLine(here) == own && here.trimmed().startsWith(u'}')) {
            break;
        }
    }
    while (begin > 0 && lines.at(begin - 1).trimmed().startsWith(u'@')) {
        --begin; // decorators
    }
    return {begin, end};
}

} // namespace

CodeRegion regionFor(const QString& text, qsizetype anchor, qsizetype cursor) {
    qsizetype from = std::clamp<qsizetype>(std::min(anchor, cursor), 0, text.size());
    qsizetype to = std::clamp<qsizetype>(std::max(anchor, cursor), 0, text.size());
    if (from == to) {
        const QList<QStringView> lines = QStringView(text).split(u'\n');
        const qsizetype line = QStringView(text).left(from).count(u'\n');
        auto [first, last] = definitionAround(lines, line);
        if (first < 0 || last < line) {
            if (isBlankLine(lines.at(line))) {
                return {from, from};
            }
            first = last = line;
            while (first > 0 && !isBlankLine(lines.at(first - 1))) {
                --first;
            }
            while (last + 1 < lines.size() && !isBlankLine(lines.at(last + 1))) {
                ++last;
            }
        }
        from = lines.at(first).data() - text.constData();
        to = lines.at(last).data() - text.constData() + lines.at(last).size();
        return {from, to};
    }
    while (to > from && (text.at(to - 1) == u'\n' || text.at(to - 1).isSpace())) {
        --to;
    }
    while (from < to && text.at(from) == u'\n') {
        ++from;
    }
    const qsizetype lineStart = from == 0 ? 0 : text.lastIndexOf(u'\n', from - 1) + 1;
    if (isBlankLine(QStringView(text).mid(lineStart, from - lineStart))) {
        from = lineStart;
    }
    return {std::min(from, to), to};
}

CodeContext contextFor(const QString& text, const CodeRegion& region, Surroundings wanted,
                       qsizetype characters) {
    CodeContext context;
    const QString before = text.left(region.from);
    const QString after = text.mid(region.to);
    const bool both = wanted == Surroundings::BeforeAndAfter;
    characters = std::max<qsizetype>(characters, 0);
    if (before.size() + (both ? after.size() : 0) <= characters) {
        context.before = before;
        context.after = both ? after : QString();
        return context;
    }
    const qsizetype forAfter = both ? std::min(after.size(), characters / 4) : 0;
    const qsizetype forBefore = std::min(before.size(), characters - forAfter);

    qsizetype shownBefore = 0;
    const QList<QStringView> lines = QStringView(before).split(u'\n');
    if (forBefore == before.size()) {
        context.before = before;
        shownBefore = lines.size() - 1;
    } else {
        // The part of a line before the region belongs to it, whatever it takes.
        qsizetype first = lines.size() - 1;
        qsizetype used = lines.last().size();
        const qsizetype regionIndent =
            isBlankLine(lines.last())
                ? indentOfLine(QStringView(text).mid(before.size() - lines.last().size()))
                : indentOfLine(lines.last());
        QList<qsizetype> kept; // imports and openers, by their lines
        qsizetype keptSize = 0;
        const auto keep = [&](qsizetype line) {
            const qsizetype size = lines.at(line).size() + 1;
            if (used + keptSize + size <= forBefore / 2) {
                kept.append(line);
                keptSize += size;
            }
        };
        for (qsizetype line = 0, count = 0; line < lines.size() - 1 && count < kMostImports;
             ++line) {
            if (imports(lines.at(line))) {
                keep(line);
                ++count;
            }
        }
        qsizetype indent = regionIndent;
        for (qsizetype line = lines.size() - 2; line >= 0 && indent > 0; --line) {
            if (!isBlankLine(lines.at(line)) && indentOfLine(lines.at(line)) < indent) {
                indent = indentOfLine(lines.at(line));
                if (definesSomething(lines.at(line))) {
                    keep(line);
                }
            }
        }
        while (first > 0) {
            const qsizetype size = lines.at(first - 1).size() + 1;
            // What is in reach now need not be kept apart any more.
            const bool had = kept.removeOne(first - 1);
            if (had) {
                keptSize -= size;
            }
            if (used + keptSize + size > forBefore) {
                if (had) {
                    kept.append(first - 1);
                }
                break;
            }
            used += size;
            --first;
        }
        std::sort(kept.begin(), kept.end());
        for (const qsizetype line : std::as_const(kept)) {
            context.before += lines.at(line);
            context.before += u'\n';
        }
        context.before += before.mid(lines.at(first).data() - before.constData());
        shownBefore = lines.size() - 1 - first + kept.size();
    }
    qsizetype shownAfter = 0;
    const qsizetype linesAfter = after.count(u'\n');
    if (both) {
        const qsizetype end = forAfter == after.size() ? after.size()
                              : forAfter == 0          ? 0
                                                       : after.lastIndexOf(u'\n', forAfter - 1) + 1;
        context.after = after.left(end);
        shownAfter = context.after.count(u'\n');
    }
    const QLocale locale;
    const auto number = [&](qsizetype count) { return locale.toString(count); };
    context.leftOut =
        both ? QCoreApplication::translate(
                   "CodeCommand", "There was room for %1 of the %2 lines before it and %3 of the "
                                  "%4 behind it.")
                   .arg(number(shownBefore), number(lines.size() - 1), number(shownAfter),
                        number(linesAfter))
             : QCoreApplication::translate("CodeCommand",
                                           "There was room for %1 of the %2 lines before it.")
                   .arg(number(shownBefore), number(lines.size() - 1));
    return context;
}

} // namespace phidelity
