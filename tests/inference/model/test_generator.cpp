// SPDX-License-Identifier: MIT
#include <QtTest>

#include <limits>
#include <string>

#include "inference/model/generator.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

using Pairs = std::vector<std::pair<TokenId, TokenId>>;

/// A chain that writes `text` after its first byte, then ends (or goes on with `x` where it must
/// not).
Pairs spelling(std::string_view text) {
    Pairs pairs;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        pairs.emplace_back(static_cast<std::uint8_t>(text[i]),
                           static_cast<std::uint8_t>(text[i + 1]));
    }
    return pairs;
}

GenerationRequest greedy(std::string_view prompt, std::uint32_t maxTokens = 32) {
    GenerationRequest request;
    for (const char byte : prompt) {
        request.prompt.push_back(static_cast<std::uint8_t>(byte));
    }
    request.sampler.temperature = 0;
    request.maxTokens = maxTokens;
    return request;
}

/// Everything a listener heard.
struct Heard {
    std::string text;
    std::vector<TokenId> tokens;
    std::vector<std::uint32_t> promptDone;

    [[nodiscard]] std::function<void(const GenerationEvent&)> listener() {
        return [this](const GenerationEvent& event) {
            text += event.text;
            promptDone.push_back(event.promptDone);
            if (event.token != nullptr) {
                tokens.push_back(event.token->id);
            }
        };
    }
};

std::vector<TokenId> idsOf(const FinishedGeneration& record) {
    std::vector<TokenId> ids;
    for (const GeneratedToken& token : record.tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

} // namespace

class TestGenerator : public QObject {
    Q_OBJECT

private slots:
    void greedyTextFollowsTheModelToItsEnd() {
        Pairs pairs = spelling("abcdef");
        pairs.emplace_back('f', MemoryCheckpoint::kEndOfText);
        REQUIRE_VALUE(const auto model, modelOn("cpu", MemoryCheckpoint::chain(pairs, 'x')));
        PrefixCache cache(*model, 2);
        Heard heard;
        REQUIRE_VALUE(const auto record,
                      generate(*model, cache, greedy("za"), nullptr, heard.listener()));
        QCOMPARE(record.text, std::string("bcdef"));
        QCOMPARE(record.finish, FinishReason::EndOfText);
        QCOMPARE(record.tokens.size(), std::size_t{6});
        QCOMPARE(record.tokens.back().id, MemoryCheckpoint::kEndOfText);
        QCOMPARE(record.tokens.front().bytes, std::string("b"));
        QVERIFY(record.tokens.front().logprob <= 0 && record.tokens.front().logprob > -0.1F);
        QVERIFY(record.cut.empty());
        QCOMPARE(heard.text, record.text);
        QCOMPARE(heard.tokens, idsOf(record));
        QCOMPARE(record.prompt, greedy("za").prompt);
        QCOMPARE(record.schedule.runs(), (std::vector<StepRun>{{1, 2, 2, 1}, {5, 1, 1, 1}}));
        QCOMPARE(record.timings.promptTokens, 2U);
        QCOMPARE(record.timings.generatedTokens, 6U);
        QVERIFY(record.timings.promptMs > 0 && record.timings.generateMs > 0);
    }

    void alternativesComeWithEachToken() {
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu", MemoryCheckpoint::chain(spelling("abc"), 'x')));
        PrefixCache cache(*model, 2);
        GenerationRequest request = greedy("a", 2);
        request.alternatives = 3;
        REQUIRE_VALUE(const auto record, generate(*model, cache, request));
        for (const GeneratedToken& token : record.tokens) {
            QCOMPARE(token.alternatives.size(), std::size_t{3});
            QCOMPARE(token.alternatives.front().id, token.id);
            QCOMPARE(token.alternatives.front().logprob, token.logprob);
        }
    }

    void stopStringsAreFoundAcrossTokensAndCutButKept() {
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu", MemoryCheckpoint::chain(spelling("ab\nUser:"), 'x')));
        PrefixCache cache(*model, 2);
        GenerationRequest request = greedy("a");
        request.stops = {"\nUser:"};
        Heard heard;
        REQUIRE_VALUE(const auto record,
                      generate(*model, cache, request, nullptr, heard.listener()));
        QCOMPARE(record.text, std::string("b"));
        QCOMPARE(record.cut, std::string("\nUser:"));
        QCOMPARE(record.finish, FinishReason::StopString);
        QCOMPARE(heard.text, record.text);
        QCOMPARE(record.tokens.size(), std::size_t{7});
    }

    void textHeldForAStopStringComesOutAtTheEnd() {
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu", MemoryCheckpoint::chain(spelling("aSTx"), 'x')));
        PrefixCache cache(*model, 2);
        GenerationRequest request = greedy("a", 2);
        request.stops = {"STOP"};
        Heard heard;
        REQUIRE_VALUE(const auto record,
                      generate(*model, cache, request, nullptr, heard.listener()));
        QCOMPARE(record.text, std::string("ST"));
        QCOMPARE(record.finish, FinishReason::MaxTokens);
        QCOMPARE(heard.text, record.text);
        QVERIFY(record.cut.empty());
    }

    void charactersAreNeverShownInHalves() {
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu", MemoryCheckpoint::chain(spelling("a\xE2\x82\xAC!"), 'x')));
        PrefixCache cache(*model, 2);
        std::vector<std::string> pieces;
        REQUIRE_VALUE(const auto record, generate(*model, cache, greedy("a", 4), nullptr,
                                                  [&pieces](const GenerationEvent& event) {
                                                      if (event.token != nullptr) {
                                                          pieces.emplace_back(event.text);
                                                      }
                                                  }));
        QCOMPARE(pieces, (std::vector<std::string>{"", "", "\xE2\x82\xAC", "!"}));
        QCOMPARE(record.text, std::string("\xE2\x82\xAC!"));

        // A run that ends inside a character shows that something is missing.
        REQUIRE_VALUE(const auto half, generate(*model, cache, greedy("a", 2)));
        QCOMPARE(half.text, std::string("\xEF\xBF\xBD"));
    }

    void generationEndsWhereTheContextDoes() {
        REQUIRE_VALUE(const auto model, modelOn("cpu", MemoryCheckpoint::chain({}, 'x', 40)));
        PrefixCache cache(*model, 2);
        REQUIRE_VALUE(const auto record, generate(*model, cache, greedy("abcde", 0)));
        QCOMPARE(record.finish, FinishReason::ContextFull);
        QCOMPARE(record.tokens.size(), std::size_t{35}); // prompt and output: 40
        const std::string full(40, 'a');
        REQUIRE_VALUE(const auto none, generate(*model, cache, greedy(full)));
        QCOMPARE(none.finish, FinishReason::ContextFull);
        QVERIFY(none.tokens.empty());
        REQUIRE_ERROR(generate(*model, cache, greedy(full + "a")), ErrorCode::ContextFull);
    }

    void paddingOfTheHeadIsNeverSampled() {
        const auto checkpoint = MemoryCheckpoint::chain({}, 'x');
        std::vector<float> bias = checkpoint->values(TensorRole::HeadBias, 0);
        bias[MemoryCheckpoint::kTokens] = 1000; // the first row past the tokenizer's last
        checkpoint->set(TensorRole::HeadBias, 0, bias);
        REQUIRE_VALUE(const auto model, modelOn("cpu", checkpoint));
        PrefixCache cache(*model, 2);
        for (const float temperature : {0.0F, 1.0F, 5.0F}) {
            GenerationRequest request = greedy("a", 20);
            request.sampler.temperature = temperature;
            REQUIRE_VALUE(const auto record, generate(*model, cache, request));
            for (const GeneratedToken& token : record.tokens) {
                QVERIFY(token.id < MemoryCheckpoint::kTokens);
            }
        }
    }

    void theStopFlagEndsWithinOneToken() {
        REQUIRE_VALUE(const auto model, modelOn("cpu", MemoryCheckpoint::chain({}, 'x')));
        PrefixCache cache(*model, 2);
        StopFlag stop = false;
        int tokens = 0;
        GenerationRequest request = greedy("a", 0);
        request.stops = {"xxxxxxxxxxxxxxxx!"}; // holds all text back
        std::string heard;
        REQUIRE_VALUE(const auto record,
                      generate(*model, cache, request, &stop, [&](const GenerationEvent& event) {
                          heard += event.text;
                          tokens += event.token != nullptr ? 1 : 0;
                          stop = tokens == 3;
                      }));
        QCOMPARE(record.finish, FinishReason::Stopped);
        QCOMPARE(record.tokens.size(), std::size_t{3});
        QCOMPARE(record.text, std::string("xxx"));
        QCOMPARE(heard, record.text);
    }

    void stoppingDuringThePromptIsAnOutcome() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        StopFlag stop = false;
        GenerationRequest request;
        request.prompt = someTokens(530);
        REQUIRE_VALUE(const auto record, generate(*model, cache, request, &stop,
                                                  [&](const GenerationEvent&) { stop = true; }));
        QCOMPARE(record.finish, FinishReason::Stopped);
        QVERIFY(record.tokens.empty());
        QCOMPARE(record.schedule.runs().size(), std::size_t{1});
        // What was computed serves the next try.
        REQUIRE_VALUE(const auto again, generate(*model, cache, request));
        QCOMPARE(again.timings.reusedTokens, record.schedule.positions());
    }

    void theNextTurnReusesPromptAndOutput() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        GenerationRequest request;
        request.prompt = someTokens(50);
        request.maxTokens = 10;
        request.sampler.seed = 3;
        REQUIRE_VALUE(const auto first, generate(*model, cache, request));
        for (const TokenId id : idsOf(first)) {
            request.prompt.push_back(id);
        }
        request.prompt.push_back('\n');
        Heard heard;
        REQUIRE_VALUE(const auto second,
                      generate(*model, cache, request, nullptr, heard.listener()));
        // The last token was drawn, but never run through the model.
        QCOMPARE(second.timings.reusedTokens, 50U + 9U);
        QCOMPARE(second.schedule.runs(),
                 (std::vector<StepRun>{{1, 50, 50, 1}, {9, 1, 1, 1}, {1, 2, 2, 1}, {9, 1, 1, 1}}));
        QCOMPARE(heard.promptDone.front(), 61U);
    }

    void theSameSeedGivesTheSameRecordWithAndWithoutReuse() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu:obvious"));
        PrefixCache cache(*model, 4);
        GenerationRequest request;
        request.prompt = someTokens(40);
        request.maxTokens = 24;
        request.sampler.seed = 99;
        REQUIRE_VALUE(const auto first, generate(*model, cache, request));
        REQUIRE_VALUE(const auto reusing, generate(*model, cache, request));
        QCOMPARE(reusing.timings.reusedTokens, 39U);
        QCOMPARE(idsOf(reusing), idsOf(first));
        QCOMPARE(reusing.tokens.back().logprob, first.tokens.back().logprob);
        request.sampler.seed = 100;
        REQUIRE_VALUE(const auto other, generate(*model, cache, request));
        QVERIFY(idsOf(other) != idsOf(first));
    }

    void wrongRequestsAreRefused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        REQUIRE_ERROR(generate(*model, cache, greedy("")), ErrorCode::BadArgument);
        GenerationRequest request = greedy("a");
        request.sampler.topP = -1;
        REQUIRE_ERROR(generate(*model, cache, request), ErrorCode::BadArgument);
        request = greedy("a");
        request.prompt.push_back(5000);
        REQUIRE_ERROR(generate(*model, cache, request), ErrorCode::BadArgument);
    }

    void numbersThatAreNotFiniteAreAnErrorAndAreNotKept() {
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(tinyShape());
        checkpoint->set(TensorRole::DownBias, 0,
                        std::vector<float>(64, std::numeric_limits<float>::quiet_NaN()));
        REQUIRE_VALUE(const auto model, modelOn("cpu", checkpoint));
        PrefixCache cache(*model, 2);
        REQUIRE_ERROR(generate(*model, cache, greedy("abc")), ErrorCode::NotFinite);
        QCOMPARE(cache.size(), std::size_t{0});
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void finishReasonsHaveTheirPublishedNames() {
        QCOMPARE(finishReasonName(FinishReason::EndOfText), std::string_view("end_of_text"));
        QCOMPARE(finishReasonName(FinishReason::StopString), std::string_view("stop_string"));
        QCOMPARE(finishReasonName(FinishReason::MaxTokens), std::string_view("max_tokens"));
        QCOMPARE(finishReasonName(FinishReason::ContextFull), std::string_view("context_full"));
        QCOMPARE(finishReasonName(FinishReason::Stopped), std::string_view("stopped"));
    }
};

QTEST_GUILESS_MAIN(TestGenerator)
#include "test_generator.moc"
