// SPDX-License-Identifier: MIT
#include <QtTest>

#include <random>
#include <thread>

#include "inference/model/generator.h"
#include "inference/model/replay.h"
#include "model_on.h"
#include "random_deeds.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

/// Wide enough for whole super-blocks, panels that are not full and heads of an odd size.
ModelShape smallShape() {
    ModelShape shape = tinyShape();
    shape.width = 256;
    shape.heads = 4;
    shape.headSize = 64;
    shape.hidden = 512;
    shape.context = kDeedsContext;
    return shape;
}

} // namespace

class TestReplay : public QObject {
    Q_OBJECT

private slots:
    void scheduleJoinsStepsOfAKind() {
        Schedule schedule;
        schedule.add({1, 512, 512, 1});
        schedule.add({1, 1, 1, 1});
        schedule.add({2, 1, 1, 1});
        schedule.add({0, 9, 9, 1});
        schedule.add({1, 9, 0, 1});
        QCOMPARE(schedule.runs(), (std::vector<StepRun>{{1, 512, 512, 1}, {3, 1, 1, 1}}));
        QCOMPARE(schedule.positions(), 515U);
    }

    void scheduleRemembersTheSizeOfAStepThatWasCut() {
        Schedule schedule;
        schedule.add({3, 100, 100, 1});
        schedule.add({5, 1, 1, 1});
        schedule.truncate(303);
        QCOMPARE(schedule.runs().back(), (StepRun{3, 1, 1, 1}));
        schedule.truncate(250);
        QCOMPARE(schedule.runs(), (std::vector<StepRun>{{2, 100, 100, 1}, {1, 100, 50, 1}}));
        schedule.truncate(220);
        QCOMPARE(schedule.runs(), (std::vector<StepRun>{{2, 100, 100, 1}, {1, 100, 20, 1}}));
        schedule.truncate(900);
        QCOMPARE(schedule.positions(), 220U);
        schedule.truncate(0);
        QCOMPARE(schedule, Schedule());
    }

    void schedulesSurviveStopsAndErrors() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        Sequence sequence(*model);
        QVERIFY(sequence.extend(someTokens(40)).has_value());
        const Schedule before = sequence.schedule();
        REQUIRE_ERROR(sequence.extend(std::vector<TokenId>{1, 2, 70'000}), ErrorCode::BadArgument);
        QCOMPARE(sequence.schedule(), before);
        StopFlag stop = true;
        REQUIRE_VALUE(const auto logits, sequence.extend(someTokens(4), LogitRows::Last, &stop));
        QVERIFY(logits.empty());
        QCOMPARE(sequence.schedule().positions(), sequence.tokens().size());
        Sequence moved = std::move(sequence);
        QCOMPARE(moved.schedule().positions(), moved.tokens().size());
    }

    void computingByAScheduleIsTheSameToTheBit_data() {
        QTest::addColumn<QByteArray>("device");
        QTest::addColumn<int>("threads");
        QTest::addColumn<TensorType>("type");
        const auto add = [](const QByteArray& device, int threads, TensorType type) {
            const QByteArray name = device + ", " + QByteArray::number(threads) + " threads, " +
                                    QByteArray::fromStdString(std::string(tensorTypeName(type)));
            QTest::newRow(name.constData()) << device << threads << type;
        };
        add("cpu:obvious", 1, TensorType::F32);
        const int most = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::Q4_0,
                                      TensorType::Q8_0, TensorType::Q4_K, TensorType::Q6_K}) {
            for (int threads = 1; threads <= std::min(most, 4); threads *= 2) {
                add("cpu", threads, type);
            }
        }
        for (const DeviceChoice& device : listDevices()) {
            if (device.usable && device.info.kind != DeviceKind::Cpu) {
                add(QByteArray::fromStdString(device.info.id), 0, TensorType::F32);
                add(QByteArray::fromStdString(device.info.id), 0, TensorType::Q4_K);
            }
        }
    }
    void computingByAScheduleIsTheSameToTheBit() {
        QFETCH(QByteArray, device);
        QFETCH(int, threads);
        QFETCH(TensorType, type);
        REQUIRE_VALUE(auto backend,
                      createBackend(device.toStdString(), static_cast<std::uint32_t>(threads)));
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(smallShape(), type);
        REQUIRE_VALUE(const auto model, Model::load(checkpoint, std::move(backend)));
        std::mt19937 random(static_cast<std::uint32_t>(threads) + 17);
        const bool slow = device == "cpu:obvious";
        const int deeds = slow ? 25 : 60;
        std::vector<Sequence> sequences;
        sequences.emplace_back(*model);
        int cut = 0;
        for (int deed = 1; deed <= deeds; ++deed) {
            if (const auto done = randomDeed(random, sequences); !done) {
                QFAIL(done.error().detail.c_str());
            }
            if (deed % (slow ? 5 : 4) != 0) {
                continue;
            }
            for (const Sequence& sequence : sequences) {
                QCOMPARE(sequence.schedule().positions(), sequence.tokens().size());
                REQUIRE_VALUE(const Twins twins, compareWithReplay(*model, sequence));
                QVERIFY2(sameBits(twins.found, twins.expected),
                         qPrintable(QStringLiteral("after %1 deeds").arg(deed)));
                for (const StepRun& run : sequence.schedule().runs()) {
                    cut += run.kept < run.rows ? 1 : 0;
                }
            }
        }
        QVERIFY(cut > 0);
    }

    void aScheduleOfOtherTokensIsRefused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        const std::vector<TokenId> tokens = someTokens(8);
        const auto again = [&](std::vector<StepRun> runs) {
            Schedule schedule;
            for (const StepRun& run : runs) {
                schedule.add(run);
            }
            Sequence sequence(*model);
            return computeAgain(*model, sequence, tokens, schedule);
        };
        QVERIFY(again({{1, 8, 8, 1}}).has_value());
        REQUIRE_ERROR(again({}), ErrorCode::BadArgument);
        REQUIRE_ERROR(again({{1, 7, 7, 1}}), ErrorCode::BadArgument);
        REQUIRE_ERROR(again({{1, 9, 8, 1}}), ErrorCode::BadArgument); // no logits at its end
        REQUIRE_ERROR(again({{1, 3, 4, 1}, {1, 4, 4, 1}}), ErrorCode::BadArgument);
        REQUIRE_ERROR(again({{1, 4, 4, 0}, {1, 4, 4, 1}}), ErrorCode::BadArgument);
        REQUIRE_ERROR(again({{1, 9000, 4, 1}, {1, 4, 4, 1}}), ErrorCode::BadArgument);
    }

    void aReplayFindsTheFirstTokenThatDiffers() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        const ReplayTask task = recorded(*model);
        REQUIRE_VALUE(const ReplayOutcome same, replay(*model, task));
        QVERIFY(!same.difference && !same.stopped);
        QCOMPARE(same.compared, task.tokens.size());

        ReplayTask other = task;
        other.tokens[7].id = (other.tokens[7].id + 1) % 256;
        REQUIRE_VALUE(ReplayOutcome found, replay(*model, other));
        QVERIFY(found.difference);
        QCOMPARE(found.difference->index, std::size_t{7});
        QCOMPARE(found.difference->kind, ReplayDifferenceKind::Token);
        QCOMPARE(found.difference->expected.id, other.tokens[7].id);
        QCOMPARE(found.difference->found.id, task.tokens[7].id);
        QCOMPARE(found.difference->found.logprob, task.tokens[7].logprob);
        // The gap of two logits is that of their log-probabilities.
        Sequence sequence(*model);
        std::vector<TokenId> tokens = task.prompt;
        for (std::size_t i = 0; i < 7; ++i) {
            tokens.push_back(task.tokens[i].id);
        }
        REQUIRE_VALUE(const auto logits, sequence.extend(tokens));
        const double gap = double{logits[task.tokens[7].id]} - double{logits[other.tokens[7].id]};
        QVERIFY(std::abs(double{found.difference->gap} - gap) < 1e-2);

        other = task;
        other.tokens[0].id = (other.tokens[0].id + 1) % 256;
        REQUIRE_VALUE(found, replay(*model, other));
        QCOMPARE(found.difference->index, std::size_t{0});

        other = task;
        other.tokens[3].logprob = std::nextafter(other.tokens[3].logprob, 0.0F);
        REQUIRE_VALUE(found, replay(*model, other));
        QCOMPARE(found.difference->index, std::size_t{3});
        QCOMPARE(found.difference->kind, ReplayDifferenceKind::Probability);
        QCOMPARE(found.difference->gap, 0.0F);

        other = task;
        other.tokens[4].alternatives[1].second -= 1;
        REQUIRE_VALUE(found, replay(*model, other));
        QCOMPARE(found.difference->index, std::size_t{4});
        QCOMPARE(found.difference->kind, ReplayDifferenceKind::Alternatives);

        other = task;
        ++other.sampler.seed;
        REQUIRE_VALUE(found, replay(*model, other));
        QVERIFY(found.difference && found.difference->kind == ReplayDifferenceKind::Token);

        other = task;
        ++other.start.drawn;
        REQUIRE_VALUE(found, replay(*model, other));
        QVERIFY(found.difference && found.difference->kind == ReplayDifferenceKind::Token);
    }

    void outputThatWasComputedBesideOthersComesOutTheSame_data() { addDeviceRows(); }
    void outputThatWasComputedBesideOthersComesOutTheSame() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        // Three samples of one prompt, as a window that shows alternatives side by side makes them.
        const std::vector<TokenId> prompt = someTokens(40);
        constexpr std::size_t kSamples = 3;
        std::vector<Sequence> sequences;
        std::vector<ReplayTask> tasks(kSamples);
        std::vector<Sampler> samplers;
        std::vector<SamplerState> states(kSamples);
        std::vector<std::vector<TokenId>> histories(kSamples, prompt);
        Sequence trunk(*model);
        REQUIRE_VALUE(const auto first, trunk.extend(prompt));
        std::vector<std::vector<float>> logits(kSamples, copyOf(first));
        for (std::size_t i = 0; i < kSamples; ++i) {
            sequences.push_back(trunk.fork());
            tasks[i].prompt = prompt;
            tasks[i].sampler.seed = i;
            samplers.push_back(samplerFor(*model, tasks[i].sampler));
        }
        std::vector<Sequence*> all;
        for (Sequence& sequence : sequences) {
            all.push_back(&sequence);
        }
        for (int step = 0; step < 12; ++step) {
            std::vector<TokenId> next;
            for (std::size_t i = 0; i < kSamples; ++i) {
                REQUIRE_VALUE(const Draw draw,
                              samplers[i].draw(logits[i], histories[i], states[i]));
                tasks[i].tokens.push_back({draw.id, draw.logprob, {}});
                histories[i].push_back(draw.id);
                next.push_back(draw.id);
            }
            REQUIRE_VALUE(const auto rows, Sequence::extendTogether(all, next));
            const std::size_t outputs = rows.size() / kSamples;
            for (std::size_t i = 0; i < kSamples; ++i) {
                logits[i] = copyOf(rows.subspan(i * outputs, outputs));
            }
        }
        for (std::size_t i = 0; i < kSamples; ++i) {
            tasks[i].schedule = sequences[i].schedule();
            REQUIRE_VALUE(const ReplayOutcome outcome, replay(*model, tasks[i]));
            QVERIFY(!outcome.difference);
            QCOMPARE(outcome.compared, std::size_t{12});
        }
    }

    void aReplayTellsItsProgressAndStops() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        const ReplayTask task = recorded(*model);
        std::vector<std::size_t> heard;
        std::size_t total = 0;
        StopFlag stop = false;
        REQUIRE_VALUE(const ReplayOutcome outcome,
                      replay(*model, task, &stop, [&](std::size_t done, std::size_t all) {
                          heard.push_back(done);
                          total = all;
                          stop = done == task.prompt.size() + 5;
                      }));
        QVERIFY(outcome.stopped && !outcome.difference);
        QCOMPARE(outcome.compared, std::size_t{5});
        QCOMPARE(total, task.prompt.size() + task.tokens.size());
        QVERIFY(std::ranges::is_sorted(heard));
    }

    void continuingGoesOnInTheStreamOfRandomNumbers() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        for (const bool mirostat : {false, true}) {
            GenerationRequest request;
            request.prompt = someTokens(30);
            request.maxTokens = 40;
            request.sampler.seed = 5;
            request.sampler.mirostat = mirostat;
            PrefixCache cache(*model, 2);
            REQUIRE_VALUE(const auto whole, generate(*model, cache, request));
            cache.clear();
            request.maxTokens = 13;
            REQUIRE_VALUE(const auto first, generate(*model, cache, request));
            request.maxTokens = 27;
            request.sampling = first.samplingAfter;
            for (const GeneratedToken& token : first.tokens) {
                request.prompt.push_back(token.id);
            }
            REQUIRE_VALUE(const auto second, generate(*model, cache, request));
            QCOMPARE(first.tokens.size() + second.tokens.size(), whole.tokens.size());
            for (std::size_t i = 0; i < second.tokens.size(); ++i) {
                QCOMPARE(second.tokens[i].id, whole.tokens[13 + i].id);
                QCOMPARE(second.tokens[i].logprob, whole.tokens[13 + i].logprob);
            }
        }
    }

private:
    /// A generation of 24 tokens after a cache that others filled.
    static ReplayTask recorded(Model& model) {
        PrefixCache cache(model, 4);
        GenerationRequest request;
        request.maxTokens = 24;
        request.sampler.seed = 12;
        request.alternatives = 3;
        request.sampler.logitBias = {{MemoryCheckpoint::kEndOfText, -100.0F}};
        request.prompt = someTokens(60);
        if (!generate(model, cache, request)) {
            return {};
        }
        request.prompt.resize(45);
        request.prompt.push_back(7);
        const auto done = generate(model, cache, request);
        if (!done) {
            return {};
        }
        ReplayTask task{done->prompt, done->schedule, done->sampler, done->samplingBefore, 3, {}};
        for (const GeneratedToken& token : done->tokens) {
            RecordedToken one{token.id, token.logprob, {}};
            for (const Candidate& candidate : token.alternatives) {
                one.alternatives.emplace_back(candidate.id, candidate.logprob);
            }
            task.tokens.push_back(one);
        }
        return task;
    }
};

QTEST_GUILESS_MAIN(TestReplay)
#include "test_replay.moc"
