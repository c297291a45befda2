// SPDX-License-Identifier: MIT
#include "engine/perplexity.h"

#include <cmath>

namespace phidelity {

double perplexityOf(const QList<TokenDetail>& tokens) {
    double sum = 0;
    qsizetype count = 0;
    for (const TokenDetail& token : tokens) {
        if (!std::isnan(token.logprob)) {
            sum -= static_cast<double>(token.logprob);
            ++count;
        }
    }
    return std::exp(sum / static_cast<double>(count)); // 0 / 0 is NaN
}

} // namespace phidelity
