// SPDX-License-Identifier: MIT
#include "chat/transcript/paper.h"

#include <algorithm>

namespace phidelity {

namespace {

struct PaperWords {
    Paper paper;
    const char* key;
    const char16_t* title;
    qreal width; // millimetres
    qreal height;
};
constexpr PaperWords kWords[] = {
    {Paper::A4, "a4", u"A4 (210 × 297 mm)", 210, 297},
    {Paper::A5, "a5", u"A5 (148 × 210 mm)", 148, 210},
    {Paper::Letter, "letter", u"Letter (8.5 × 11 in)", 215.9, 279.4},
    {Paper::Legal, "legal", u"Legal (8.5 × 14 in)", 215.9, 355.6},
};

const PaperWords& wordsOf(Paper paper) {
    return *std::find_if(std::begin(kWords), std::end(kWords),
                         [paper](const PaperWords& words) { return words.paper == paper; });
}

} // namespace

QString titleOf(Paper paper) {
    return QString::fromUtf16(wordsOf(paper).title);
}

QString keyOf(Paper paper) {
    return QLatin1String(wordsOf(paper).key);
}

Paper paperOfKey(const QString& key, bool* ok) {
    for (const PaperWords& words : kWords) {
        if (key.compare(QLatin1String(words.key), Qt::CaseInsensitive) == 0) {
            *ok = true;
            return words.paper;
        }
    }
    *ok = false;
    return Paper::A4;
}

QSizeF sizeOf(Paper paper) {
    const PaperWords& words = wordsOf(paper);
    return {words.width, words.height};
}

Paper paperOf(QLocale::Territory territory) {
    static constexpr QLocale::Territory kLetter[] = {
        QLocale::Belize,       QLocale::Canada,     QLocale::Chile,       QLocale::Colombia,
        QLocale::CostaRica,    QLocale::ElSalvador, QLocale::Guatemala,   QLocale::Mexico,
        QLocale::Nicaragua,    QLocale::Panama,     QLocale::Philippines, QLocale::PuertoRico,
        QLocale::UnitedStates, QLocale::Venezuela};
    return std::find(std::begin(kLetter), std::end(kLetter), territory) == std::end(kLetter)
               ? Paper::A4
               : Paper::Letter;
}

Paper localPaper() {
    for (const char* name : {"LC_ALL", "LC_PAPER", "LANG"}) {
        if (const QString value = qEnvironmentVariable(name); !value.isEmpty()) {
            // "C" and "POSIX" name no territory, nor does Qt guess one for them.
            return paperOf(QLocale(value).territory());
        }
    }
    return paperOf(QLocale::system().territory());
}

} // namespace phidelity
