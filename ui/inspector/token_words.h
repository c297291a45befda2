// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "engine/token_detail.h"

namespace phidelity {

/// What the inspector says of tokens, in the user's words and numbers.

/// On one line, with nothing hidden; of a token without bytes what it stands for.
[[nodiscard]] QString tokenLabel(const QByteArray& bytes);
/// "20 64 6F 67"; "none" of a special token.
[[nodiscard]] QString bytesInHex(const QByteArray& bytes);
/// "34 %", "0.12 %", "1 in 23,000", of a probability from 0 to 1; "unknown" of NaN.
[[nodiscard]] QString probabilityWords(double probability);
/// The same of a natural logarithm, down to "1 in 10⁴⁵".
[[nodiscard]] QString pathWords(double logProbability);
/// "first choice", "2nd choice"; rank 0 is the first. Empty of one that is not computed.
[[nodiscard]] QString choiceWords(int rank);
/// "like choosing between 3.2 equally likely tokens"; empty where it is not computed.
[[nodiscard]] QString uncertaintyWords(float entropy);
/// One sentence on a token at its place: how likely it was, and as which choice.
[[nodiscard]] QString tokenSentence(const TokenDetail& token);

/// What tokens came to together. Those without a log-probability do not count.
struct TextScore {
    int tokens = 0; ///< that count
    double logProbability = 0;
    [[nodiscard]] double perplexity() const;
};
[[nodiscard]] TextScore scoreOf(const QList<TokenDetail>& tokens);
/// "Perplexity 4.2 over 80 tokens: ..."; empty where nothing counts.
[[nodiscard]] QString scoreSentence(const TextScore& score);

} // namespace phidelity
