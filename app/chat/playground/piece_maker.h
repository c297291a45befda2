// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include "playground/play_page.h"

namespace phidelity {

/// Puts the tokens of a text that is being written to its characters. Tokens may come before their
/// text, which is held back where it could be a stop string.
class PieceMaker {
public:
    /// What has come since the last call; returns the text in pieces.
    QList<TextPiece> take(const QString& text, const QList<TokenDetail>& tokens);

private:
    QString decode(const QByteArray& bytes);

    QByteArray m_open; ///< the beginning of a character
    QList<TextPiece> m_waiting; ///< of tokens whose text has not come yet
    QList<TokenDetail> m_parts; ///< that have not made a character yet
};

} // namespace phidelity
