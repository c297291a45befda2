// SPDX-License-Identifier: MIT
#include "chat/branch_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace phidelity {

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

class Merge {
public:
    explicit Merge(const QList<TriedPath>& paths) : m_paths(paths) {}

    QList<BranchSegment> run() {
        QList<qsizetype> all;
        for (qsizetype index = 0; index < m_paths.size(); ++index) {
            if (!m_paths.at(index).tokens.isEmpty()) {
                all.append(index);
            }
        }
        fork(all, 0, -1, 0, 0);
        return m_segments;
    }

private:
    [[nodiscard]] const QList<quint32>& tokens(qsizetype path) const {
        return m_paths.at(path).tokens;
    }

    /// Those of `paths` that go on at token `at` each begin a segment with those that go the same
    /// way.
    void fork(QList<qsizetype> paths, qsizetype at, int parent, int depth, double before) {
        while (!paths.isEmpty()) {
            const quint32 first = tokens(paths.front()).at(at);
            QList<qsizetype> same;
            for (const qsizetype path : paths) {
                if (tokens(path).at(at) == first) {
                    same.append(path);
                }
            }
            paths.removeIf([&](qsizetype path) { return same.contains(path); });
            addSegment(same, at, parent, depth, before);
        }
    }

    void addSegment(const QList<qsizetype>& paths, qsizetype begin, int parent, int depth,
                    double before) {
        const QList<quint32>& guide = tokens(paths.front());
        qsizetype end = guide.size();
        for (const qsizetype path : paths) {
            const auto parting = std::mismatch(guide.begin() + begin, guide.begin() + end,
                                               tokens(path).begin() + begin, tokens(path).end());
            end = std::distance(guide.begin(), parting.first);
        }
        BranchSegment segment;
        segment.parent = parent;
        segment.depth = depth;
        segment.begin = begin;
        segment.tokens = guide.mid(begin, end - begin);
        for (qsizetype at = begin; at < end; ++at) {
            segment.logprobs.append(known(paths, at));
            segment.logProbability += static_cast<double>(segment.logprobs.last());
        }
        segment.pathLogProbability = before + segment.logProbability;
        QList<qsizetype> longer;
        for (const qsizetype path : paths) {
            segment.through.append(m_paths.at(path).node);
            if (tokens(path).size() == end) {
                segment.ends.append(m_paths.at(path).node);
            } else {
                longer.append(path);
            }
        }
        const double sum = segment.pathLogProbability;
        const auto index = static_cast<int>(m_segments.size());
        m_segments.append(std::move(segment));
        fork(longer, end, index, depth + 1, sum);
    }

    /// What any of the versions knows of a token that they share.
    [[nodiscard]] float known(const QList<qsizetype>& paths, qsizetype at) const {
        for (const qsizetype path : paths) {
            const float logprob = m_paths.at(path).logprobs.value(at, kUnknown);
            if (!std::isnan(logprob)) {
                return logprob;
            }
        }
        return kUnknown;
    }

    const QList<TriedPath>& m_paths;
    QList<BranchSegment> m_segments;
};

} // namespace

QList<BranchSegment> mergeBranches(const QList<TriedPath>& paths) {
    return Merge(paths).run();
}

} // namespace phidelity
