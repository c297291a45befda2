// SPDX-License-Identifier: MIT
#include <QtTest>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "inference/model/generator.h"
#include "inference/sample/candidates.h"
#include "require_value.h"
#include "resources/embedded.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr std::uint32_t kWidth = 64;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> randomNumbers(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> spread(0, 2);
    std::vector<float> numbers(count);
    for (float& number : numbers) {
        number = spread(random);
    }
    return numbers;
}

/// A device with nothing but a head: logits = W norm(x) + b.
class HeadRig {
public:
    HeadRig(const FoundDevice& device, vulkan::ReadPath reads) {
        vulkan::VulkanOptions options;
        options.topPicks = vulkan::TopPicks::Device;
        options.reads = reads;
        auto created = vulkan::createVulkanBackend(device.instance, device.physical, options);
        check(created.has_value());
        m_backend = std::move(*created);
        check(m_backend->createCache({1, 2, kWidth / 2, 16, 10000.0F, 32}, 1).has_value());
        m_x = *m_backend->addActivation(kWidth);
        m_norm = {vector(std::vector<float>(kWidth, 1.0F)), vector(std::vector<float>(kWidth)),
                  1e-5F};
        std::vector<float> rows = randomNumbers(std::size_t{kMostRows} * kWidth, 7);
        m_table = matrix(rows);
    }

    static constexpr std::uint32_t kMostRows = 9;

    void setHead(const std::vector<float>& weights, const std::vector<float>& bias) {
        m_head = {matrix(weights), vector(bias)};
    }

    /// Runs a step of `rows` rows. Logits of all, unless the wish came true.
    std::vector<float> run(std::uint32_t rows, const TopRequest& wish) {
        std::vector<StepRow> stepRows;
        std::vector<std::uint32_t> wanted(rows);
        std::iota(wanted.begin(), wanted.end(), 0U);
        for (std::uint32_t row = 0; row < rows; ++row) {
            stepRows.push_back({row, row, 0});
        }
        const std::array<PageId, 1> pages = {0};
        const std::array<std::span<const PageId>, 1> tables = {pages};
        check(m_backend->begin({stepRows, tables, wanted, wish}).has_value());
        m_backend->embed(m_x, m_table);
        m_backend->head(m_x, m_norm, m_head);
        const auto logits = m_backend->submit();
        check(logits.has_value());
        return {logits->begin(), logits->end()};
    }
    [[nodiscard]] std::span<const TopLogits> top() const { return m_backend->top(); }

private:
    static void check(bool fine) {
        if (!fine) {
            qFatal("a backend refused a step");
        }
    }

    MatrixId matrix(const std::vector<float>& values) {
        m_kept.push_back(std::make_unique<std::vector<float>>(values));
        const auto id = m_backend->addMatrix(
            {TensorType::F32, reinterpret_cast<const std::byte*>(m_kept.back()->data()),
             values.size() / kWidth, kWidth},
            MatrixUse::Product);
        check(id.has_value());
        return *id;
    }
    VectorId vector(const std::vector<float>& values) {
        const auto id = m_backend->addVector(
            {TensorType::F32, reinterpret_cast<const std::byte*>(values.data()), 1, values.size()});
        check(id.has_value());
        return *id;
    }

    std::unique_ptr<Backend> m_backend;
    std::vector<std::unique_ptr<std::vector<float>>> m_kept;
    Activation m_x;
    Norm m_norm;
    MatrixId m_table{};
    Linear m_head;
};

double logTotalOf(std::span<const float> logits) {
    double largest = -kInfinity;
    for (const float logit : logits) {
        largest = std::isfinite(logit) ? std::max(largest, double{logit}) : largest;
    }
    double sum = 0;
    for (const float logit : logits) {
        sum += std::isfinite(logit) ? std::exp(double{logit} - largest) : 0;
    }
    return largest + std::log(sum);
}

/// Runs the same step twice, for all logits and for the largest of them.
void comparePicks(HeadRig& rig, std::uint32_t rows, std::uint32_t outputs, const TopRequest& wish) {
    const std::vector<float> all = rig.run(rows, {});
    QCOMPARE(all.size(), std::size_t{rows} * outputs);
    QVERIFY(rig.top().empty());
    QVERIFY(rig.run(rows, wish).empty());
    QCOMPARE(rig.top().size(), std::size_t{rows});
    for (std::uint32_t row = 0; row < rows; ++row) {
        const auto logits = std::span(all).subspan(std::size_t{row} * outputs, outputs);
        const TopLogits& top = rig.top()[row];
        const auto expected = largestIndices(logits.first(wish.vocabulary), wish.count);
        QCOMPARE(top.best.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(top.best[i].id, expected[i]);
            QVERIFY(top.best[i].logit == logits[expected[i]]);
        }
        QVERIFY(std::abs(top.logTotal - logTotalOf(logits)) < 5e-6);
        QCOMPARE(top.allFinite,
                 std::ranges::all_of(logits, [](float z) { return std::isfinite(z); }));
    }
}

SamplerSettings chainOf(float temperature, std::int32_t topK, std::uint64_t seed) {
    SamplerSettings settings;
    settings.temperature = temperature;
    settings.topK = topK;
    settings.seed = seed;
    return settings;
}

/// One chain with seeds 0, 1 ... for samples of one prompt, side by side.
struct Samples {
    SamplerSettings settings;
    std::size_t count = 0;
    std::size_t steps = 0;
};

struct Sampled {
    std::vector<std::vector<TokenId>> tokens; ///< prompt and output, by sample
    std::size_t picked = 0;                   ///< draws that saw the largest logits alone
};

Result<Sampled> sampleTogether(Model& model, std::string_view prompt, const Samples& samples) {
    Sampled sampled;
    const std::uint32_t vocabulary = model.tokenizer().size();
    std::vector<Sampler> samplers;
    std::vector<SamplerState> states(samples.count);
    std::vector<Sequence> sequences;
    sampled.tokens.assign(samples.count, model.tokenizer().encode(prompt));
    const std::span<const TokenId> shared = sampled.tokens.front();
    sequences.emplace_back(model);
    PHIDELITY_CHECK(sequences.front().extend(shared.first(shared.size() - 1)));
    for (std::size_t i = 0; i < samples.count; ++i) {
        SamplerSettings settings = samples.settings;
        settings.seed = i;
        samplers.emplace_back(settings, vocabulary);
        if (i > 0) {
            sequences.push_back(sequences.front().fork());
        }
    }
    std::vector<Sequence*> together;
    for (Sequence& sequence : sequences) {
        together.push_back(&sequence);
    }
    const TopRequest wish{samplers.front().topNeeded(), vocabulary};
    std::vector<TokenId> last(samples.count, shared.back());
    for (std::size_t step = 0; step < samples.steps; ++step) {
        PHIDELITY_TRY(const auto next, Sequence::extendTogetherToNext(together, last, wish));
        for (std::size_t i = 0; i < samples.count; ++i) {
            std::vector<TokenId>& tokens = sampled.tokens[i];
            auto draw = next[i].top ? samplers[i].drawFromTop(*next[i].top, tokens, states[i])
                                    : samplers[i].draw(next[i].all, tokens, states[i]);
            PHIDELITY_CHECK(draw);
            sampled.picked += next[i].top ? 1 : 0;
            last[i] = draw->id;
            tokens.push_back(draw->id);
        }
    }
    return sampled;
}

} // namespace

class TestTopCandidates : public QObject {
    Q_OBJECT

    FoundDevice m_device;

    Result<std::unique_ptr<Model>> demoOn(vulkan::TopPicks picks) const {
        vulkan::VulkanOptions options;
        options.topPicks = picks;
        PHIDELITY_TRY(auto backend,
                      vulkan::createVulkanBackend(m_device.instance, m_device.physical, options));
        PHIDELITY_TRY(auto checkpoint, Checkpoint::openMemory(embeddedDemoModel(), "demo"));
        return Model::load(std::move(checkpoint), std::move(backend));
    }

private slots:
    void initTestCase() {
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
    }

    void theDevicePicksWhatTheHostWould_data() {
        QTest::addColumn<std::uint32_t>("outputs");
        QTest::addColumn<std::uint32_t>("vocabulary");
        QTest::newRow("fewer than wanted") << 40U << 33U;
        QTest::newRow("one tile") << 1984U << 1984U;
        QTest::newRow("a tile and one") << 2048U << 2048U;
        QTest::newRow("Phi-2") << 51200U << 50295U;
        QTest::newRow("several tiles a workgroup") << 70001U << 69990U;
    }
    void theDevicePicksWhatTheHostWould() {
        QFETCH(std::uint32_t, outputs);
        QFETCH(std::uint32_t, vocabulary);
        for (const auto reads : {vulkan::ReadPath::Auto, vulkan::ReadPath::Buffers}) {
            HeadRig rig(m_device, reads);
            rig.setHead(randomNumbers(std::size_t{outputs} * kWidth, outputs),
                        randomNumbers(outputs, 3));
            for (const std::uint32_t rows : {1U, 3U, 8U}) {
                for (const std::uint32_t count : {1U, 5U, 40U, 64U}) {
                    comparePicks(rig, rows, outputs, {count, vocabulary});
                }
            }
        }
    }

    void equalLogitsComeInTheOrderOfTheirIds() {
        constexpr std::uint32_t kOutputs = 5000;
        HeadRig rig(m_device, vulkan::ReadPath::Auto);
        const std::vector<float> none(std::size_t{kOutputs} * kWidth);
        for (const float step : {0.5F, 4.0F, 1000.0F}) {
            std::vector<float> bias = randomNumbers(kOutputs, 5);
            for (float& value : bias) {
                value = std::round(value / step) * step; // 0 and -0 too
            }
            rig.setHead(none, bias);
            for (const std::uint32_t count : {1U, 5U, 40U, 64U}) {
                comparePicks(rig, 2, kOutputs, {count, kOutputs - 3});
            }
        }
    }

    void whatIsNotFiniteIsSeenWhereverItStands() {
        constexpr std::uint32_t kOutputs = 5000;
        constexpr std::uint32_t kVocabulary = 4900;
        HeadRig rig(m_device, vulkan::ReadPath::Auto);
        const std::vector<float> none(std::size_t{kOutputs} * kWidth);
        std::vector<float> bias = randomNumbers(kOutputs, 9);
        for (std::uint32_t id = 0; id < kOutputs; id += 3) {
            bias[id] = -kInfinity; // banned ones are no candidates before all others
        }
        rig.setHead(none, bias);
        comparePicks(rig, 1, kOutputs, {40, kVocabulary});
        QVERIFY(!rig.top().front().allFinite);
        bias.assign(kOutputs, -kInfinity);
        bias[77] = 1;
        rig.setHead(none, bias);
        comparePicks(rig, 1, kOutputs, {5, kVocabulary});

        for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity}) {
            for (const std::uint32_t id : {0U, 2500U, kVocabulary - 1, kVocabulary, kOutputs - 1}) {
                bias = randomNumbers(kOutputs, 9);
                bias[id] = wrong;
                rig.setHead(none, bias);
                QVERIFY(rig.run(1, {5, kVocabulary}).empty());
                QVERIFY(!rig.top().front().allFinite);
            }
        }
    }

    void wishesThatTheDeviceCannotGrantGiveAllLogits() {
        HeadRig rig(m_device, vulkan::ReadPath::Auto);
        rig.setHead(randomNumbers(std::size_t{100} * kWidth, 1), randomNumbers(100, 2));
        QCOMPARE(rig.run(1, {65, 100}).size(), std::size_t{100});
        QVERIFY(rig.top().empty());
        QCOMPARE(rig.run(9, {5, 100}).size(), std::size_t{900});
        QVERIFY(rig.top().empty());
    }

    void generationsAreTheSameWhoeverPicks_data() {
        QTest::addColumn<int>("chain");
        const std::array names = {"greedy", "top-k 1", "top-k 40, seed 1", "top-k 40, seed 2",
                                  "all that may follow top-k"};
        for (int chain = 0; const char* name : names) {
            QTest::newRow(name) << chain++;
        }
    }
    void generationsAreTheSameWhoeverPicks() {
        QFETCH(int, chain);
        SamplerSettings all = chainOf(1.2F, 64, 3);
        all.typicalP = 0.98F;
        all.topP = 0.97F;
        all.minP = 0.01F;
        all.xtcProbability = 0.3F;
        const std::array chains = {chainOf(0, 0, 0), chainOf(1, 1, 0), chainOf(0.9F, 40, 1),
                                   chainOf(0.9F, 40, 2), all};
        REQUIRE_VALUE(const auto onHost, demoOn(vulkan::TopPicks::Host));
        REQUIRE_VALUE(const auto onDevice, demoOn(vulkan::TopPicks::Device));
        GenerationRequest request;
        request.sampler = chains[static_cast<std::size_t>(chain)];
        request.maxTokens = 100;
        request.alternatives = 4;
        std::size_t tokens = 0;
        for (const char* prompt :
             {"def add(a, b):", "Alice: Hello!\nBob:", "The sun",
              "Instruct: What is 3 + 4?\nOutput:", "Once upon a time", "1, 2,"}) {
            request.prompt = onHost->tokenizer().encode(prompt);
            PrefixCache hostCache(*onHost, 1);
            PrefixCache deviceCache(*onDevice, 1);
            REQUIRE_VALUE(const auto expected, generate(*onHost, hostCache, request));
            REQUIRE_VALUE(const auto found, generate(*onDevice, deviceCache, request));
            QCOMPARE(found.text, expected.text);
            QCOMPARE(found.finish, expected.finish);
            QCOMPARE(found.tokens.size(), expected.tokens.size());
            for (std::size_t i = 0; i < expected.tokens.size(); ++i) {
                const GeneratedToken& a = found.tokens[i];
                const GeneratedToken& b = expected.tokens[i];
                QCOMPARE(a.id, b.id);
                QVERIFY(std::abs(a.logprob - b.logprob) < 1e-5F);
                QCOMPARE(a.alternatives.size(), b.alternatives.size());
                for (std::size_t j = 0; j < a.alternatives.size(); ++j) {
                    QCOMPARE(a.alternatives[j].id, b.alternatives[j].id);
                    QCOMPARE(a.alternatives[j].logit, b.alternatives[j].logit);
                }
            }
            tokens += expected.tokens.size();
        }
        QVERIFY(tokens >= 100);
    }

    void samplesSideBySideAreTheSameWhoeverPicks_data() {
        QTest::addColumn<std::uint32_t>("samples");
        QTest::addColumn<float>("temperature");
        QTest::addColumn<int>("topK");
        QTest::addColumn<bool>("picks");
        QTest::newRow("one, greedy") << 1U << 0.0F << 0 << true;
        QTest::newRow("three, greedy") << 3U << 0.0F << 0 << true;
        QTest::newRow("eight, top-k 40") << 8U << 1.0F << 40 << true;
        QTest::newRow("nine are more than the device picks for") << 9U << 1.0F << 40 << false;
        QTest::newRow("a chain that needs all logits") << 3U << 1.0F << 0 << false;
    }
    void samplesSideBySideAreTheSameWhoeverPicks() {
        QFETCH(std::uint32_t, samples);
        QFETCH(float, temperature);
        QFETCH(int, topK);
        QFETCH(bool, picks);
        const Samples wanted{chainOf(temperature, topK, 0), samples, 40};
        REQUIRE_VALUE(const auto onHost, demoOn(vulkan::TopPicks::Host));
        REQUIRE_VALUE(const auto onDevice, demoOn(vulkan::TopPicks::Device));
        for (const char* prompt : {"def add(a, b):", "Once upon a time"}) {
            REQUIRE_VALUE(const auto expected, sampleTogether(*onHost, prompt, wanted));
            REQUIRE_VALUE(const auto found, sampleTogether(*onDevice, prompt, wanted));
            QCOMPARE(found.tokens, expected.tokens);
            QCOMPARE(expected.picked, std::size_t{0});
            QCOMPARE(found.picked, picks ? samples * wanted.steps : 0);
        }
    }

    void aWishIsOfOneStepAlone() {
        REQUIRE_VALUE(const auto model, demoOn(vulkan::TopPicks::Device));
        Sequence sequence(*model);
        Sequence* const one[] = {&sequence};
        const TokenId token[] = {65};
        REQUIRE_VALUE(const auto picked, Sequence::extendTogetherToNext(one, token, {5, 256}));
        QVERIFY(picked.front().top.has_value());
        REQUIRE_VALUE(const auto all, Sequence::extendTogether(one, token));
        QCOMPARE(all.size(), std::size_t{model->shape().vocabulary});
    }
};

QTEST_GUILESS_MAIN(TestTopCandidates)
#include "test_top_candidates.moc"
