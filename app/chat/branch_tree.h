// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QMetaType>

#include "chat/conversation.h"

namespace phidelity {

/// One version of a reply as the tokens it is made of.
struct TriedPath {
    NodeId node = 0;
    QList<quint32> tokens;
    QList<float> logprobs; ///< natural logs; NaN, or missing at the end, where not known
};

/// Tokens that the same versions have in common, from one fork to the next.
struct BranchSegment {
    int parent = -1;           ///< index of the segment it goes on from; -1 = the reply begins here
    int depth = 0;             ///< forks before it
    qsizetype begin = 0;       ///< which token of the reply the first one is
    QList<quint32> tokens;     ///< never empty
    QList<float> logprobs;     ///< as many; NaN where not known
    double logProbability = 0; ///< of its tokens together; NaN where one is not known
    double pathLogProbability = 0; ///< likewise from the reply's first token to its last one
    QList<NodeId> through;         ///< the versions it is a part of, in their order
    QList<NodeId> ends;            ///< those that end with it
};

/// Versions of a reply merged token by token, each segment before those that go on from it and
/// versions in the order given. Two versions part where their ids differ, even where they say the
/// same: another cut into tokens has another probability. A version without tokens is left out.
/// Cost: the tokens of all versions.
[[nodiscard]] QList<BranchSegment> mergeBranches(const QList<TriedPath>& paths);

/// The tree of the versions of a reply or of the branches of a page, to be drawn. Plain value.
struct BranchTree {
    enum class Kind {
        Versions, ///< of a reply: they are told by their places
        Branches, ///< of a page: they are told by their numbers
    };
    Kind kind = Kind::Versions;
    QList<BranchSegment> segments;
    QList<QByteArray> texts; ///< of each segment; empty where the tokens' bytes are not known
    QList<bool> typed{};     ///< of each segment: it begins with what nobody has drawn
    QList<NodeId> versions;  ///< all of them, those without tokens too, oldest first
    bool removable = false;  ///< one of them can be taken away
    NodeId shown = 0;        ///< the one that is looked at
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::BranchTree)
