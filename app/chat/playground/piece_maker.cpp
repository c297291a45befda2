// SPDX-License-Identifier: MIT
#include "playground/piece_maker.h"

#include <utility>

namespace phidelity {

namespace {

/// How a character that begins with a byte goes on (Unicode 15, table 3-7); no length: it does not.
struct CharacterForm {
    int length = 0;
    uchar lowest = 0x80; ///< of the second byte
    uchar highest = 0xBF;
};

CharacterForm formOf(uchar lead) {
    if (lead < 0x80) {
        return {1};
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return {2};
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return {3, lead == 0xE0 ? uchar{0xA0} : uchar{0x80},
                lead == 0xED ? uchar{0x9F} : uchar{0xBF}};
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        return {4, lead == 0xF0 ? uchar{0x90} : uchar{0x80},
                lead == 0xF4 ? uchar{0x8F} : uchar{0xBF}};
    }
    return {};
}

} // namespace

/// Like the engine's Utf8Stream: one U+FFFD for a maximal invalid part. QStringDecoder, fed in
/// portions, takes a character that follows such a part away (Qt 6.4).
QString PieceMaker::decode(const QByteArray& bytes) {
    m_open += bytes;
    QString text;
    qsizetype at = 0;
    while (at < m_open.size()) {
        const CharacterForm form = formOf(static_cast<uchar>(m_open.at(at)));
        int good = 1;
        while (good < form.length && at + good < m_open.size()) {
            const auto next = static_cast<uchar>(m_open.at(at + good));
            const bool second = good == 1;
            if (next < (second ? form.lowest : 0x80) || next > (second ? form.highest : 0xBF)) {
                break;
            }
            ++good;
        }
        if (good < form.length && at + good == m_open.size()) {
            break; // the rest may come yet
        }
        text += good == form.length ? QString::fromUtf8(m_open.mid(at, good))
                                    : QString(QChar(QChar::ReplacementCharacter));
        at += good;
    }
    m_open.remove(0, at);
    return text;
}

QList<TextPiece> PieceMaker::take(const QString& text, const QList<TokenDetail>& tokens) {
    for (const TokenDetail& token : tokens) {
        m_parts.append(token);
        const QString said = decode(token.bytes);
        if (!said.isEmpty()) {
            m_waiting.append({said, Origin::Generated, m_parts});
            m_parts.clear();
        }
    }
    QList<TextPiece> pieces;
    QString rest = text;
    while (!rest.isEmpty() && !m_waiting.isEmpty() && rest.startsWith(m_waiting.first().text)) {
        rest.remove(0, m_waiting.first().text.size());
        pieces.append(m_waiting.takeFirst());
    }
    if (rest.isEmpty()) {
        return pieces;
    }
    // A part of what a token said, as before a stop string.
    if (!m_waiting.isEmpty() && m_waiting.first().text.startsWith(rest)) {
        m_waiting.first().text.remove(0, rest.size());
        m_waiting.first().tokens.clear();
    }
    if (m_waiting.isEmpty() && !m_parts.isEmpty()) {
        // The text has ended in the middle of a character.
        pieces.append({rest, Origin::Generated, std::exchange(m_parts, {})});
        m_open.clear();
        return pieces;
    }
    pieces.append({rest, Origin::Generated, {}});
    return pieces;
}

} // namespace phidelity
