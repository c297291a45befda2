// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QString>

namespace phidelity {

/// Another token that could have come.
struct TokenAlternative {
    quint32 id = 0;
    QString text; ///< printable label
    float logprob = 0;
    QByteArray bytes{}; ///< may be part of a character; none of a special token

    bool operator==(const TokenAlternative&) const = default;
};

/// One token of a text, drawn or written, and what the model thought of it at its place.
struct TokenDetail {
    static constexpr float kNotComputed = std::numeric_limits<float>::quiet_NaN();

    quint32 id = 0;
    QByteArray bytes;             ///< may be part of a character
    float logprob = kNotComputed; ///< natural log, under the model; NaN for a text's first token
    int rank = -1; ///< 0 = the most likely, equal ones by lower id; -1 = not computed
    float entropy = kNotComputed; ///< nats, of the model's whole distribution at this place
    /// Under the distribution that the sampler's chain left; NaN where nothing was drawn.
    float chainProbability = kNotComputed;
    QList<TokenAlternative> top{}; ///< most likely first
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::TokenDetail)
