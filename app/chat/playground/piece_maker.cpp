// SPDX-License-Identifier: MIT
#include "playground/piece_maker.h"

namespace phidelity {

QList<TextPiece> PieceMaker::take(const QString& text, const QList<TokenDetail>& tokens) {
    for (const TokenDetail& token : tokens) {
        m_parts.append(token);
        const QString said = m_decoder.decode(token.bytes);
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
    pieces.append({rest, Origin::Generated, {}});
    return pieces;
}

} // namespace phidelity
