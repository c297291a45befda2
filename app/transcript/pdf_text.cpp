// SPDX-License-Identifier: MIT
#include "app/transcript/pdf_text.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <QHash>
#include <QMultiHash>
#include <QPair>
#include <QRegularExpression>

namespace phidelity {

namespace {

/// The number behind a word of a dictionary: "/Contents 34 0 R"; -1 = it is not there.
int numberBehind(const QByteArray& dictionary, const QByteArray& word) {
    const qsizetype at = dictionary.indexOf(word + ' ');
    if (at < 0) {
        return -1;
    }
    const qsizetype from = at + word.size() + 1;
    qsizetype end = from;
    while (end < dictionary.size() && dictionary.at(end) >= '0' && dictionary.at(end) <= '9') {
        ++end;
    }
    return end == from ? -1 : dictionary.mid(from, end - from).toInt();
}

/// The objects of a file with one table of them, as Qt writes it.
class PdfFile {
public:
    explicit PdfFile(const QByteArray& bytes) : m_bytes(bytes) {
        const qsizetype start = bytes.lastIndexOf("startxref");
        const qsizetype trailer = bytes.lastIndexOf("trailer");
        if (start < 0 || trailer < 0) {
            return;
        }
        m_table =
            bytes.mid(start + qstrlen("startxref")).trimmed().split('\n').first().toLongLong();
        m_trailer = bytes.mid(trailer, start - trailer);
        if (m_table <= 0 || bytes.mid(m_table, 6) != "xref\n0") {
            return;
        }
        const QList<QByteArray> lines = bytes.mid(m_table, trailer - m_table).split('\n');
        for (qsizetype line = 2; line < lines.size(); ++line) {
            m_offsets.append(lines.at(line).left(10).toLongLong());
        }
    }

    [[nodiscard]] int count() const { return static_cast<int>(m_offsets.size()); }
    [[nodiscard]] qint64 table() const { return m_table; }
    [[nodiscard]] const QByteArray& trailer() const { return m_trailer; }

    /// What stands before the stream of an object, or all of it.
    [[nodiscard]] QByteArray dictionary(int object) const {
        const qsizetype from = m_offsets.value(object);
        const qsizetype end = m_bytes.indexOf("endobj", from);
        const qsizetype stream = m_bytes.indexOf("stream\n", from);
        if (from <= 0 || end < 0) {
            return {};
        }
        return m_bytes.mid(from, (stream > 0 && stream < end ? stream : end) - from);
    }

    [[nodiscard]] QByteArray stream(int object) const {
        const QByteArray words = dictionary(object);
        int length = numberBehind(words, "/Length");
        if (words.contains("/Length " + QByteArray::number(length) + " 0 R")) {
            const QByteArray other = dictionary(length);
            length = other.mid(other.indexOf("obj") + 3).trimmed().toInt();
        }
        const qsizetype begin = m_offsets.value(object) + words.size() + qstrlen("stream\n");
        const QByteArray raw = m_bytes.mid(begin, length);
        if (!words.contains("/FlateDecode")) {
            return raw;
        }
        // qUncompress() wants to hear of a size, and goes on where that is too small.
        constexpr qsizetype kUsualGain = 8;
        const auto guess = static_cast<quint32>(raw.size() * kUsualGain);
        QByteArray packed;
        for (const int shift : {24, 16, 8, 0}) {
            packed.append(static_cast<char>(guess >> shift & 0xFF));
        }
        return qUncompress(packed + raw);
    }

private:
    const QByteArray& m_bytes;
    QByteArray m_trailer;
    qint64 m_table = 0;
    QList<qint64> m_offsets;
};

/// A glyph that is painted on a page.
struct PaintedCode {
    int font = 0; ///< object
    quint16 code = 0;
    QPointF place;
};

/// What a page paints of text.
QList<PaintedCode> codesIn(const QByteArray& content) {
    QList<PaintedCode> codes;
    QList<QByteArray> operands;
    int font = 0;
    QPointF place;
    const auto number = [&](qsizetype fromEnd) {
        return operands.size() < fromEnd ? 0 : operands.at(operands.size() - fromEnd).toDouble();
    };
    const QList<QByteArray> words = content.simplified().split(' ');
    for (const QByteArray& word : words) {
        if (word == "Tf") { // /F9 167 Tf
            font = operands.size() < 2 ? 0 : operands.at(operands.size() - 2).mid(2).toInt();
        } else if (word == "Tm") { // 1 0 0 -1 x y Tm
            place = {number(2), number(1)};
        } else if (word == "Td") {
            place += QPointF(number(2), number(1));
        } else if (word == "Tj" && !operands.isEmpty()) { // <0001> Tj
            // Text stands upside down in a page that does, too.
            codes.append(
                {font, operands.last().mid(1, 4).toUShort(nullptr, 16), {place.x(), -place.y()}});
        } else if (word != "BT") {
            operands.append(word);
            continue;
        }
        operands.clear();
    }
    return codes;
}

QByteArray hex(const QString& text) {
    QByteArray digits;
    for (const QChar c : text) {
        digits += QByteArray::number(c.unicode(), 16).rightJustified(4, '0').toUpper();
    }
    return digits;
}

/// The text for a character that Qt found for a glyph.
QString letters(char16_t code) {
    constexpr char16_t kTab = 0x0009;
    const bool isLigature = code >= 0xFB00 && code <= 0xFB06; // fi, fl, ...
    const bool isArabic = (code >= 0xFB50 && code <= 0xFDFF) || (code >= 0xFE70 && code <= 0xFEFC);
    const QString text(QChar{code});
    if (code == kTab) {
        return QStringLiteral(" ");
    }
    const QString plain = text.normalized(QString::NormalizationForm_KC);
    // Readers differ in which way two letters of one glyph are read from right to left.
    return isLigature || (isArabic && plain.size() == 1) ? plain : text;
}

/// A map with the letters of each single character, and with the texts of further codes.
QByteArray completed(const QByteArray& map, const std::map<quint16, QString>& texts) {
    QByteArray whole = map;
    static const QRegularExpression list(
        QStringLiteral("\\[[^\\]]*\\]|<([0-9A-F]{4})> <\\1> <[0-9A-F]{4}>"));
    QRegularExpressionMatchIterator lists = list.globalMatch(QString::fromLatin1(map));
    qsizetype moved = 0;
    while (lists.hasNext()) {
        const QRegularExpressionMatch match = lists.next();
        const bool isOne = match.capturedLength(1) > 0;
        QByteArray entries = match.captured().toLatin1();
        for (qsizetype at = isOne ? entries.lastIndexOf('<') : entries.indexOf('<'); at >= 0;
             at = entries.indexOf('<', at + 1)) {
            bool known = false;
            const ushort code = entries.mid(at + 1, 4).toUShort(&known, 16);
            if (known && entries.mid(at + 5, 1) == ">") {
                entries.replace(at + 1, 4, hex(letters(code)));
            }
        }
        whole.replace(match.capturedStart() + moved, match.capturedLength(), entries);
        moved += entries.size() - match.capturedLength();
    }
    QByteArray added;
    constexpr int kMostInBlock = 100; // ISO 32000-1, 9.7.5.4
    auto next = texts.begin();
    for (auto left = static_cast<int>(texts.size()); left > 0; left -= kMostInBlock) {
        added += QByteArray::number(std::min(left, kMostInBlock)) + " beginbfchar\n";
        for (int at = 0; at < std::min(left, kMostInBlock); ++at, ++next) {
            added += '<' + hex(QString(QChar(next->first))) + "> <" + hex(next->second) + ">\n";
        }
        added += "endbfchar\n";
    }
    const qsizetype end = whole.indexOf("endcmap");
    return end < 0 ? map : whole.insert(end, added);
}

/// The text of each code of each font, found by where it is painted.
QHash<int, std::map<quint16, QString>> textsOfCodes(const PdfFile& file, const QByteArray& pages,
                                                    const QList<PaintedSign>& signs) {
    QHash<int, std::map<quint16, QString>> texts;
    QMultiHash<QPair<int, int>, const PaintedSign*> byPlace; // page and x
    for (const PaintedSign& sign : signs) {
        byPlace.insert({sign.page, static_cast<int>(std::floor(sign.place.x()))}, &sign);
    }
    static const QRegularExpression kid(QStringLiteral("(\\d+) 0 R"));
    QRegularExpressionMatchIterator kids =
        kid.globalMatch(QString::fromLatin1(pages.mid(pages.indexOf("/Kids"), pages.indexOf(']'))));
    for (int page = 1; kids.hasNext(); ++page) {
        const int object = kids.next().captured(1).toInt();
        const int contents = numberBehind(file.dictionary(object), "/Contents");
        const QList<PaintedCode> codes = codesIn(file.stream(contents));
        for (const PaintedCode& code : codes) {
            if (code.code == 0) {
                continue; // the box for whatever the font lacks
            }
            const auto x = static_cast<int>(std::floor(code.place.x()));
            for (const int column : {x - 1, x, x + 1}) {
                const auto [first, last] =
                    std::as_const(byPlace).equal_range(QPair<int, int>(page, column));
                for (auto sign = first; sign != last; ++sign) {
                    // Numbers are written with nine digits.
                    if (QPointF apart = (*sign)->place - code.place; apart.manhattanLength() < 1) {
                        texts[code.font].emplace(code.code, (*sign)->text);
                    }
                }
            }
        }
    }
    return texts;
}

} // namespace

QByteArray withWholeText(const QByteArray& pdf, const QList<PaintedSign>& signs) {
    const PdfFile file(pdf);
    QList<int> fonts;
    QByteArray pages;
    for (int object = 1; object < file.count(); ++object) {
        const QByteArray words = file.dictionary(object);
        if (words.contains("/Subtype /Type0") && numberBehind(words, "/ToUnicode") > 0) {
            fonts.append(object);
        } else if (words.contains("/Type /Pages")) {
            pages = words;
        }
    }
    const auto texts = signs.isEmpty() ? QHash<int, std::map<quint16, QString>>()
                                       : textsOfCodes(file, pages, signs);
    QByteArray whole = pdf;
    QByteArray table;
    for (const int font : fonts) {
        const int object = numberBehind(file.dictionary(font), "/ToUnicode");
        const QByteArray map = file.stream(object);
        const QByteArray better = completed(map, texts.value(font));
        if (better != map) {
            const QByteArray number = QByteArray::number(object);
            table += number + " 1\n" + QByteArray::number(whole.size()).rightJustified(10, '0') +
                     " 00000 n \n";
            whole += number + " 0 obj\n<<\n/Length " + QByteArray::number(better.size()) +
                     "\n>>\nstream\n" + better + "\nendstream\nendobj\n";
        }
    }
    if (table.isEmpty()) {
        return pdf;
    }
    QByteArray trailer = file.trailer();
    trailer.replace("<<\n", "<<\n/Prev " + QByteArray::number(file.table()) + '\n');
    const QByteArray place = QByteArray::number(whole.size());
    return whole + "xref\n" + table + trailer + "startxref\n" + place + "\n%%EOF\n";
}

} // namespace phidelity
