// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QList>
#include <QString>

#include "chat/generation_settings.h"
#include "engine/token_messages.h"

namespace phidelity {

struct ShownToken {
    quint32 id = 0;
    QString text; ///< printable label
    double probability = 0;
};

/// The distribution of the next token as one stage left it.
struct StageDistribution {
    QString stage;         ///< "model" first, then names as in GenerationSettings::stageOrder
    int left = 0;          ///< tokens that can still come
    QList<ShownToken> top; ///< most likely first
};

/// What became of one of the model's most likely tokens.
struct TokenFate {
    quint32 id = 0;
    QString text;
    double before = 0;      ///< probability under the model
    double after = 0;       ///< and at the end of the chain; 0 where it was removed
    QString removedBy;      ///< the stage that did; empty: it can still come
    QList<double> perStage; ///< after each of StageDistributions::stages
};

struct StageDistributions {
    QString problem; ///< a sentence: the settings are out of range; then there is nothing else
    QList<StageDistribution> stages; ///< those that are on, in their order, after "model"
    QList<TokenFate> tokens;         ///< the model's most likely, in their order
};

/// The sampler's chain over logits that are at hand, with the sampler's own code. For a panel that
/// follows sliders: an evaluation over 51,200 tokens takes a few milliseconds. One thread, any.
///
/// XTC strikes by chance: after it probabilities are the mean of both outcomes, which is what many
/// draws show. Mirostat stands at its beginning, where it knows of no token yet.
class NextDistribution {
public:
    NextDistribution();
    ~NextDistribution();
    NextDistribution(const NextDistribution&) = delete;
    NextDistribution& operator=(const NextDistribution&) = delete;

    /// What is evaluated from now on; null: nothing.
    void set(std::shared_ptr<const NextTokenLogits> next);
    [[nodiscard]] bool isSet() const;
    /// The settings' seed counts for nothing. `shown`: tokens of each stage. Nothing if not set.
    [[nodiscard]] StageDistributions evaluate(const GenerationSettings& settings, int shown = 20);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace phidelity
