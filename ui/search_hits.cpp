// SPDX-License-Identifier: MIT
#include "ui/search_hits.h"

#include <algorithm>

namespace phidelity {

QStringList searchWords(const QString& typed) {
    QStringList words;
    const QStringList parts = typed.split(u'"');
    for (qsizetype part = 0; part < parts.size(); ++part) {
        // What stands between an odd and an even quotation mark is a phrase.
        const QString phrase = parts.at(part).simplified();
        if (part % 2 == 1 && part + 1 < parts.size()) {
            words.append(phrase);
        } else {
            words += phrase.split(u' ');
        }
    }
    words.removeAll(QString());
    words.removeDuplicates();
    return words;
}

QList<TextBlock::Cell> findHits(const QString& text, const HitQuery& query) {
    QList<TextBlock::Cell> found;
    for (const QString& word : query.words) {
        for (qsizetype at = text.indexOf(word, 0, query.sensitivity); at >= 0;
             at = text.indexOf(word, at + word.size(), query.sensitivity)) {
            found.append({at, word.size()});
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.start != b.start ? a.start < b.start : a.length > b.length;
    });
    QList<TextBlock::Cell> hits;
    for (const TextBlock::Cell& hit : std::as_const(found)) {
        if (hits.isEmpty() || hit.start >= hits.last().start + hits.last().length) {
            hits.append(hit);
        }
    }
    return hits;
}

} // namespace phidelity
