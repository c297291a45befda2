// SPDX-License-Identifier: MIT
#include <QtTest>

#include <cmath>
#include <memory>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "inference/backend/choose.h"
#include "inference/relative_error.h"

using namespace phidelity;

namespace {

// Of the norm: sums of a few hundred F32 products, inputs of quantised products in 16 bits.
constexpr double kTolerance = 1e-3;
constexpr std::uint32_t kWidth = 64;
constexpr std::uint32_t kHeads = 2;
constexpr std::uint32_t kHeadSize = kWidth / kHeads;

void addDevices() {
    QTest::addColumn<QByteArray>("device");
    for (const DeviceChoice& device : listDevices()) {
        if (device.usable) {
            QTest::newRow(device.info.id.c_str()) << QByteArray::fromStdString(device.info.id);
        }
    }
    QTest::newRow("cpu:obvious") << QByteArray("cpu:obvious");
}

std::vector<float> identity(std::size_t size) {
    std::vector<float> values(size * size);
    for (std::size_t i = 0; i < size; ++i) {
        values[i * size + i] = 1;
    }
    return values;
}

/// What `head` makes of a row where norm weight is 1, bias 0 and the matrix the identity.
std::vector<float> normalised(std::span<const float> x) {
    double mean = 0;
    double variance = 0;
    for (const float value : x) {
        mean += value / static_cast<double>(x.size());
    }
    for (const float value : x) {
        variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
    }
    std::vector<float> result;
    for (const float value : x) {
        result.push_back(static_cast<float>((value - mean) / std::sqrt(variance + 1e-5)));
    }
    return result;
}

/// A backend with numbers of a test's making. What a verb wrote is seen through `head` with the
/// identity: as the norm of the residual stream.
class Rig {
public:
    explicit Rig(const QByteArray& device) {
        auto created = createBackend(device.toStdString(), 2);
        if (!created) {
            qFatal("%s", created.error().detail.c_str());
        }
        backend = std::move(*created);
        AttentionShape shape{1, kHeads, kHeadSize, 16, 10000.0F, 128};
        check(backend->createCache(shape, 8).has_value());
        x = *backend->addActivation(kWidth);
        query = *backend->addActivation(kWidth);
        context = *backend->addActivation(kWidth);
        hidden = *backend->addActivation(kWidth);
        zero = vector(std::vector<float>(kWidth));
        plainNorm = {vector(std::vector<float>(kWidth, 1.0F)), zero, 1e-5F};
        same = {matrix(identity(kWidth)), zero};
        none = {matrix(std::vector<float>(kWidth * kWidth)), zero};
    }

    MatrixId matrix(const std::vector<float>& values, MatrixUse use = MatrixUse::Product) {
        m_kept.push_back(std::make_unique<std::vector<float>>(values));
        const auto id = backend->addMatrix(
            {TensorType::F32, reinterpret_cast<const std::byte*>(m_kept.back()->data()),
             values.size() / kWidth, kWidth},
            use);
        check(id.has_value());
        return *id;
    }

    VectorId vector(const std::vector<float>& values) {
        const auto id = backend->addVector(
            {TensorType::F32, reinterpret_cast<const std::byte*>(values.data()), 1, values.size()});
        check(id.has_value());
        return *id;
    }

    /// Starts a step of rows 0 .. count - 1 at ascending positions of one sequence, x from `table`.
    void begin(const std::vector<float>& table) {
        const auto count = static_cast<std::uint32_t>(table.size() / kWidth);
        for (std::uint32_t row = 0; row < count; ++row) {
            m_rows.push_back({row, row, 0});
            m_wanted.push_back(row);
        }
        check(backend->begin({m_rows, m_tables, m_wanted}).has_value());
        backend->embed(x, matrix(table, MatrixUse::Table));
    }

    std::vector<float> finish() {
        backend->head(x, plainNorm, same);
        const auto logits = backend->submit();
        check(logits.has_value());
        return {logits->begin(), logits->end()};
    }

    std::unique_ptr<Backend> backend;
    Activation x, query, context, hidden;
    VectorId zero{};
    Norm plainNorm;
    Linear same; ///< y = x
    Linear none; ///< y = 0

private:
    static void check(bool fine) {
        if (!fine) {
            qFatal("a backend refused a load");
        }
    }

    std::vector<std::unique_ptr<std::vector<float>>> m_kept;
    std::vector<StepRow> m_rows;
    std::vector<std::uint32_t> m_wanted;
    // Not in order: a table says where positions are, not the ids.
    std::vector<PageId> m_pages = {5, 2, 7, 0};
    std::vector<std::span<const PageId>> m_tables = {m_pages};
};

std::vector<float> randomNumbers(std::size_t count, unsigned seed) {
    std::mt19937 generator(seed);
    std::vector<float> values(count);
    for (float& value : values) {
        value = static_cast<float>(generator() % 2001) / 1000.0F - 1.0F;
    }
    return values;
}

/// h = norm(row), as project computes it with plainNorm.
std::vector<float> normsOf(const std::vector<float>& table) {
    std::vector<float> all;
    for (std::size_t row = 0; row < table.size() / kWidth; ++row) {
        const auto one = normalised(std::span(table).subspan(row * kWidth, kWidth));
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

} // namespace

class TestVerbs : public QObject {
    Q_OBJECT

private slots:
    void embedReadsTheRowsOfItsTokens_data() { addDevices(); }
    void embedReadsTheRowsOfItsTokens() {
        QFETCH(QByteArray, device);
        Rig rig(device);
        const std::vector<float> table = randomNumbers(5 * kWidth, 1);
        rig.begin(table);
        QVERIFY(relativeError(rig.finish(), normsOf(table)) <= kTolerance);
    }

    void geluIsTheTanhForm_data() { addDevices(); }
    void geluIsTheTanhForm() {
        QFETCH(QByteArray, device);
        Rig rig(device);
        // PHI-2 reference section 1.2: arguments and values of gelu_new. The bias brings the
        // arguments.
        const std::pair<float, float> known[] = {
            {-3, -0.0036374F},  {-1, -0.1588080F}, {-0.5F, -0.1542860F}, {0, 0},
            {0.5F, 0.3457140F}, {1, 0.8411920F},   {2, 1.9545977F},      {3, 2.9963626F}};
        std::vector<float> arguments(kWidth);
        std::vector<float> values(kWidth);
        for (std::size_t i = 0; i < kWidth; ++i) {
            std::tie(arguments[i], values[i]) = known[i % std::size(known)];
        }
        const Linear bias{rig.none.weight, rig.vector(arguments)};
        rig.begin(std::vector<float>(kWidth));
        const Part parts[] = {{bias, Epilogue::Gelu, rig.hidden}};
        const Term terms[] = {{rig.hidden, rig.same}};
        rig.backend->project(rig.x, rig.plainNorm, parts, 0);
        rig.backend->merge(rig.x, terms);
        const std::vector<float> found = rig.finish();
        const std::vector<float> expected = normalised(values);
        for (std::size_t i = 0; i < kWidth; ++i) {
            QVERIFY(std::abs(found[i] - expected[i]) < 1e-5F);
        }
    }

    void mergeAddsEveryTermToTheStream_data() { addDevices(); }
    void mergeAddsEveryTermToTheStream() {
        QFETCH(QByteArray, device);
        Rig rig(device);
        const std::vector<float> table = randomNumbers(3 * kWidth, 2);
        const std::vector<float> bias = randomNumbers(kWidth, 3);
        const Linear shifted{rig.same.weight, rig.vector(bias)};
        rig.begin(table);
        const Part parts[] = {{rig.same, Epilogue::Store, rig.hidden},
                              {rig.same, Epilogue::Store, rig.query}};
        const Term terms[] = {{rig.hidden, rig.same}, {rig.query, shifted}};
        rig.backend->project(rig.x, rig.plainNorm, parts, 0);
        rig.backend->merge(rig.x, terms);

        const std::vector<float> h = normsOf(table);
        std::vector<float> sum(table.size());
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] = table[i] + 2 * h[i] + bias[i % kWidth];
        }
        QVERIFY(relativeError(rig.finish(), normsOf(sum)) <= kTolerance);
    }

    void aQueryThatMatchesOneKeyReturnsItsValue_data() { addDevices(); }
    void aQueryThatMatchesOneKeyReturnsItsValue() {
        QFETCH(QByteArray, device);
        Rig rig(device);
        constexpr std::size_t kRows = 70; // over three pages
        std::vector<float> table = randomNumbers(kRows * kWidth, 4);
        for (float& value : table) { // signs: no two rows come near each other
            value = value < 0 ? -1.0F : 1.0F;
        }
        // Keys and queries: the norms themselves in the numbers that do not rotate, times 300: a
        // row's key matches its own query far better than those of earlier rows, so each row
        // attends to itself.
        std::vector<float> scaled(kWidth * kWidth);
        for (std::size_t i = 0; i < kWidth; ++i) {
            if (i % kHeadSize >= 16) {
                scaled[i * kWidth + i] = 300;
            }
        }
        const Linear sharp{rig.matrix(scaled), rig.zero};
        rig.begin(table);
        const Part parts[] = {{sharp, Epilogue::RotateQuery, rig.query},
                              {sharp, Epilogue::RotateToKeys, {}},
                              {rig.same, Epilogue::ToValues, {}}};
        const Term terms[] = {{rig.context, rig.same}};
        rig.backend->project(rig.x, rig.plainNorm, parts, 0);
        rig.backend->attend(rig.context, rig.query, 0);
        rig.backend->merge(rig.x, terms);

        const std::vector<float> h = normsOf(table);
        std::vector<float> sum(table.size());
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] = table[i] + h[i];
        }
        // The scores reach 300 * 300 * 16 / sqrt(32), four times what F16 holds.
        QVERIFY(relativeError(rig.finish(), normsOf(sum)) <= kTolerance);
    }

    void equalScoresAverageAllEarlierValues_data() { addDevices(); }
    void equalScoresAverageAllEarlierValues() {
        QFETCH(QByteArray, device);
        Rig rig(device);
        constexpr std::size_t kRows = 40;
        const std::vector<float> table = randomNumbers(kRows * kWidth, 5);
        rig.begin(table);
        const Part parts[] = {{rig.none, Epilogue::RotateQuery, rig.query},
                              {rig.same, Epilogue::RotateToKeys, {}},
                              {rig.same, Epilogue::ToValues, {}}};
        const Term terms[] = {{rig.context, rig.same}};
        rig.backend->project(rig.x, rig.plainNorm, parts, 0);
        rig.backend->attend(rig.context, rig.query, 0);
        rig.backend->merge(rig.x, terms);

        const std::vector<float> h = normsOf(table);
        std::vector<float> sum = table;
        std::vector<double> running(kWidth);
        for (std::size_t row = 0; row < kRows; ++row) {
            for (std::size_t i = 0; i < kWidth; ++i) {
                running[i] += h[row * kWidth + i];
                sum[row * kWidth + i] +=
                    static_cast<float>(running[i] / static_cast<double>(row + 1));
            }
        }
        QVERIFY(relativeError(rig.finish(), normsOf(sum)) <= kTolerance);
    }

    void attentionWeightsSumToOne_data() { addDevices(); }
    void attentionWeightsSumToOne() {
        QFETCH(QByteArray, device);
        Rig rig(device);
        std::vector<float> table;
        const std::vector<float> one = randomNumbers(kWidth, 6);
        for (int row = 0; row < 66; ++row) {
            table.insert(table.end(), one.begin(), one.end());
        }
        rig.begin(table);
        const Part parts[] = {{rig.same, Epilogue::RotateQuery, rig.query},
                              {rig.same, Epilogue::RotateToKeys, {}},
                              {rig.same, Epilogue::ToValues, {}}};
        const Term terms[] = {{rig.context, rig.same}};
        rig.backend->project(rig.x, rig.plainNorm, parts, 0);
        rig.backend->attend(rig.context, rig.query, 0);
        rig.backend->merge(rig.x, terms);
        // All values are alike: whatever the weights, the same comes out if their sum is 1.
        const std::vector<float> h = normalised(one);
        std::vector<float> sum(kWidth);
        for (std::size_t i = 0; i < kWidth; ++i) {
            sum[i] = one[i] + h[i];
        }
        const std::vector<float> expected = normalised(sum);
        const std::vector<float> found = rig.finish();
        for (std::size_t row = 0; row < 66; ++row) {
            QVERIFY(relativeError(std::span(found).subspan(row * kWidth, kWidth), expected) <=
                    kTolerance);
        }
    }
};

QTEST_GUILESS_MAIN(TestVerbs)
#include "test_verbs.moc"
