// SPDX-License-Identifier: MIT
#include "code/line_diff.h"

#include <algorithm>
#include <vector>

#include <QHash>

namespace phidelity {

namespace {

using Lines = std::vector<int>;

/// Equal lines get equal numbers, so that they are compared once.
class Numbering {
public:
    Lines of(const QStringList& lines) {
        Lines numbers;
        numbers.reserve(static_cast<std::size_t>(lines.size()));
        for (const QString& line : lines) {
            const auto found = m_numbers.constFind(line);
            if (found != m_numbers.constEnd()) {
                numbers.push_back(*found);
            } else {
                const auto next = static_cast<int>(m_numbers.size());
                m_numbers.insert(line, next);
                numbers.push_back(next);
            }
        }
        return numbers;
    }

private:
    QHash<QString, int> m_numbers;
};

/// Which lines of each side stay, in order; false where that takes too many edits.
class Myers {
public:
    Myers(const Lines& a, const Lines& b, int skip, int aEnd, int bEnd)
        : m_a(a), m_b(b), m_skip(skip), m_n(aEnd - skip), m_m(bEnd - skip) {}

    bool run(std::vector<char>& aStays, std::vector<char>& bStays) {
        const int most = std::min(m_n + m_m, kMostEdits);
        // reach[k + offset]: how far one comes on the diagonal k = x - y with d edits.
        const int offset = most + 1;
        std::vector<int> reach(static_cast<std::size_t>(2 * most + 3), 0);
        const auto at = [&](std::vector<int>& row, int k) -> int& {
            return row[static_cast<std::size_t>(k + offset)];
        };
        std::vector<std::vector<int>> trace;
        for (int d = 0; d <= most; ++d) {
            trace.emplace_back(reach.begin() + offset - d, reach.begin() + offset + d + 1);
            for (int k = -d; k <= d; k += 2) {
                const bool down = k == -d || (k != d && at(reach, k - 1) < at(reach, k + 1));
                int x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
                int y = x - k;
                while (x < m_n && y < m_m && same(x, y)) {
                    ++x;
                    ++y;
                }
                at(reach, k) = x;
                if (x >= m_n && y >= m_m) {
                    walkBack(trace, d, aStays, bStays);
                    return true;
                }
            }
        }
        return false;
    }

private:
    [[nodiscard]] bool same(int x, int y) const {
        return m_a[static_cast<std::size_t>(m_skip + x)] ==
               m_b[static_cast<std::size_t>(m_skip + y)];
    }

    void walkBack(const std::vector<std::vector<int>>& trace, int edits, std::vector<char>& aStays,
                  std::vector<char>& bStays) const {
        int x = m_n;
        int y = m_m;
        for (int d = edits; d >= 0; --d) {
            // What was reached before the d-th edit; outside of it nothing was.
            const auto reach = [&](int k) {
                return std::abs(k) > d
                           ? -1
                           : trace[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
            };
            const int k = x - y;
            const bool down = k == -d || (k != d && reach(k - 1) < reach(k + 1));
            const int before = down ? k + 1 : k - 1;
            const int fromX = d == 0 ? 0 : reach(before);
            const int fromY = d == 0 ? 0 : fromX - before;
            while (x > fromX && y > fromY) {
                --x;
                --y;
                aStays[static_cast<std::size_t>(m_skip + x)] = 1;
                bStays[static_cast<std::size_t>(m_skip + y)] = 1;
            }
            x = fromX;
            y = fromY;
        }
    }

    const Lines& m_a;
    const Lines& m_b;
    int m_skip; ///< leading lines that are equal
    int m_n;
    int m_m;
};

} // namespace

QList<LineChange> lineDiff(const QStringList& before, const QStringList& after) {
    Numbering numbering;
    const Lines a = numbering.of(before);
    const Lines b = numbering.of(after);
    int aEnd = static_cast<int>(a.size());
    int bEnd = static_cast<int>(b.size());
    int skip = 0;
    while (skip < aEnd && skip < bEnd &&
           a[static_cast<std::size_t>(skip)] == b[static_cast<std::size_t>(skip)]) {
        ++skip;
    }
    while (aEnd > skip && bEnd > skip &&
           a[static_cast<std::size_t>(aEnd - 1)] == b[static_cast<std::size_t>(bEnd - 1)]) {
        --aEnd;
        --bEnd;
    }
    std::vector<char> aStays(a.size(), 1);
    std::vector<char> bStays(b.size(), 1);
    std::fill(aStays.begin() + skip, aStays.begin() + aEnd, '\0');
    std::fill(bStays.begin() + skip, bStays.begin() + bEnd, '\0');
    // Without a way within bounds nothing between the equal ends stays.
    (void)Myers(a, b, skip, aEnd, bEnd).run(aStays, bStays);

    QList<LineChange> changes;
    std::size_t x = 0;
    std::size_t y = 0;
    while (x < a.size() || y < b.size()) {
        if (x < a.size() && y < b.size() && aStays[x] != 0 && bStays[y] != 0) {
            ++x;
            ++y;
            continue;
        }
        LineChange change;
        change.at = static_cast<int>(x);
        for (; x < a.size() && aStays[x] == 0; ++x) {
            change.removed.append(before.at(static_cast<qsizetype>(x)));
        }
        for (; y < b.size() && bStays[y] == 0; ++y) {
            change.added.append(after.at(static_cast<qsizetype>(y)));
        }
        changes.append(change);
    }
    return changes;
}

} // namespace phidelity
