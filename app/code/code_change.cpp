// SPDX-License-Identifier: MIT
#include "code/code_change.h"

#include <algorithm>

namespace phidelity {

namespace {

constexpr int kReach = 3;

bool stands(const QStringList& wanted, const LineSource& lines, int at) {
    if (at < 0 || at + wanted.size() > lines.count) {
        return false;
    }
    for (int index = 0; index < wanted.size(); ++index) {
        if (lines.at(at + index) != wanted.at(index)) {
            return false;
        }
    }
    return true;
}

/// Whether one side of a change stands at a line.
bool fits(const CodeChange& change, const QStringList& side, const LineSource& lines, int at) {
    if (!stands(side, lines, at)) {
        return false;
    }
    const int end = at + static_cast<int>(side.size());
    const bool before = change.before ? at > 0 && lines.at(at - 1) == *change.before : at == 0;
    const bool after =
        change.after ? end < lines.count && lines.at(end) == *change.after : end == lines.count;
    return side.isEmpty() ? before && after : before || after;
}

int found(const CodeChange& change, const QStringList& side, const LineSource& lines, int near) {
    for (int distance = 0; distance <= kReach; ++distance) {
        for (const int at : {near - distance, near + distance}) {
            if (fits(change, side, lines, at)) {
                return at;
            }
        }
    }
    return -1;
}

} // namespace

QList<CodeChange> changesOf(const QString& text, const TextEdit& edit, EditState state) {
    const qsizetype first = edit.from == 0 ? 0 : text.lastIndexOf(u'\n', edit.from - 1) + 1;
    qsizetype last = text.indexOf(u'\n', edit.to);
    last = last < 0 ? text.size() : last;
    const QString old = text.mid(first, last - first);
    const QString fresh =
        text.mid(first, edit.from - first) + edit.text + text.mid(edit.to, last - edit.to);
    QList<LineChange> changes = lineDiff(old.split(u'\n'), fresh.split(u'\n'));
    const auto oldLines = static_cast<int>(old.count(u'\n')) + 1;
    if (state == EditState::Unfinished && !changes.isEmpty()) {
        LineChange& end = changes.last();
        if (end.at + end.removed.size() == oldLines && edit.to > edit.from) {
            end.removed.clear();
            if (end.added.isEmpty()) {
                changes.removeLast();
            }
        }
    }
    const auto firstLine = static_cast<int>(QStringView(text).left(first).count(u'\n'));
    const QStringList oldList = old.split(u'\n');
    QList<CodeChange> placed;
    for (const LineChange& change : std::as_const(changes)) {
        CodeChange one{change, {}, {}};
        const int end = change.at + static_cast<int>(change.removed.size());
        if (change.at > 0) {
            one.before = oldList.at(change.at - 1);
        } else if (first > 0) {
            const qsizetype from = first < 2 ? 0 : text.lastIndexOf(u'\n', first - 2) + 1;
            one.before = text.mid(from, first - 1 - from);
        }
        if (end < oldList.size()) {
            one.after = oldList.at(end);
        } else if (last < text.size()) {
            const qsizetype next = text.indexOf(u'\n', last + 1);
            one.after = text.mid(last + 1, (next < 0 ? text.size() : next) - last - 1);
        }
        one.at += firstLine;
        placed.append(one);
    }
    return placed;
}

ChangePlace placeOf(const CodeChange& change, const LineSource& lines, int near) {
    const int old = found(change, change.removed, lines, near);
    const int fresh = found(change, change.added, lines, near);
    // A side without lines fits wherever its neighbours meet, so the other one tells more.
    const bool freshFirst = !change.added.isEmpty();
    if (freshFirst && fresh >= 0) {
        return {ChangeState::Taken, fresh};
    }
    if (old >= 0) {
        return {ChangeState::Open, old};
    }
    if (fresh >= 0) {
        return {ChangeState::Taken, fresh};
    }
    return {};
}

LineEdit editFor(const CodeChange& change, int line, int lineCount) {
    const auto removed = static_cast<int>(change.removed.size());
    const QString text = change.added.join(u'\n');
    if (removed > 0 && !change.added.isEmpty()) {
        return {line, false, line + removed - 1, true, text};
    }
    if (removed == 0) {
        return line < lineCount ? LineEdit{line, false, line, false, text + u'\n'}
                                : LineEdit{lineCount - 1, true, lineCount - 1, true, u'\n' + text};
    }
    if (line + removed < lineCount) {
        return {line, false, line + removed, false, {}};
    }
    return line > 0 ? LineEdit{line - 1, true, lineCount - 1, true, {}}
                    : LineEdit{0, false, lineCount - 1, true, {}};
}

} // namespace phidelity
