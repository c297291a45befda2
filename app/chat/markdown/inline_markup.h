// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QHash>
#include <QString>
#include <QStringView>

#include "chat/markdown/text_block.h"

namespace phidelity {

/// The definitions "[label]: address" of a message. Of several with one label the first counts.
class LinkReferences {
public:
    /// Reads a line that is a definition; `at` is where it stands. True for one that is new.
    enum class Taken { No, Known, New };
    Taken take(QStringView line, qsizetype at);
    /// The address for a label, without regard to case and white space; null for none.
    [[nodiscard]] QString address(QStringView label) const;
    [[nodiscard]] bool isEmpty() const { return m_references.isEmpty(); }

private:
    struct Reference {
        QString address;
        qsizetype at = 0;
    };
    QHash<QString, Reference> m_references;
};

/// What is read from the inside of a block.
struct InlineText {
    QString text;
    QList<Span> spans;
    QList<TextLink> links;
    QList<TextFormula> formulas;
};

/// Whether the text is a paragraph or stands on one line, where there are no line breaks and all
/// formulas are small.
enum class InlinePlace { Paragraph, OneLine };
/// Whether more text may follow.
enum class InlineEnding { Final, Open };

/// Reads emphasis, code, links, pictures, entities and mathematics. Raw HTML and unfinished markup
/// stay as they stand. A link whose address is not of a kind that opens, or whose words look like
/// another address, shows its address behind it; a picture is its description and its address.
/// Linear for the bounded blocks it is meant for. Never fails.
[[nodiscard]] InlineText readInline(const QString& source, const LinkReferences& references = {},
                                    InlinePlace place = InlinePlace::Paragraph,
                                    InlineEnding ending = InlineEnding::Final);

} // namespace phidelity
