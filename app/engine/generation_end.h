// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "engine/messages.h"
#include "engine/opened_model.h"
#include "inference/model/generator.h"

namespace phidelity {

/// The tokens of a prompt: those that were given exactly, else those of the text. BadArgument for
/// an id that is none of the model's, ContextFull where not `room` tokens would be left behind
/// them.
[[nodiscard]] Result<std::vector<TokenId>>
promptOf(const QString& text, const QList<quint32>& exact, int room, const Model& model);

/// What is to be generated, but for its prompt. A random seed is drawn here. BadArgument for
/// settings out of range.
[[nodiscard]] Result<GenerationRequest> generationOf(const GenerationSettings& settings,
                                                     const QStringList& stops, int alternatives);

/// What was asked of a reply, as far as its record tells it.
struct AskedReply {
    RequestId id = 0;
    GenerationSettings settings;
    QStringList stops; ///< beside those of the settings
    int alternatives = 0;
    qint64 startedMs = 0; ///< since 1970, UTC
};

/// The message that ends a reply, with its record. The hash of the model is there if it is known.
[[nodiscard]] GenerationEnded endOf(const AskedReply& asked, const OpenedModel& opened,
                                    const FinishedGeneration& generation, double firstTokenMs);

} // namespace phidelity
