// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/cuda_backend.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "inference/backend/cuda/device/blocks.h"
#include "inference/backend/cuda/recorder.h"
#include "inference/backend/cuda/step_memory.h"
#include "inference/backend/cuda/weight_upload.h"

namespace phidelity::cuda {
namespace {

/// Recorded steps that are kept; the one unused for longest goes first.
constexpr std::size_t kRecordings = 24;

Result<void> checkHeads(const AttentionShape& shape) {
    if (shape.headSize % 8 != 0 || shape.headSize > kMostHeadDims || shape.rotary % 2 != 0 ||
        shape.rotary > shape.headSize) {
        return fail(ErrorCode::Unsupported, "head size: expected a multiple of 8 up to " +
                                                std::to_string(kMostHeadDims) + ", found " +
                                                std::to_string(shape.headSize) + " of which " +
                                                std::to_string(shape.rotary) + " rotate");
    }
    return {};
}

class CudaBackend final : public Backend {
public:
    CudaBackend(std::unique_ptr<CudaDevice> device, std::shared_ptr<void> keepAlive)
        : m_keepAlive(std::move(keepAlive)), m_device(std::move(device)), m_memory(*m_device) {}

    [[nodiscard]] const DeviceInfo& device() const override { return m_device->info(); }
    [[nodiscard]] std::uint64_t memoryAvailable() const override { return m_device->memoryFree(); }
    Result<LoadBytes> bytesFor(const LoadPlan& plan) override;
    Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) override;
    [[nodiscard]] bool keepsView(MatrixId) const override { return false; }
    Result<VectorId> addVector(const TensorView& vector) override;
    Result<Activation> addActivation(std::uint32_t width) override {
        m_recordings.clear();
        return m_memory.addActivation(width);
    }
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) override {
        PHIDELITY_CHECK(checkHeads(shape));
        m_recordings.clear();
        return m_memory.createCache(shape, pages);
    }
    [[nodiscard]] std::uint64_t pageBytes(const AttentionShape& shape) const override {
        return StepMemory::pageBytes(shape);
    }
    Result<void> copyPage(PageId from, PageId to) override { return m_memory.copyPage(from, to); }
    [[nodiscard]] std::uint32_t maxRows() const override { return StepMemory::kMostRows; }
    [[nodiscard]] std::uint32_t rowsAsAlone() const override { return kFewRows; }

    Result<void> begin(const Step& step) override;
    void embed(Activation x, MatrixId table) override { m_recorder->embed(x, table); }
    void project(Activation x, const Norm& norm, std::span<const Part> parts,
                 std::uint32_t layer) override {
        m_recorder->project(x, norm, parts, layer);
    }
    void attend(Activation context, Activation query, std::uint32_t layer) override {
        m_recorder->attend(context, query, layer);
        ++m_costs.layers;
    }
    void merge(Activation x, std::span<const Term> terms) override { m_recorder->merge(x, terms); }
    void head(Activation x, const Norm& norm, const Linear& linear) override;
    void receive(Activation x, std::span<const float> rows) override {
        m_received.emplace(x, rows);
    }
    void handOver(Activation x, std::span<float> rows) override { m_handedOver.emplace(x, rows); }
    Result<std::span<const float>> submit() override;
    Result<DeviceRates> measureRates() override { return m_device->measureRates(); }
    [[nodiscard]] std::uint64_t weightBytes() const override { return m_weightBytes; }
    [[nodiscard]] std::optional<StepCosts> stepCosts() const override { return m_costs; }

private:
    struct Recording {
        std::vector<Launch> launches;
        std::unique_ptr<Replay> replay;
    };

    Result<void> prepare(std::size_t logits);
    Result<const Replay*> replayOf(const std::vector<Launch>& launches);
    void countLayerWork(const std::vector<Launch>& launches);

    std::shared_ptr<void> m_keepAlive; ///< goes last
    std::unique_ptr<CudaDevice> m_device;
    StepMemory m_memory;
    std::vector<DeviceMatrix> m_matrices;
    std::vector<Recording> m_recordings; ///< the last used last
    std::optional<Recorder> m_recorder;
    Step m_step;
    Result<void> m_prepared; ///< whether there is memory for its logits
    std::optional<std::pair<Activation, std::span<const float>>> m_received;
    std::optional<std::pair<Activation, std::span<float>>> m_handedOver;
    std::size_t m_logitCount = 0;
    std::vector<float> m_logits;
    std::uint64_t m_weightBytes = 0;
    StepCosts m_costs;
};

Result<LoadBytes> CudaBackend::bytesFor(const LoadPlan& plan) {
    LoadBytes bytes;
    for (const PlannedMatrix& matrix : plan.matrices) {
        bytes.weights += m_device->allocationBytes(
            tileBytes(matrix.type, static_cast<std::uint32_t>(matrix.rows),
                      static_cast<std::uint32_t>(matrix.columns)));
    }
    for (const std::uint64_t block : StepMemory::cacheFor(plan)) {
        bytes.cache += m_device->allocationBytes(block);
    }
    for (const std::uint64_t block : StepMemory::scratchFor(plan)) {
        bytes.scratch += m_device->allocationBytes(block);
    }
    return bytes;
}

Result<MatrixId> CudaBackend::addMatrix(const TensorView& weights, MatrixUse) {
    DeviceMatrix matrix{weights.type,
                        static_cast<std::uint32_t>(weights.rows),
                        static_cast<std::uint32_t>(weights.columns),
                        {}};
    PHIDELITY_TRY(matrix.tiles, uploadTiles(*m_device, weights));
    m_weightBytes += matrix.tiles.bytes();
    m_matrices.push_back(std::move(matrix));
    return static_cast<MatrixId>(m_matrices.size() - 1);
}

Result<VectorId> CudaBackend::addVector(const TensorView& vector) {
    std::vector<float> numbers(vector.columns);
    dequantizeRow(vector.type, vector.data, numbers);
    m_recordings.clear();
    return m_memory.addVector(numbers);
}

Result<void> CudaBackend::prepare(std::size_t logits) {
    const Result<bool> moved = m_memory.prepare(logits);
    if (!moved || *moved) {
        m_recordings.clear(); // half prepared: some may have moved as well
    }
    if (!moved) {
        return tl::unexpected<Error>(moved.error());
    }
    return {};
}

Result<void> CudaBackend::begin(const Step& step) {
    if (step.rows.size() > StepMemory::kMostRows) {
        return fail(ErrorCode::BadArgument, "step: expected at most " +
                                                std::to_string(StepMemory::kMostRows) +
                                                " rows, found " + std::to_string(step.rows.size()));
    }
    m_step = step;
    m_received.reset();
    m_handedOver.reset();
    m_prepared = {};
    m_logitCount = 0;
    PHIDELITY_CHECK(prepare(0));
    std::uint32_t keys = 1;
    for (const StepRow& row : step.rows) {
        keys = std::max(keys, row.position + 1);
    }
    // A power of two, so that a growing context seldom needs a new recording.
    const std::uint32_t splits = std::min(std::bit_ceil(StepMemory::splitsOf(keys)),
                                          StepMemory::splitsOf(m_memory.attention().context));
    m_recorder.emplace(m_memory, m_matrices, static_cast<std::uint32_t>(step.rows.size()),
                       static_cast<std::uint32_t>(step.logitRows.size()), splits);
    return {};
}

void CudaBackend::head(Activation x, const Norm& norm, const Linear& linear) {
    m_logitCount =
        m_step.logitRows.size() * m_matrices[static_cast<std::size_t>(linear.weight)].rows;
    m_prepared = prepare(m_logitCount);
    if (m_prepared) {
        m_recorder->head(x, norm, linear);
    }
}

Result<const Replay*> CudaBackend::replayOf(const std::vector<Launch>& launches) {
    const auto known = std::ranges::find(m_recordings, launches, &Recording::launches);
    if (known != m_recordings.end()) {
        std::rotate(known, known + 1, m_recordings.end());
        return m_recordings.back().replay.get();
    }
    PHIDELITY_TRY(auto replay, m_device->record(launches));
    if (m_recordings.size() == kRecordings) {
        m_recordings.erase(m_recordings.begin());
    }
    m_recordings.push_back({launches, std::move(replay)});
    ++m_costs.recordings;
    return m_recordings.back().replay.get();
}

/// Launches between the embedding and the head.
void CudaBackend::countLayerWork(const std::vector<Launch>& launches) {
    m_costs.dispatches += launches.size() - (m_received ? 0 : 1) - (m_logitCount > 0 ? 1 : 0);
}

Result<std::span<const float>> CudaBackend::submit() {
    PHIDELITY_CHECK(std::move(m_prepared));
    const std::vector<Launch>& launches = m_recorder->launches();
    if (m_step.rows.empty() || launches.empty()) {
        return std::span<const float>{};
    }
    PHIDELITY_TRY(const Replay* replay, replayOf(launches));
    PHIDELITY_CHECK(m_memory.setStep(m_step));
    if (m_received) {
        PHIDELITY_CHECK(
            m_device->upload(m_memory.rows(m_received->first), std::as_bytes(m_received->second)));
    }
    PHIDELITY_CHECK(m_device->run(*replay));
    ++m_costs.steps;
    ++m_costs.submits;
    countLayerWork(launches);
    if (m_handedOver) {
        const auto bytes = std::as_writable_bytes(m_handedOver->second);
        PHIDELITY_CHECK(m_device->download(bytes, m_memory.rows(m_handedOver->first)));
        m_costs.readbackBytes += bytes.size();
    }
    m_logits.resize(m_logitCount);
    if (m_logitCount > 0) {
        const auto bytes = std::as_writable_bytes(std::span(m_logits));
        PHIDELITY_CHECK(m_device->download(bytes, m_memory.logits()));
        m_costs.readbackBytes += bytes.size();
    }
    PHIDELITY_CHECK(m_device->finish());
    return m_logits;
}

} // namespace

std::unique_ptr<Backend> createCudaBackend(std::unique_ptr<CudaDevice> device,
                                           std::shared_ptr<void> keepAlive) {
    return std::make_unique<CudaBackend>(std::move(device), std::move(keepAlive));
}

} // namespace phidelity::cuda
