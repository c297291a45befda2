// SPDX-License-Identifier: MIT
#include "engine/generation_end.h"

#include <string>
#include <utility>

#include <QRandomGenerator>

#include "engine/model_hash.h"
#include "engine/model_source.h"
#include "engine/recording.h"
#include "engine/recovery.h"
#include "engine/sampler_settings.h"
#include "engine/token_details.h"
#include "engine/utf8_text.h"

namespace phidelity {

namespace {

EndReason endReason(FinishReason reason) {
    switch (reason) {
    case FinishReason::EndOfText:
        return EndReason::EndOfText;
    case FinishReason::StopString:
        return EndReason::StopString;
    case FinishReason::MaxTokens:
        return EndReason::MaxTokens;
    case FinishReason::ContextFull:
        return EndReason::ContextFull;
    case FinishReason::Interrupted:
        return EndReason::Interrupted;
    case FinishReason::Stopped:
        break;
    }
    return EndReason::Stopped;
}

} // namespace

Result<std::vector<TokenId>> promptOf(const QString& text, const QList<quint32>& exact, int room,
                                      const Model& model) {
    const Tokenizer& tokenizer = model.tokenizer();
    std::vector<TokenId> prompt(exact.begin(), exact.end());
    for (const TokenId id : prompt) {
        if (id >= tokenizer.size()) {
            return fail(ErrorCode::BadArgument, "prompt: expected ids below " +
                                                    std::to_string(tokenizer.size()) + ", found " +
                                                    std::to_string(id));
        }
    }
    if (prompt.empty()) {
        prompt = encodePrompt(tokenizer, text.toStdString());
    }
    PHIDELITY_CHECK(checkPromptFits(prompt.size() + static_cast<std::size_t>(qMax(1, room)) - 1,
                                    model.context()));
    return prompt;
}

Result<GenerationRequest> generationOf(const GenerationSettings& settings, const QStringList& stops,
                                       int alternatives) {
    GenerationRequest generation;
    const quint64 seed =
        settings.randomSeed ? QRandomGenerator::system()->generate64() : settings.seed;
    PHIDELITY_TRY(generation.sampler, toSamplerSettings(settings, seed));
    for (const QString& text : stops + settings.extraStops) {
        generation.stops.push_back(text.toStdString());
    }
    generation.maxTokens = static_cast<std::uint32_t>(qMax(0, settings.maxTokens));
    generation.alternatives = static_cast<std::uint32_t>(qMax(0, alternatives));
    return generation;
}

GenerationEnded endOf(const AskedReply& asked, const OpenedModel& opened,
                      const FinishedGeneration& generation, double firstTokenMs) {
    const Tokenizer& tokenizer = opened.model->tokenizer();
    GenerationEnded end;
    end.id = asked.id;
    end.reason = endReason(generation.finish);
    end.text = fromUtf8(generation.text);
    end.cut = fromUtf8(generation.cut);
    end.seed = generation.sampler.seed;
    end.promptTokens = static_cast<int>(generation.timings.promptTokens);
    end.reusedTokens = static_cast<int>(generation.timings.reusedTokens);
    end.generatedTokens = static_cast<int>(generation.timings.generatedTokens);
    end.contextUsed = end.promptTokens + end.generatedTokens;
    end.promptMs = generation.timings.promptMs;
    end.generateMs = generation.timings.generateMs;
    end.firstTokenMs = firstTokenMs;
    if (generation.failure) {
        end.problem = describeInterruption(*generation.failure);
    }
    end.tokens.reserve(static_cast<qsizetype>(generation.tokens.size()));
    for (const GeneratedToken& token : generation.tokens) {
        ReplyToken reply{token.id, fromUtf8(tokenizer.label(token.id)), token.logprob, {}};
        for (const Candidate& candidate : token.alternatives) {
            reply.alternatives.append(alternativeOf(candidate, tokenizer));
        }
        end.tokens.append(std::move(reply));
        if (asked.alternatives > 0) {
            end.details.append(detailOf(token, tokenizer));
        }
    }
    end.record = originOf(*opened.model);
    end.record.modelSha256 = knownSha256(*opened.checkpoint).value_or(QString());
    end.record.settings = asked.settings;
    end.record.stops = asked.stops + asked.settings.extraStops;
    end.record.alternativesAsked = qMax(0, asked.alternatives);
    addGeneration(generation, end.record);
    end.record.startedMs = asked.startedMs;
    end.record.firstTokenMs = firstTokenMs;
    return end;
}

} // namespace phidelity
