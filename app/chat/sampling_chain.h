// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QList>
#include <QString>

#include "chat/generation_settings.h"

namespace phidelity {

/// The stages by which the next token is chosen, as a user sees them.
enum class SamplingStage {
    LogitBias,
    Penalties,
    Dry,
    TopNSigma,
    TopK,
    Typical,
    TopP,
    MinP,
    Xtc,
    Temperature,
    Mirostat, ///< chooses, always at the end; replaces the stages that cut
    Greedy,   ///< chooses, always at the end
};
inline constexpr int kSamplingStages = static_cast<int>(SamplingStage::Greedy) + 1;

/// "top_k": the name in settings, in records and on the command line.
[[nodiscard]] QString stageKey(SamplingStage stage);
[[nodiscard]] std::optional<SamplingStage> stageFromKey(const QString& key);

/// Whether the stage takes the token at the end of the chain instead of changing its chances.
[[nodiscard]] bool chooses(SamplingStage stage);
/// Whether it does nothing but take tokens away: mirostat does so itself and replaces these.
[[nodiscard]] bool cuts(SamplingStage stage);

/// Whether the stage has an effect, were it in the order. Greedy is a temperature of 0.
[[nodiscard]] bool isStageOn(SamplingStage stage, const GenerationSettings& settings);
/// Whether it is on but another one (mirostat) has taken its place.
[[nodiscard]] bool isStageReplaced(SamplingStage stage, const GenerationSettings& settings);
[[nodiscard]] GenerationSettings withStageOff(SamplingStage stage, GenerationSettings settings);
/// On, with the values of `remembered` if it is on there, else with usual ones. Of the stages that
/// choose one at most is on.
[[nodiscard]] GenerationSettings withStageOn(SamplingStage stage, GenerationSettings settings,
                                             const GenerationSettings& remembered);
/// `settings` with the values that belong to this stage taken from another.
[[nodiscard]] GenerationSettings withStageOf(SamplingStage stage, GenerationSettings settings,
                                             const GenerationSettings& source);

/// Every stage that can be moved, once, in the order of the chain. Those that an order leaves out
/// come where they usually stand.
[[nodiscard]] QList<SamplingStage> stagesOf(const GenerationSettings& settings);
/// The same draws with every stage in the order: those that it left out are off.
[[nodiscard]] GenerationSettings withEveryStage(GenerationSettings settings);
/// `settings` in this order; the usual one is stored as an empty list.
[[nodiscard]] GenerationSettings withStages(const QList<SamplingStage>& stages,
                                            GenerationSettings settings);

/// Orders that other programs use. The same numbers mean different things in each.
enum class StageOrder { LlamaCpp, HuggingFace };
inline constexpr StageOrder kStageOrders[] = {StageOrder::LlamaCpp, StageOrder::HuggingFace};

/// PHI-2 reference section 9; stages that the program does not have stand where they disturb least.
[[nodiscard]] QList<SamplingStage> stagesOf(StageOrder order);
/// Which of them the settings follow; none if the user has made an order of their own.
[[nodiscard]] std::optional<StageOrder> orderOf(const GenerationSettings& settings);

} // namespace phidelity
