// SPDX-License-Identifier: MIT
// What several continuations of one prompt cost beside one, what details of tokens cost, and how
// long an evaluation of the sampler's chain takes. For people, not for the test run.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model_source.h"
#include "engine/next_distribution.h"
#include "inference/backend/choose.h"
#include "inference/model/model.h"
#include "inference/model/samples.h"
#include "inference/model/scorer.h"

using namespace phidelity;

namespace {

double millisecondsOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
        .count();
}

double median(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
}

void benchDistribution() {
    constexpr int kVocabulary = 51'200;
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 2);
    auto next = std::make_shared<NextTokenLogits>();
    auto texts = std::make_shared<TokenTexts>();
    for (int id = 0; id < kVocabulary; ++id) {
        next->logits.push_back(normal(random));
        texts->labels.append(QString::number(id));
        texts->bytes.append(QByteArray::number(id));
    }
    for (int i = 0; i < 1000; ++i) {
        next->history.push_back(static_cast<quint32>(random() % 200));
    }
    next->texts = texts;
    NextDistribution distribution;
    distribution.set(next);
    const auto row = [&](const char* name, const GenerationSettings& settings) {
        static_cast<void>(distribution.evaluate(settings));
        std::vector<double> times;
        for (int i = 0; i < 101; ++i) {
            times.push_back(
                millisecondsOf([&] { static_cast<void>(distribution.evaluate(settings)); }));
        }
        std::printf("%-46s median %6.2f ms, slowest %6.2f ms\n", name, median(times),
                    *std::ranges::max_element(times));
    };
    GenerationSettings settings;
    row("as installed (top k 40 first)", settings);
    settings.topK = 0;
    row("without top k", settings);
    settings.topP = 0.9999;
    settings.minP = 0;
    settings.typicalP = 0.9999;
    row("typical 0.9999, top p 0.9999 of a flat one", settings);
    settings.topNSigma = 6;
    settings.repeatPenalty = 1.1;
    settings.frequencyPenalty = 0.1;
    settings.dryMultiplier = 0.8;
    settings.minP = 0.00001;
    settings.xtcProbability = 0.5;
    settings.xtcThreshold = 0.001;
    row("every stage, XTC by chance, nothing cut early", settings);
    settings.stageOrder = {QStringLiteral("logit_bias"),  QStringLiteral("penalties"),
                           QStringLiteral("dry"),         QStringLiteral("temperature"),
                           QStringLiteral("top_k"),       QStringLiteral("top_p"),
                           QStringLiteral("min_p"),       QStringLiteral("typical"),
                           QStringLiteral("top_n_sigma"), QStringLiteral("xtc")};
    row("the same in Hugging Face's order", settings);
}

int fail(const Error& error) {
    std::fprintf(stderr, "%s\n", error.detail.c_str());
    return 1;
}

/// `counts`: how many continuations side by side; the first is what the others are compared with.
/// None: 1 to 16, and details and scores, too.
int benchModel(const char* path, std::string_view device, std::uint32_t tokens, int repetitions,
               std::vector<std::size_t> counts) {
    const bool everything = counts.empty();
    if (everything) {
        counts = {1, 2, 4, 8, 16};
    }
    const auto checkpoint = openCheckpoint(std::string_view(path) == "demo" ? "" : path);
    if (!checkpoint) {
        return fail(checkpoint.error());
    }
    auto backend = createBackend(device, 0);
    if (!backend) {
        return fail(backend.error());
    }
    LoadOptions options;
    options.context = std::min(512U, (*checkpoint)->shape().context);
    auto model = Model::load(*checkpoint, std::move(*backend), options);
    if (!model) {
        return fail(model.error());
    }
    GenerationRequest one;
    for (TokenId id = 0; id < 64; ++id) {
        one.prompt.push_back(300 + id * 3);
    }
    one.maxTokens = tokens;
    one.sampler.topK = 40;
    one.sampler.temperature = 0.8F;
    one.sampler.logitBias = {
        {(*model)->tokenizer().endOfText(), -std::numeric_limits<float>::infinity()}};
    PrefixCache cache(**model, 16);
    std::printf("%s, %u tokens after %zu\n", (*model)->device().name.c_str(), tokens,
                one.prompt.size());
    const auto timeOf = [&](std::size_t count, std::uint32_t alternatives) {
        std::vector<GenerationRequest> requests(count, one);
        for (std::size_t i = 0; i < count; ++i) {
            requests[i].sampler.seed = i + 1;
            requests[i].alternatives = alternatives;
        }
        double ms = 0;
        const auto done = generateSideBySide(**model, cache, requests);
        if (done) {
            for (const FinishedGeneration& each : *done) {
                ms = std::max(ms, each.timings.generateMs);
            }
        }
        return ms;
    };
    // The prompt is in the cache from now on, and kernels are compiled.
    for (const std::size_t count : counts) {
        timeOf(count, 0);
    }
    std::vector<std::vector<double>> times(counts.size() + 1);
    for (int i = 0; i < repetitions; ++i) {
        for (std::size_t which = 0; which < counts.size(); ++which) {
            times[which].push_back(timeOf(counts[which], 0));
        }
        if (everything) {
            times.back().push_back(timeOf(1, 20));
        }
    }
    for (std::size_t which = 0; which < counts.size(); ++which) {
        const double ms = median(times[which]);
        std::printf("%2zu side by side: %8.1f ms, %5.2f of %zu; %6.1f tokens/s\n", counts[which],
                    ms, ms / median(times[0]), counts[0],
                    static_cast<double>(counts[which] * tokens) * 1000 / ms);
    }
    if (!everything) {
        return 0;
    }
    std::printf(" one with details: %7.1f ms, %5.2f of one without\n", median(times.back()),
                median(times.back()) / median(times[0]));
    std::vector<TokenId> text = one.prompt;
    for (TokenId id = 0; id < 192; ++id) {
        text.push_back(100 + id * 7);
    }
    cache.clear();
    const double scoreMs = millisecondsOf([&] {
        static_cast<void>(scoreTokens(**model, cache, text, {0, 20}, nullptr, [](auto, auto) {}));
    });
    cache.clear();
    Sequence sequence(**model);
    const double promptMs =
        millisecondsOf([&] { static_cast<void>(sequence.extend(text, LogitRows::Last)); });
    std::printf("256 tokens scored: %8.1f ms; as a prompt %8.1f ms\n", scoreMs, promptMs);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "distribution") {
        benchDistribution();
        return 0;
    }
    if (argc < 3) {
        std::fputs("bench_samples distribution | MODEL DEVICE [TOKENS [REPETITIONS [COUNT...]]]\n"
                   "MODEL: a path, or \"demo\"; DEVICE: cpu, vulkan:0\n"
                   "COUNT: of continuations side by side; left out: 1 to 16, details and scores\n",
                   stderr);
        return 2;
    }
    std::vector<std::size_t> counts;
    for (int i = 5; i < argc; ++i) {
        counts.push_back(static_cast<std::size_t>(std::max(1, std::atoi(argv[i]))));
    }
    return benchModel(argv[1], argv[2],
                      argc > 3 ? static_cast<std::uint32_t>(std::atoi(argv[3])) : 32,
                      argc > 4 ? std::atoi(argv[4]) : 3, counts);
}
