// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/vulkan_backend.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>

#include "inference/backend/vulkan/device_rates.h"
#include "inference/backend/vulkan/pipelines_ahead.h"
#include "inference/backend/vulkan/recording.h"
#include "inference/backend/vulkan/step_keys.h"

namespace phidelity::vulkan {
namespace {

/// Recordings kept; the one unused for longest goes first.
constexpr std::size_t kRecordings = 24;
/// Tables that an op takes at most, but for matrices cut into many slices.
constexpr std::size_t kTablesOfOp = 8;
/// No submission is to run longer, ms: watchdogs of drivers wait for 2 s, screens for far less.
constexpr double kLongestSubmissionMs = 100;

std::vector<DeviceShape> shapesOf(std::span<const PlannedMatrix> matrices, const Tuning& tuning) {
    std::vector<DeviceShape> shapes;
    shapes.reserve(matrices.size());
    for (const PlannedMatrix& matrix : matrices) {
        shapes.push_back({matrix.type, static_cast<std::uint32_t>(matrix.rows),
                          static_cast<std::uint32_t>(matrix.columns), tuning.tileGroups});
    }
    return shapes;
}

Result<void> checkHeads(const AttentionShape& shape) {
    if (shape.headSize % 16 != 0 || shape.headSize > 256 || shape.rotary % 4 != 0 ||
        shape.rotary > shape.headSize) {
        return fail(ErrorCode::Unsupported,
                    "head size: expected a multiple of 16 up to 256, found " +
                        std::to_string(shape.headSize) + " of which " +
                        std::to_string(shape.rotary) + " rotate");
    }
    return {};
}

double millisecondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

class VulkanBackend final : public Backend {
public:
    static Result<std::unique_ptr<Backend>> create(std::shared_ptr<Instance> instance,
                                                   const PhysicalDevice& physical,
                                                   const VulkanOptions& options);
    ~VulkanBackend() override;

    [[nodiscard]] const DeviceInfo& device() const override { return m_device->physical().info; }
    [[nodiscard]] std::uint64_t memoryAvailable() const override {
        return m_device->memoryAvailable();
    }
    Result<LoadBytes> bytesFor(const LoadPlan& plan) override;
    void expectLoad(const LoadPlan& plan) override;
    Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) override;
    [[nodiscard]] bool keepsView(MatrixId) const override { return false; }
    Result<VectorId> addVector(const TensorView& vector) override;
    Result<Activation> addActivation(std::uint32_t width) override;
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) override;
    [[nodiscard]] std::uint64_t pageBytes(const AttentionShape& shape) const override {
        return StepMemory::pageBytes(shape);
    }
    Result<void> copyPage(PageId from, PageId to) override { return m_memory.copyPage(from, to); }
    [[nodiscard]] std::uint32_t maxRows() const override { return m_rowLimit; }
    [[nodiscard]] std::uint32_t mostRows() const override { return StepMemory::kMostRows; }
    [[nodiscard]] std::uint32_t rowsAsAlone() const override {
        // The order of sums does not depend on the number of rows, but how a compiler of another
        // driver joins multiplications and additions may.
        return m_device->physical().isSoftware ? kFewRows : 1;
    }

    Result<void> begin(const Step& step) override;
    void embed(Activation x, MatrixId table) override;
    void project(Activation x, const Norm& norm, std::span<const Part> parts,
                 std::uint32_t layer) override;
    void attend(Activation context, Activation query, std::uint32_t layer) override;
    void merge(Activation x, std::span<const Term> terms) override;
    void head(Activation x, const Norm& norm, const Linear& linear) override;
    void receive(Activation x, std::span<const float> rows) override;
    void handOver(Activation x, std::span<float> rows) override;
    Result<std::span<const float>> submit() override;
    [[nodiscard]] std::span<const TopLogits> top() const override { return m_top; }
    Result<DeviceRates> measureRates() override;
    [[nodiscard]] std::uint64_t weightBytes() const override { return m_weights.bytes(); }
    [[nodiscard]] std::optional<StepCosts> stepCosts() const override;

private:
    VulkanBackend(std::unique_ptr<Device> device, const Tuning& tuning)
        : m_device(std::move(device)), m_tuning(tuning), m_memory(*m_device, tuning),
          m_exchange(*m_device, m_memory),
          m_weights(*m_device, tuning.largestBlock, tuning.tileGroups),
          m_rowLimit(tuning.firstRows) {}

    [[nodiscard]] bool picksTop() const;
    [[nodiscard]] StepShape shapeOf(const Step& step) const;
    Result<bool> prepareStep(std::size_t logits);
    Result<Recording*> recordingFor(const StepShape& shape);
    Result<void> run(Recording& recording);
    void learnRowLimit(const Recording& recording);
    void forget(Recording& recording);
    void forgetAll();

    std::unique_ptr<Device> m_device;
    Tuning m_tuning;
    std::unique_ptr<Pipelines> m_pipelines;
    std::unique_ptr<PipelinesAhead> m_ahead;
    std::unique_ptr<Bindings> m_bindings;
    StepMemory m_memory;
    RowExchange m_exchange;
    WeightStore m_weights;
    std::vector<DeviceMatrix> m_matrices;
    std::vector<std::unique_ptr<Recording>> m_recordings; ///< the last used last
    Step m_step;
    std::vector<StepOp> m_ops; ///< of the step in hand
    std::size_t m_outputs = 0; ///< of its head
    StepCosts m_costs;         ///< but for what the device counts
    std::vector<TopLogits> m_top;
    std::uint32_t m_rowLimit;
};

Result<std::unique_ptr<Backend>> VulkanBackend::create(std::shared_ptr<Instance> instance,
                                                       const PhysicalDevice& physical,
                                                       const VulkanOptions& options) {
    PHIDELITY_TRY(auto device, Device::create(std::move(instance), physical, options.device));
    Tuning tuning = tuningFor(*device, options.reads, options.kernels);
    // Where host and device share memory, nothing is saved by leaving logits where they are.
    tuning.picksTop = options.topPicks == TopPicks::Auto ? !device->sharesMemory()
                                                         : options.topPicks == TopPicks::Device;
    if (options.manyRows != ManyRows::Auto) {
        if (!canRun(physical, options.manyRows) || tuning.reads == ReadPath::Texels) {
            return fail(ErrorCode::Unsupported,
                        physical.info.id + ": expected a device that runs the kernels asked for, "
                                           "found one without what they need");
        }
        tuning.manyRows = options.manyRows;
    }
    if (options.bindingLimit != 0) {
        tuning.largestBlock = std::min(tuning.largestBlock, options.bindingLimit);
    }
    std::unique_ptr<VulkanBackend> backend(new VulkanBackend(std::move(device), tuning));
    Pipelines::Texels texels;
    if (tuning.reads == ReadPath::Texels) {
        texels.bindings = {kBindWeightsA, kBindWeightsB, kBindInputs, kBindCacheWords};
    }
    PHIDELITY_TRY(backend->m_pipelines,
                  Pipelines::create(*backend->m_device, texels, options.cacheFolder));
    backend->m_ahead = std::make_unique<PipelinesAhead>(*backend->m_pipelines);
    backend->m_bindings = std::make_unique<Bindings>(*backend->m_device, *backend->m_pipelines);
    return backend;
}

VulkanBackend::~VulkanBackend() {
    m_ahead.reset();
    if (m_pipelines) {
        m_pipelines->save();
    }
    forgetAll();
}

Result<LoadBytes> VulkanBackend::bytesFor(const LoadPlan& plan) {
    const auto add = [this](std::uint64_t& sum, std::uint64_t bytes,
                            MemoryUse use) -> Result<void> {
        PHIDELITY_TRY(const std::uint64_t taken, m_device->allocationBytes(bytes, use));
        sum += taken;
        return {};
    };
    LoadBytes bytes;
    m_weights.setHeadSize(plan.attention.headSize);
    for (const std::uint64_t block : m_weights.blocksFor(shapesOf(plan.matrices, m_tuning))) {
        PHIDELITY_CHECK(add(bytes.weights, block, MemoryUse::Device));
    }
    for (const PlannedBuffer& buffer : StepMemory::cacheFor(plan)) {
        PHIDELITY_CHECK(add(bytes.cache, buffer.bytes, buffer.use));
    }
    for (const auto& buffers : {m_memory.scratchFor(plan), RowExchange::buffersFor(plan)}) {
        for (const PlannedBuffer& buffer : buffers) {
            PHIDELITY_CHECK(add(bytes.scratch, buffer.bytes, buffer.use));
        }
    }
    if (const std::uint64_t staging = m_weights.stagingBytes(); staging > 0) {
        PHIDELITY_CHECK(add(bytes.staging, staging, MemoryUse::Upload));
        bytes.staging *= 2;
    }
    return bytes;
}

void VulkanBackend::expectLoad(const LoadPlan& plan) {
    m_weights.setHeadSize(plan.attention.headSize);
    m_weights.expect(shapesOf(plan.matrices, m_tuning));
    if (checkHeads(plan.attention)) {
        m_ahead->start(keysFor(plan, m_tuning));
    }
}

Result<MatrixId> VulkanBackend::addMatrix(const TensorView& weights, MatrixUse) {
    PHIDELITY_TRY(DeviceMatrix matrix, m_weights.add(weights));
    m_matrices.push_back(std::move(matrix));
    return static_cast<MatrixId>(m_matrices.size() - 1);
}

Result<VectorId> VulkanBackend::addVector(const TensorView& vector) {
    std::vector<float> numbers(vector.columns);
    dequantizeRow(vector.type, vector.data, numbers);
    return m_memory.addVector(numbers);
}

Result<Activation> VulkanBackend::addActivation(std::uint32_t width) {
    return m_memory.addActivation(width);
}

Result<void> VulkanBackend::createCache(const AttentionShape& shape, std::uint32_t pages) {
    PHIDELITY_CHECK(checkHeads(shape));
    m_weights.setHeadSize(shape.headSize);
    return m_memory.createCache(shape, pages);
}

Result<void> VulkanBackend::begin(const Step& step) {
    if (step.rows.size() > StepMemory::kMostRows) {
        return fail(ErrorCode::BadArgument, "step: expected at most " +
                                                std::to_string(StepMemory::kMostRows) +
                                                " rows, found " + std::to_string(step.rows.size()));
    }
    m_step = step;
    m_ops.clear();
    m_exchange.clear();
    m_outputs = 0;
    m_top.clear();
    return {};
}

void VulkanBackend::embed(Activation x, MatrixId table) {
    StepOp op;
    op.verb = StepOp::Verb::Embed;
    op.x = x;
    op.table = table;
    m_ops.push_back(op);
}

/// In as many ops as it takes: each reads the same norm.
void VulkanBackend::project(Activation x, const Norm& norm, std::span<const Part> parts,
                            std::uint32_t layer) {
    StepOp op;
    op.verb = StepOp::Verb::Project;
    op.x = x;
    op.norm = norm;
    op.layer = layer;
    for (; !parts.empty(); parts = parts.subspan(op.count)) {
        op.parts = {};
        op.count = static_cast<std::uint32_t>(std::min(parts.size(), op.parts.size()));
        std::copy_n(parts.begin(), op.count, op.parts.begin());
        m_ops.push_back(op);
    }
}

void VulkanBackend::attend(Activation context, Activation query, std::uint32_t layer) {
    StepOp op;
    op.verb = StepOp::Verb::Attend;
    op.x = context;
    op.query = query;
    op.layer = layer;
    m_ops.push_back(op);
}

/// In as many ops as it takes: they add up.
void VulkanBackend::merge(Activation x, std::span<const Term> terms) {
    StepOp op;
    op.verb = StepOp::Verb::Merge;
    op.x = x;
    for (; !terms.empty(); terms = terms.subspan(op.count)) {
        op.terms = {};
        op.count = static_cast<std::uint32_t>(std::min(terms.size(), op.terms.size()));
        std::copy_n(terms.begin(), op.count, op.terms.begin());
        m_ops.push_back(op);
    }
}

void VulkanBackend::head(Activation x, const Norm& norm, const Linear& linear) {
    StepOp op;
    op.verb = StepOp::Verb::Head;
    op.x = x;
    op.norm = norm;
    op.linear = linear;
    m_ops.push_back(op);
    m_outputs = m_matrices[static_cast<std::size_t>(linear.weight)].shape.rows;
}

void VulkanBackend::receive(Activation x, std::span<const float> rows) {
    StepOp op;
    op.verb = StepOp::Verb::Receive;
    op.x = x;
    m_ops.push_back(op);
    m_exchange.receive(x, rows);
}

void VulkanBackend::handOver(Activation x, std::span<float> rows) {
    StepOp op;
    op.verb = StepOp::Verb::HandOver;
    op.x = x;
    m_ops.push_back(op);
    m_exchange.handOver(x, rows);
}

Result<DeviceRates> VulkanBackend::measureRates() {
    auto rates = vulkan::measureRates(*m_device, *m_pipelines, *m_bindings);
    forgetAll(); // sets name buffers of the measurement that are gone
    return rates;
}

bool VulkanBackend::picksTop() const {
    return m_tuning.picksTop && m_outputs > 0 && m_step.top.count > 0 &&
           m_step.top.count <= kMostTop && m_step.logitRows.size() <= kMostTopRows;
}

StepShape VulkanBackend::shapeOf(const Step& step) const {
    StepShape shape;
    shape.rows = static_cast<std::uint32_t>(step.rows.size());
    shape.logitRows = static_cast<std::uint32_t>(step.logitRows.size());
    // Rows share keys only if they are of one sequence.
    shape.attendRows = step.pages.size() == 1 && shape.rows > 1 ? kFewRows : 1;
    std::uint32_t keys = 1;
    for (const StepRow& row : step.rows) {
        keys = std::max(keys, row.position + 1);
    }
    // A power of two, so that a growing context seldom needs a new recording.
    const std::uint32_t split = m_memory.splitKeys(shape.attendRows);
    shape.splits =
        std::min(m_memory.mostSplits(shape.attendRows), std::bit_ceil((keys + split - 1) / split));
    if (picksTop()) {
        shape.top = m_step.top;
    }
    return shape;
}

/// Memory of the step in hand. True if a buffer was replaced.
Result<bool> VulkanBackend::prepareStep(std::size_t logits) {
    PHIDELITY_TRY(const bool memory,
                  picksTop() ? m_memory.prepareForTop(m_step.logitRows.size(), m_outputs)
                             : m_memory.prepare(logits));
    PHIDELITY_TRY(const bool exchange, m_exchange.prepare());
    return memory || exchange;
}

Result<std::span<const float>> VulkanBackend::submit() {
    PHIDELITY_CHECK(m_ahead->finish());
    PHIDELITY_CHECK(m_weights.endUploads());
    const std::size_t logits = m_step.logitRows.size() * m_outputs;
    const bool pick = picksTop();
    const Result<bool> replaced = prepareStep(logits);
    if (!replaced || *replaced) { // half prepared: some may have been replaced as well
        forgetAll();
    }
    if (!replaced) {
        return tl::unexpected<Error>(replaced.error());
    }
    if (m_ops.empty() || m_step.rows.empty()) {
        return std::span<const float>{};
    }
    m_memory.setStep(m_step);
    PHIDELITY_TRY(Recording * recording, recordingFor(shapeOf(m_step)));
    PHIDELITY_CHECK(run(*recording));
    m_exchange.deliver();
    ++m_costs.steps;
    m_costs.layers += recording->counts.layers;
    m_costs.dispatches += recording->counts.dispatches;
    m_costs.barriers += recording->counts.barriers;
    m_costs.readbackBytes +=
        pick ? StepMemory::topBytes(m_step.logitRows.size(), m_step.top) : logits * sizeof(float);
    if (pick) {
        for (std::size_t row = 0; row < m_step.logitRows.size(); ++row) {
            m_top.push_back(m_memory.topOf(row, m_step.top));
        }
        return std::span<const float>{};
    }
    return m_memory.logits().as<const float>().first(logits);
}

std::optional<StepCosts> VulkanBackend::stepCosts() const {
    StepCosts costs = m_costs;
    const CallCounts& calls = std::as_const(*m_device).counts();
    costs.submits = calls.submits;
    costs.allocations = calls.allocations;
    costs.descriptorUpdates = calls.descriptorUpdates;
    costs.pipelines = m_pipelines->made();
    costs.recordings = calls.recordings;
    return costs;
}

Result<Recording*> VulkanBackend::recordingFor(const StepShape& shape) {
    const auto known = std::ranges::find_if(m_recordings, [&](const auto& recording) {
        return recording->shape == shape && recording->ops == m_ops;
    });
    if (known != m_recordings.end()) {
        std::rotate(known, known + 1, m_recordings.end());
        return m_recordings.back().get();
    }
    if (m_recordings.size() >= kRecordings) {
        forget(*m_recordings.front());
        m_recordings.erase(m_recordings.begin());
    }
    if (!m_memory.hasSlots(m_ops.size() * kTablesOfOp)) {
        forgetAll();
    }
    auto recording = std::make_unique<Recording>();
    recording->shape = shape;
    recording->ops = m_ops;
    Recorder recorder({*m_device, m_tuning, *m_pipelines, *m_bindings, m_weights, m_matrices,
                       m_memory, m_exchange},
                      *recording);
    if (auto recorded = recorder.record(); !recorded) {
        forget(*recording);
        return tl::unexpected<Error>(std::move(recorded).error());
    }
    m_recordings.push_back(std::move(recording));
    return m_recordings.back().get();
}

/// Segments run one by one the first time, to be measured; after that as many together as end
/// within the limit: on a device that is fast enough, all.
Result<void> VulkanBackend::run(Recording& recording) {
    const std::span<const VkCommandBuffer> segments = recording.segments;
    const bool measure = recording.slowestSegmentMs == 0;
    const std::size_t together =
        measure ? 1
                : std::clamp<std::size_t>(
                      static_cast<std::size_t>(kLongestSubmissionMs / recording.slowestSegmentMs),
                      1, segments.size());
    double slowest = 0;
    for (std::size_t first = 0; first < segments.size(); first += together) {
        const std::size_t count = std::min(together, segments.size() - first);
        const auto start = std::chrono::steady_clock::now();
        PHIDELITY_CHECK(m_device->run(segments.subspan(first, count)));
        if (!measure || first > 0) { // the first also waits for what the driver does only once
            slowest = std::max(slowest, millisecondsSince(start) / static_cast<double>(count));
        }
    }
    if (measure) {
        recording.slowestSegmentMs = slowest;
    } else if (together < segments.size()) {
        // The first time something else may have held it up: that is not to last.
        recording.slowestSegmentMs = std::min(recording.slowestSegmentMs, slowest);
    }
    if (measure && segments.size() > 1) {
        learnRowLimit(recording);
    }
    return {};
}

/// Chunks of a prompt become as long as one segment of them ends within the limit.
void VulkanBackend::learnRowLimit(const Recording& recording) {
    const std::uint32_t rows = recording.shape.rows;
    if (rows < m_rowLimit || rows < kFewRows) {
        return;
    }
    const double fitting = rows * kLongestSubmissionMs / recording.slowestSegmentMs;
    const auto limit = static_cast<std::uint32_t>(
        std::clamp(fitting, double{kFewRows}, double{StepMemory::kMostRows}));
    m_rowLimit = std::bit_floor(limit);
}

void VulkanBackend::forget(Recording& recording) {
    m_device->freeCommands(recording.segments);
    recording.segments.clear();
}

void VulkanBackend::forgetAll() {
    for (const auto& recording : m_recordings) {
        forget(*recording);
    }
    m_recordings.clear();
    m_memory.clearSlots();
    if (m_bindings) {
        m_bindings->clear();
    }
}

} // namespace

Result<std::unique_ptr<Backend>> createVulkanBackend(std::shared_ptr<Instance> instance,
                                                     const PhysicalDevice& physical,
                                                     const VulkanOptions& options) {
    if (!physical.refused.empty()) {
        return fail(ErrorCode::NoDevice, physical.info.id + ": " + physical.info.name +
                                             " cannot be used: " + physical.refused);
    }
    return VulkanBackend::create(std::move(instance), physical, options);
}

} // namespace phidelity::vulkan
