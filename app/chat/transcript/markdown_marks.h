// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

// What toMarkdown() writes between the texts and readMarkdown() looks for. A line of a text that
// looks like one of these is changed in a way that shows the same and can be taken back.

/// How the line below the title begins.
inline constexpr QLatin1String kMarkdownSignature("*A transcript of Phidelity");
/// Behind the word for the format, where that stands for one that the user made.
inline constexpr QLatin1String kMarkdownOwnFormat(" (in place of an own one)");
/// How a line begins that tells something about the message above.
inline constexpr QLatin1String kMarkdownNote("*(");
/// Behind a line of a text that looks like one of our headings: closes a heading, shows nothing.
inline constexpr QLatin1String kHeadingClose(" ##");
/// Behind a line of a user's text that the next one follows at once: keeps them apart.
inline constexpr QLatin1String kHardBreak("  ");
/// Behind a fence that closes what the text left open.
inline constexpr QLatin1String kAddedFence("\t");

/// "## 12. Name": the number and where the name begins. False for other lines.
[[nodiscard]] bool readMessageHeading(QStringView line, int* row, QString* name);
/// "# Branch 2: another version of message 4 of branch 1". False for other lines.
[[nodiscard]] bool readBranchHeading(QStringView line, int* number, int* row, int* fromStrand);

} // namespace phidelity
