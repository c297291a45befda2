// SPDX-License-Identifier: MIT
#include "store/folding.h"

#include <algorithm>

#include <QChar>

namespace phidelity {

namespace {

constexpr int kRules = 1; ///< counted up when the rules below change

void foldCharacter(char32_t character, QString* out) {
    if (character < 0x80) {
        const auto plain = static_cast<char16_t>(character);
        const bool isBlank = plain == 0 || (plain >= 0x09 && plain <= 0x0d);
        const bool isCapital = plain >= 'A' && plain <= 'Z';
        out->append(QChar(isBlank     ? u' '
                          : isCapital ? static_cast<char16_t>(plain + 0x20)
                                      : plain));
        return;
    }
    const QString parts = QChar::decomposition(character);
    // A character that stands for itself has no decomposition; the parts can have one again.
    if (!parts.isEmpty() && QChar::decompositionTag(character) != QChar::NoDecomposition) {
        for (qsizetype at = 0; at < parts.size();) {
            foldCharacter(takeCharacter(parts, &at), out);
        }
        return;
    }
    if (QChar::category(character) == QChar::Mark_NonSpacing) {
        return;
    }
    const char32_t small = QChar::toCaseFolded(character);
    if (small == 0xdf) {
        out->append(QStringLiteral("ss"));
    } else if (QChar::isSpace(small)) {
        out->append(u' ');
    } else {
        out->append(QChar::fromUcs4(small));
    }
}

bool isAscii(const QString& text) {
    return std::all_of(text.cbegin(), text.cend(), [](QChar one) { return one.unicode() < 0x80; });
}

/// Behind the character that the folded place `at` comes from: the whole of it, where a term is
/// only a part ("ﬁ" by "f").
qsizetype endOfCharacter(const QList<qsizetype>& origins, qsizetype at) {
    qsizetype next = at + 1;
    while (origins.at(next) == origins.at(at)) {
        ++next;
    }
    return origins.at(next);
}

} // namespace

char32_t takeCharacter(const QString& text, qsizetype* at) {
    const QChar first = text.at((*at)++);
    if (first.isHighSurrogate() && *at < text.size() && text.at(*at).isLowSurrogate()) {
        return QChar::surrogateToUcs4(first, text.at((*at)++));
    }
    return first.unicode();
}

QString folded(const QString& text) {
    QString out;
    out.reserve(text.size());
    for (qsizetype at = 0; at < text.size();) {
        foldCharacter(takeCharacter(text, &at), &out);
    }
    return out;
}

QString folded(const QString& text, QList<qsizetype>* origins) {
    QString out;
    out.reserve(text.size());
    origins->clear();
    origins->reserve(text.size() + 1);
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype from = at;
        foldCharacter(takeCharacter(text, &at), &out);
        while (origins->size() < out.size()) {
            origins->append(from);
        }
    }
    origins->append(text.size());
    return out;
}

QString foldingVersion() {
    return QStringLiteral("%1/%2").arg(kRules).arg(
        static_cast<int>(QChar::currentUnicodeVersion()));
}

QList<QString> searchTerms(const QString& query) {
    QList<QString> found;
    const QString flat = folded(query);
    qsizetype at = 0;
    while (at < flat.size()) {
        const bool quoted = flat.at(at) == u'"';
        const QChar end = quoted ? u'"' : u' ';
        const qsizetype from = at + (quoted ? 1 : 0);
        qsizetype to = from;
        while (to < flat.size() && flat.at(to) != end && (quoted || flat.at(to) != u'"')) {
            ++to;
        }
        const QString term =
            quoted ? flat.mid(from, to - from).trimmed() : flat.mid(from, to - from);
        if (!term.isEmpty()) {
            found.append(term);
        }
        const bool skipEnd = to < flat.size() && flat.at(to) == end;
        at = to + (skipEnd ? 1 : 0);
    }
    std::sort(found.begin(), found.end(),
              [](const QString& one, const QString& other) { return one.size() > other.size(); });
    QList<QString> needed;
    for (const QString& term : found) {
        const bool isPart = std::any_of(needed.cbegin(), needed.cend(), [&](const QString& longer) {
            return longer.contains(term);
        });
        if (!isPart) {
            needed.append(term);
        }
    }
    return needed;
}

QList<TextMark> findTerms(const QString& text, const QList<QString>& terms, qsizetype limit) {
    QList<qsizetype> origins;
    // ASCII folds letter by letter, so places are their own origins.
    const bool plain = isAscii(text);
    const QString flat = plain ? folded(text) : folded(text, &origins);
    QList<TextMark> marks;
    for (const QString& term : terms) {
        qsizetype at = flat.indexOf(term);
        if (at < 0) {
            return {};
        }
        for (qsizetype count = 0; at >= 0 && count < limit; ++count) {
            const qsizetype end = at + term.size();
            const qsizetype from = plain ? at : origins.at(at);
            const qsizetype to = plain ? end : endOfCharacter(origins, end - 1);
            marks.append({from, to - from});
            at = flat.indexOf(term, end);
        }
    }
    std::sort(marks.begin(), marks.end(),
              [](const TextMark& one, const TextMark& other) { return one.start < other.start; });
    QList<TextMark> apart;
    for (const TextMark& mark : marks) {
        const qsizetype end = mark.start + mark.length;
        if (!apart.isEmpty() && mark.start < apart.last().start + apart.last().length) {
            TextMark& last = apart.last();
            last.length = std::max(last.start + last.length, end) - last.start;
        } else if (apart.size() < limit) {
            apart.append(mark);
        }
    }
    return apart;
}

} // namespace phidelity
