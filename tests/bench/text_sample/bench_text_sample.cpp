// SPDX-License-Identifier: MIT
// Medians of tokenizer throughput and of sampler time per draw. For people, not for the test run.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "inference/sample/sampler.h"
#include "inference/text/tokenizer.h"
#include "vocabularies.h"

using namespace phidelity;

namespace {

double medianSeconds(int repetitions, const std::function<void()>& work) {
    std::vector<double> times;
    for (int index = 0; index < repetitions; ++index) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

std::string repeated(std::string_view part, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
        text.append(part);
    }
    return text;
}

void benchTokenizer() {
    const auto phi2 = test::phi2Vocabulary();
    const TokenizerData data = phi2 ? *phi2 : test::tinyVocabulary();
    std::printf("tokenizer, %s vocabulary, %zu entries\n", phi2 ? "Phi-2's" : "the tests' own",
                data.tokens.size());
    std::shared_ptr<const Tokenizer> tokenizer;
    const double creation =
        medianSeconds(5, [&] { tokenizer = Tokenizer::create(data).value_or(nullptr); });
    if (!tokenizer) {
        std::puts("  cannot be made");
        return;
    }
    std::printf("  %-28s %8.1f ms\n", "create", creation * 1e3);

    constexpr std::size_t kBytes = 1'000'000;
    std::mt19937_64 random(1);
    std::string letters;
    std::string binary;
    while (letters.size() < kBytes) {
        letters.push_back(static_cast<char>('a' + random() % 26));
        binary.push_back(static_cast<char>(random()));
    }
    const std::vector<std::pair<const char*, std::string>> texts = {
        {"English", repeated("The lighthouse keeper walked slowly up the narrow stairs, counting "
                             "every step; it wasn't the first night of the storm in 1931.\n",
                             kBytes)},
        {"code", repeated("def print_prime(n):\n    \"\"\"\n    Print all primes between 1 and n\n"
                          "    \"\"\"\n    for i in range(2, n):\n        if is_prime(i):\n"
                          "            print(i)\n\n",
                          kBytes)},
        {"mixed Unicode", test::mixedText(random, kBytes)},
        {"Chinese", repeated("我想在苹果公司工作。", kBytes)},
        {"one letter", std::string(kBytes, 'a')},
        {"random letters, one piece", letters},
        {"spaces", std::string(kBytes, ' ')},
        {"newlines", std::string(kBytes, '\n')},
        {"digits", std::string(kBytes, '7')},
        {"emoji", repeated("\U0001F642", kBytes)},
        {"random bytes", binary},
    };
    for (const auto& [name, text] : texts) {
        std::vector<TokenId> ids;
        const double seconds = medianSeconds(5, [&] { ids = tokenizer->encode(text); });
        const auto size = static_cast<double>(text.size());
        std::printf("  %-28s %8.1f ms/MB  %7.1f MB/s  %5.2f bytes/token\n", name,
                    seconds * 1e3 * 1e6 / size, size / 1e6 / seconds,
                    size / static_cast<double>(ids.size()));
    }
    const std::vector<TokenId> ids = tokenizer->encode(texts[0].second);
    const double decoding = medianSeconds(5, [&] { (void)tokenizer->decode(ids); });
    std::printf("  %-28s %8.1f ms/MB\n", "decode English", decoding * 1e3);
}

void benchSampler() {
    constexpr std::uint32_t kRows = 51200;
    constexpr std::uint32_t kVocabulary = 50295;
    std::printf("sampler, %u logits\n", kRows);
    std::mt19937_64 random(2);
    std::normal_distribution<float> spread(0.0F, 2.5F);
    std::vector<float> logits(kRows);
    for (float& logit : logits) {
        logit = spread(random);
    }
    for (int index = 0; index < 20; ++index) {
        logits[random() % kVocabulary] += 12;
    }
    std::vector<TokenId> history(2000);
    for (TokenId& id : history) {
        id = static_cast<TokenId>(random() % 500);
    }
    const auto row = [&](const char* name, std::uint32_t alternatives,
                         const std::function<void(SamplerSettings&)>& change) {
        SamplerSettings settings;
        change(settings);
        const Sampler sampler(settings, kVocabulary);
        SamplerState state;
        bool good = true;
        const double seconds = medianSeconds(201, [&] {
            good = sampler.draw(logits, history, state, alternatives).has_value() && good;
        });
        std::printf("  %-28s %8.1f us%s\n", name, seconds * 1e6, good ? "" : "  FAILED");
    };
    row("greedy", 0, [](auto& s) { s.temperature = 0; });
    row("plain draw", 0, [](auto&) {});
    row("plain draw, 10 alternatives", 10, [](auto&) {});
    row("top-k 40, top-p 0.95", 0, [](auto& s) {
        s.topK = 40;
        s.topP = 0.95F;
        s.temperature = 0.8F;
    });
    row("the same, penalties, DRY", 0, [](auto& s) {
        s.topK = 40;
        s.topP = 0.95F;
        s.temperature = 0.8F;
        s.repeatPenalty = 1.1F;
        s.penaltyWindow = -1;
        s.dryMultiplier = 0.8F;
    });
    row("top-p 0.95 alone", 0, [](auto& s) { s.topP = 0.95F; });
    row("min-p 0.05 alone", 0, [](auto& s) { s.minP = 0.05F; });
    row("typical 0.95 alone", 0, [](auto& s) { s.typicalP = 0.95F; });
    row("top-n-sigma 1 alone", 0, [](auto& s) { s.topNSigma = 1; });
    row("mirostat", 0, [](auto& s) { s.mirostat = true; });
}

} // namespace

int main() {
    benchTokenizer();
    benchSampler();
    return 0;
}
