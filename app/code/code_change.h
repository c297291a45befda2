// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include <QList>
#include <QString>

#include "code/line_diff.h"

namespace phidelity {

/// Characters of a text that become others.
struct TextEdit {
    qsizetype from = 0;
    qsizetype to = 0; ///< behind the last one that goes
    QString text;     ///< in their place

    bool operator==(const TextEdit&) const = default;
};

/// A change of lines that is proposed for a text, which may be edited before it is taken.
struct CodeChange : LineChange {
    /// The lines around it, which stay; none at the beginning and the end of the text.
    std::optional<QString> before;
    std::optional<QString> after;

    bool operator==(const CodeChange&) const = default;
};

/// Which changes of lines an edit of `text` comes to, in order. Linear in `text`, and as lineDiff
/// in what is edited. `unfinished`: more of the edit's text is to come, so that lines at its end
/// which it has not reached yet count as staying.
enum class EditState { Unfinished, Whole };
[[nodiscard]] QList<CodeChange> changesOf(const QString& text, const TextEdit& edit,
                                          EditState state = EditState::Whole);

/// The lines of a text, wherever they are.
struct LineSource {
    int count = 0;
    std::function<QString(int line)> at;
};

enum class ChangeState {
    Open,  ///< it can be taken
    Taken, ///< the text says what it wants
    Lost   ///< what it was made for is not there any more
};
struct ChangePlace {
    ChangeState state = ChangeState::Lost;
    int line = 0; ///< where it begins, unless it is lost
};
/// Where a change stands in a text, looked for at the line `near` and up to three lines from it:
/// lines that go must be there to the letter, and a line around them; where none goes, both lines
/// around it.
[[nodiscard]] ChangePlace placeOf(const CodeChange& change, const LineSource& lines, int near);

/// What takes a change that begins at `line` of `lines`, as lines: from the beginning of a line to
/// the end of another, with or without the line end. Exactly one of the line ends around whole
/// lines that come or go is part of it.
struct LineEdit {
    int fromLine = 0;
    bool fromEnd = false; ///< from the end of `fromLine`, else its beginning
    int toLine = 0;
    bool toEnd = false;
    QString text;
};
[[nodiscard]] LineEdit editFor(const CodeChange& change, int line, int lineCount);

} // namespace phidelity
