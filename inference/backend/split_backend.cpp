// SPDX-License-Identifier: MIT
#include "inference/backend/split_backend.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace phidelity {
namespace {

/// "Radeon RX 7800 XT (20 of 32 layers), CPU (12 layers)".
std::string nameOf(const DeviceInfo& device, const Split& split) {
    const std::string layers = std::to_string(split.layers);
    if (split.headOnDevice()) {
        return device.name + " (all " + layers + " layers), CPU (embedding)";
    }
    const std::uint32_t rest = split.cpuLayers();
    return device.name + " (" + std::to_string(split.deviceLayers()) + " of " + layers +
           " layers), CPU (" +
           (rest == 0 ? "head" : std::to_string(rest) + (rest == 1 ? " layer" : " layers")) + ")";
}

bool sharesMemoryWithCpu(DeviceKind kind) {
    return kind != DeviceKind::DiscreteGpu && kind != DeviceKind::VirtualGpu;
}

class SplitBackend final : public Backend {
public:
    SplitBackend(std::unique_ptr<Backend> device, std::unique_ptr<HostBackend> cpu,
                 const Split& split)
        : m_device(std::move(device)), m_cpu(std::move(cpu)), m_split(split),
          m_info(m_device->device()) {
        m_info.name = nameOf(m_device->device(), split);
        m_info.threads = m_cpu->device().threads;
        m_info.cpuLayers = split.cpuLayers();
    }

    [[nodiscard]] const DeviceInfo& device() const override { return m_info; }
    [[nodiscard]] std::uint64_t memoryAvailable() const override {
        return m_device->memoryAvailable();
    }
    Result<LoadBytes> bytesFor(const LoadPlan& plan) override;
    void expectLoad(const LoadPlan& plan) override;
    Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) override;
    [[nodiscard]] bool keepsView(MatrixId id) const override {
        const Home<MatrixId>& matrix = at(id);
        return matrix.onDevice ? m_device->keepsView(matrix.id) : m_cpu->keepsView(matrix.id);
    }
    Result<VectorId> addVector(const TensorView& vector) override;
    Result<Activation> addActivation(std::uint32_t width) override;
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) override;
    [[nodiscard]] std::uint64_t pageBytes(const AttentionShape& shape) const override {
        return m_device->pageBytes(deviceShape(shape)) + m_cpu->pageBytes(cpuShape(shape));
    }
    Result<void> copyPage(PageId from, PageId to) override {
        PHIDELITY_CHECK(m_device->copyPage(from, to));
        return m_cpu->copyPage(from, to);
    }
    [[nodiscard]] std::uint32_t maxRows() const override {
        return std::min(m_device->maxRows(), m_cpu->maxRows());
    }
    [[nodiscard]] std::uint32_t rowsAsAlone() const override {
        return std::min(m_device->rowsAsAlone(), m_cpu->rowsAsAlone());
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
    [[nodiscard]] std::span<const TopLogits> top() const override {
        return m_split.headOnDevice() ? m_device->top() : std::span<const TopLogits>{};
    }
    [[nodiscard]] std::uint64_t weightBytes() const override {
        return m_device->weightBytes() + m_cpu->weightBytes();
    }
    [[nodiscard]] std::optional<StepCosts> stepCosts() const override {
        return m_device->stepCosts();
    }

private:
    /// Where a matrix or vector went, and its id there.
    template <class Id>
    struct Home {
        bool onDevice = false;
        Id id{};
    };
    /// An activation is on both.
    struct Twins {
        Activation device;
        Activation cpu;
    };

    [[nodiscard]] const Home<MatrixId>& at(MatrixId id) const {
        return m_matrices[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] VectorId at(VectorId id) const {
        return m_vectors[static_cast<std::size_t>(id)].id;
    }
    [[nodiscard]] const Twins& at(Activation activation) const {
        return m_activations[activation.index];
    }
    [[nodiscard]] Linear at(const Linear& linear) const {
        return {at(linear.weight).id, at(linear.bias)};
    }
    [[nodiscard]] Norm at(const Norm& norm) const {
        return {at(norm.weight), at(norm.bias), norm.epsilon};
    }
    [[nodiscard]] bool isOnDevice(ModelPart part) const { return part < m_split.onDevice; }
    [[nodiscard]] AttentionShape deviceShape(AttentionShape shape) const {
        shape.layers = m_split.deviceLayers();
        return shape;
    }
    [[nodiscard]] AttentionShape cpuShape(AttentionShape shape) const {
        shape.layers = m_split.cpuLayers();
        return shape;
    }
    bool crossToCpu(Activation x);

    std::unique_ptr<Backend> m_device;
    std::unique_ptr<HostBackend> m_cpu;
    Split m_split;
    DeviceInfo m_info;
    std::vector<ModelPart> m_matrixParts; ///< of those to come, in their order
    std::vector<ModelPart> m_vectorParts;
    std::vector<Home<MatrixId>> m_matrices;
    std::vector<Home<VectorId>> m_vectors;
    std::vector<Twins> m_activations;

    // The step in hand.
    bool m_submitted = false;       ///< the device's share
    std::optional<Error> m_failure; ///< of that
    std::vector<Part> m_parts;      ///< of a verb, with the ids of the one who runs it
    std::vector<Term> m_terms;
};

Result<LoadBytes> SplitBackend::bytesFor(const LoadPlan& plan) {
    PHIDELITY_TRY(LoadBytes bytes, m_device->bytesFor(devicePlan(plan, m_split)));
    PHIDELITY_TRY(const LoadBytes onCpu, m_cpu->bytesFor(cpuPlan(plan, m_split)));
    const std::uint64_t needed =
        onCpu.total() + (sharesMemoryWithCpu(m_info.kind) ? bytes.total() : 0);
    bytes.missingOnHost = needed - std::min(needed, m_cpu->memoryAvailable());
    return bytes;
}

void SplitBackend::expectLoad(const LoadPlan& plan) {
    m_matrixParts.clear();
    for (const PlannedMatrix& matrix : plan.matrices) {
        m_matrixParts.push_back(matrix.part);
    }
    m_vectorParts.clear();
    for (const PlannedVector& vector : plan.vectors) {
        m_vectorParts.push_back(vector.part);
    }
    m_device->expectLoad(devicePlan(plan, m_split));
    m_cpu->expectLoad(cpuPlan(plan, m_split));
}

Result<MatrixId> SplitBackend::addMatrix(const TensorView& weights, MatrixUse use) {
    assert(m_matrices.size() < m_matrixParts.size());
    Home<MatrixId> home{isOnDevice(m_matrixParts[m_matrices.size()]), {}};
    PHIDELITY_TRY(home.id, home.onDevice ? m_device->addMatrix(weights, use)
                                         : m_cpu->addMatrix(weights, use));
    m_matrices.push_back(home);
    return static_cast<MatrixId>(m_matrices.size() - 1);
}

Result<VectorId> SplitBackend::addVector(const TensorView& vector) {
    assert(m_vectors.size() < m_vectorParts.size());
    Home<VectorId> home{isOnDevice(m_vectorParts[m_vectors.size()]), {}};
    PHIDELITY_TRY(home.id, home.onDevice ? m_device->addVector(vector) : m_cpu->addVector(vector));
    m_vectors.push_back(home);
    return static_cast<VectorId>(m_vectors.size() - 1);
}

Result<Activation> SplitBackend::addActivation(std::uint32_t width) {
    Twins twins;
    PHIDELITY_TRY(twins.device, m_device->addActivation(width));
    PHIDELITY_TRY(twins.cpu, m_cpu->addActivation(width));
    m_activations.push_back(twins);
    return Activation{static_cast<std::uint32_t>(m_activations.size() - 1), width};
}

Result<void> SplitBackend::createCache(const AttentionShape& shape, std::uint32_t pages) {
    PHIDELITY_CHECK(m_device->createCache(deviceShape(shape), pages));
    return m_cpu->createCache(cpuShape(shape), pages);
}

Result<void> SplitBackend::begin(const Step& step) {
    m_submitted = false;
    m_failure.reset();
    Step headless = step;
    headless.logitRows = {};
    headless.top = {};
    PHIDELITY_CHECK(m_device->begin(m_split.headOnDevice() ? step : headless));
    return m_cpu->begin(m_split.headOnDevice() ? headless : step);
}

void SplitBackend::embed(Activation x, MatrixId table) {
    m_cpu->embed(at(x).cpu, at(table).id);
    m_device->receive(at(x).device, m_cpu->rowsOf(at(x).cpu));
}

/// Lets the device do its share, and takes x from it. False if that failed, now or before.
bool SplitBackend::crossToCpu(Activation x) {
    if (!m_submitted) {
        m_submitted = true;
        m_device->handOver(at(x).device, m_cpu->rowsOf(at(x).cpu));
        if (auto done = m_device->submit(); !done) {
            m_failure = std::move(done).error();
        }
    }
    return !m_failure;
}

void SplitBackend::project(Activation x, const Norm& norm, std::span<const Part> parts,
                           std::uint32_t layer) {
    const bool onDevice = isOnDevice(layer);
    m_parts.clear();
    for (const Part& part : parts) {
        const Activation out = part.out == Activation{} ? part.out
                               : onDevice               ? at(part.out).device
                                                        : at(part.out).cpu;
        m_parts.push_back({at(part.linear), part.epilogue, out});
    }
    if (onDevice) {
        m_device->project(at(x).device, at(norm), m_parts, layer);
    } else if (crossToCpu(x)) {
        m_cpu->project(at(x).cpu, at(norm), m_parts, layer - m_split.deviceLayers());
    }
}

void SplitBackend::attend(Activation context, Activation query, std::uint32_t layer) {
    if (isOnDevice(layer)) {
        m_device->attend(at(context).device, at(query).device, layer);
    } else if (!m_failure) {
        m_cpu->attend(at(context).cpu, at(query).cpu, layer - m_split.deviceLayers());
    }
}

void SplitBackend::merge(Activation x, std::span<const Term> terms) {
    const bool onDevice = at(terms.front().linear.weight).onDevice;
    m_terms.clear();
    for (const Term& term : terms) {
        m_terms.push_back({onDevice ? at(term.input).device : at(term.input).cpu, at(term.linear)});
    }
    if (onDevice) {
        m_device->merge(at(x).device, m_terms);
    } else if (!m_failure) {
        m_cpu->merge(at(x).cpu, m_terms);
    }
}

void SplitBackend::head(Activation x, const Norm& norm, const Linear& linear) {
    if (m_split.headOnDevice()) {
        m_device->head(at(x).device, at(norm), at(linear));
    } else if (crossToCpu(x)) {
        m_cpu->head(at(x).cpu, at(norm), at(linear));
    }
}

void SplitBackend::receive(Activation x, std::span<const float> rows) {
    m_device->receive(at(x).device, rows);
}

void SplitBackend::handOver(Activation x, std::span<float> rows) {
    if (m_split.headOnDevice()) {
        m_device->handOver(at(x).device, rows);
    } else if (crossToCpu(x)) {
        m_cpu->handOver(at(x).cpu, rows);
    }
}

Result<std::span<const float>> SplitBackend::submit() {
    std::span<const float> logits;
    if (!m_submitted) { // the head is there, or no logits are wanted after the device's last layer
        m_submitted = true;
        PHIDELITY_TRY(logits, m_device->submit());
    }
    if (m_failure) {
        return tl::unexpected<Error>(*m_failure);
    }
    PHIDELITY_TRY(const auto onCpu, m_cpu->submit());
    return m_split.headOnDevice() ? logits : onCpu;
}

} // namespace

std::unique_ptr<Backend> createSplitBackend(std::unique_ptr<Backend> device,
                                            std::unique_ptr<HostBackend> cpu, const Split& split) {
    assert(split.onDevice > 0 && split.onDevice < partCount(split.layers));
    return std::make_unique<SplitBackend>(std::move(device), std::move(cpu), split);
}

} // namespace phidelity
