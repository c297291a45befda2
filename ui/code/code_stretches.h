// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <QTextCursor>

#include "chat/branch_tree.h"
#include "chat/reply_tokens.h"
#include "engine/token_detail.h"

namespace phidelity {

/// Stretches of one document whose tokens are known: completions, and text that the model has read.
/// A stretch keeps its place while text before it changes; what is changed in it hides its tokens
/// from there on, and undoing that shows them again. GUI thread.
class CodeStretches {
public:
    enum class Source {
        Written, ///< by the model
        Read     ///< what somebody else wrote
    };
    struct Stretch {
        int id = 0; ///< from 1
        QTextCursor begin;
        Source source = Source::Written;
        QList<quint32> context; ///< what the model had read before its first token
        QList<TokenDetail> tokens;
        qsizetype lead = 0;  ///< bytes of the first token that stand before the stretch
        qsizetype shown = 0; ///< characters of it that were in sight once
    };
    /// What of a stretch is there now.
    struct Seen {
        qsizetype inText = 0; ///< characters in the document
        TokenSpans spans;     ///< of what is in the document or offered, from its beginning

        [[nodiscard]] qsizetype length() const {
            return spans.begins.isEmpty() ? 0 : spans.begins.last();
        }
    };
    /// Text that is offered behind a place of the document; none where it is empty.
    struct Offer {
        QString text;
        int at = 0;
    };

    /// `document` outlives it.
    explicit CodeStretches(QTextDocument* document) : m_document(document) {}

    /// Returns its id. The oldest one goes where there are many.
    int add(int position, Stretch stretch);
    [[nodiscard]] Stretch* find(int id);
    [[nodiscard]] const Stretch* find(int id) const;
    /// What the tokens of a stretch say, without the lead; whole characters only.
    [[nodiscard]] static QString textOf(const Stretch& stretch);
    [[nodiscard]] Seen seen(const Stretch& stretch, const Offer& offer) const;
    /// The one in which a place lies; where there are several, the one that begins last and of
    /// those the one of which most is there. `usual` where there is none and it is in sight; else
    /// 0.
    [[nodiscard]] int at(int position, const Offer& offer, int usual) const;
    /// The one that a completion behind `context` goes on from, when it ends at this place; else 0.
    [[nodiscard]] int endingWith(const QList<quint32>& context, int position,
                                 const Offer& offer) const;
    /// What was tried in the place of this one, by ids, it among them, oldest first.
    [[nodiscard]] QList<NodeId> ways(int id) const;
    void clear() { m_stretches.clear(); }

private:
    QTextDocument* m_document;
    std::vector<Stretch> m_stretches;
    int m_last = 0;
};

} // namespace phidelity
