// SPDX-License-Identifier: MIT
#include "chat/markdown/source_places.h"

#include <algorithm>

namespace phidelity {

namespace {

/// Markup between two shown characters is seldom longer; an address may be.
constexpr qsizetype kFarthest = 400;
/// So much has to be the same behind markup for it to be taken as passed.
constexpr qsizetype kSure = 4;

/// Where what is shown from `shown` on goes on in the source at or behind `at`; -1 = it is not
/// written there.
qsizetype goesOnAt(QStringView source, qsizetype at, qsizetype end, QStringView shown) {
    const QStringView window = source.sliced(at, std::min(kFarthest, end - at));
    for (qsizetype sure = std::min(kSure, shown.size()); sure > 0; --sure) {
        const qsizetype found = window.indexOf(shown.first(sure));
        if (found >= 0) {
            return at + found;
        }
    }
    return -1;
}

class Alignment {
public:
    Alignment(QStringView source, qsizetype at, qsizetype end)
        : m_source(source), m_at(at), m_end(end) {}

    /// One place for each character of the block's text.
    QList<qsizetype> take(const TextBlock& block) {
        QList<qsizetype> places;
        places.reserve(block.text.size() + 1);
        const QStringView text = block.text;
        auto formula = block.formulas.begin();
        for (qsizetype shown = 0; shown < text.size(); ++shown) {
            if (formula != block.formulas.end() && formula->at == shown) {
                const qsizetype found = m_source.indexOf(formula->source, m_at);
                if (found >= 0 && found < m_end) {
                    m_at = found;
                    places.append(m_at);
                    m_at += formula->source.size();
                } else {
                    places.append(m_at);
                }
                ++formula;
                continue;
            }
            const bool here = m_at < m_end && m_source.at(m_at) == text.at(shown);
            if (!here) {
                const qsizetype found = goesOnAt(m_source, m_at, m_end, text.sliced(shown));
                if (found < 0) { // shown, but not written: it stands where it is
                    places.append(m_at);
                    continue;
                }
                m_at = found;
            }
            places.append(m_at++);
        }
        places.append(m_at);
        return places;
    }

private:
    QStringView m_source;
    qsizetype m_at;
    qsizetype m_end;
};

} // namespace

QList<qsizetype> sourcePlaces(QStringView source, const QList<TextBlock>& blocks, qsizetype block) {
    // Pieces of one long line all say where that line begins.
    qsizetype first = block;
    while (first > 0 && blocks.at(first - 1).sourceStart == blocks.at(block).sourceStart) {
        --first;
    }
    qsizetype end = source.size();
    for (qsizetype next = block + 1; next < blocks.size(); ++next) {
        if (blocks.at(next).sourceStart > blocks.at(block).sourceStart) {
            end = std::min(end, blocks.at(next).sourceStart);
            break;
        }
    }
    const qsizetype begin = std::min(blocks.at(block).sourceStart, end);
    Alignment alignment(source, begin, end);
    QList<qsizetype> places;
    for (qsizetype piece = first; piece <= block; ++piece) {
        places = alignment.take(blocks.at(piece));
    }
    return places;
}

qsizetype blockAtSource(const QList<TextBlock>& blocks, qsizetype place) {
    const auto after = std::upper_bound(
        blocks.begin(), blocks.end(), place,
        [](qsizetype wanted, const TextBlock& block) { return wanted < block.sourceStart; });
    return std::distance(blocks.begin(), after) - 1;
}

} // namespace phidelity
