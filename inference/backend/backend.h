// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inference/backend/top_logits.h"
#include "inference/file/tensor_type.h"
#include "inference/result.h"
#include "inference/text/token_id.h"

namespace phidelity {

/// Handles of what lives in a backend's memory; meaningless to any other backend.
enum class MatrixId : std::uint32_t {};
enum class VectorId : std::uint32_t {};

/// One page of the KV cache: keys and values of kPageTokens consecutive positions of one sequence,
/// all layers. How a number is stored is the backend's affair: 16 bits or better.
using PageId = std::uint32_t;
inline constexpr std::uint32_t kPageTokens = 32;

/// A named scratch matrix of F32, (rows of the step, width), that lives from step to step.
struct Activation {
    std::uint32_t index = 0;
    std::uint32_t width = 0;
    bool operator==(const Activation&) const = default;
};

/// y = W x + b; W: (outputs, inputs), b: (outputs).
struct Linear {
    MatrixId weight{};
    VectorId bias{};
    bool operator==(const Linear&) const = default;
};

/// LayerNorm over the width: subtract the mean, divide by sqrt(population variance + epsilon),
/// times weight, plus bias (Ba, Kiros, Hinton 2016). Statistics in F32 or better.
struct Norm {
    VectorId weight{};
    VectorId bias{};
    float epsilon = 1e-5F;
    bool operator==(const Norm&) const = default;
};

/// What becomes of the rows of a product in `project`, after its bias was added.
enum class Epilogue : std::uint8_t {
    Store,        ///< written to Part::out
    Gelu,         ///< tanh GELU, written to Part::out
    RotateQuery,  ///< rotary by the row's position, times 1/sqrt(headSize), written to Part::out
    RotateToKeys, ///< rotary, written to the key cache at the row's position
    ToValues,     ///< written to the value cache at the row's position
};

struct Part {
    Linear linear;
    Epilogue epilogue = Epilogue::Store;
    Activation out; ///< unused by the cache epilogues
    bool operator==(const Part&) const = default;
};

/// One product that `merge` adds to the residual stream.
struct Term {
    Activation input;
    Linear linear;
    bool operator==(const Term&) const = default;
};

/// Sizes that attention and the cache need; fixed at load.
struct AttentionShape {
    std::uint32_t layers = 0;
    std::uint32_t heads = 0;
    std::uint32_t headSize = 0;
    std::uint32_t rotary = 0; ///< leading numbers of a head that rotate, pairs (i, i + rotary/2)
    float ropeTheta = 10000.0F;
    std::uint32_t context = 0; ///< highest number of positions
};

/// One row of a step: a token at a position of a sequence.
struct StepRow {
    TokenId token = 0;
    std::uint32_t position = 0;
    std::uint32_t sequence = 0; ///< index into Step::pages
};

/// The input of one forward pass. Rows of one sequence stand together in ascending position; a row
/// attends to every position <= its own of its sequence, those of earlier rows of the same step
/// included.
struct Step {
    std::span<const StepRow> rows;
    /// Per sequence: page i holds positions from i * kPageTokens.
    std::span<const std::span<const PageId>> pages;
    /// Rows whose logits are wanted, ascending; may be empty.
    std::span<const std::uint32_t> logitRows;
    /// A wish to be given the largest logits only: Backend::top() says whether it came true.
    TopRequest top = {};
};

/// What a matrix is for, as far as its place in memory depends on it.
enum class MatrixUse : std::uint8_t {
    Product, ///< multiplied in project, merge or head: worth repacking
    Table,   ///< single rows are read by embed: used as it lies where the device can
};

/// What sort of device it is, as far as a choice depends on it.
enum class DeviceKind : std::uint8_t {
    Cpu,
    DiscreteGpu,
    IntegratedGpu, ///< shares its memory with the CPU
    VirtualGpu,
    Software, ///< a graphics driver that computes on the CPU
};

/// What a user reads of a device, and what plans need.
struct DeviceInfo {
    std::string id;            ///< "cpu", "vulkan:0", "cuda:0": what --device takes
    std::string name;          ///< "AMD EPYC 7763 (2 threads, AVX2)"
    std::uint64_t memory = 0;  ///< bytes it has
    std::uint32_t threads = 0; ///< CPU threads; 0 elsewhere
    DeviceKind kind = DeviceKind::Cpu;
    std::uint32_t cpuLayers = 0;  ///< of a model that it shares with the CPU: layers there
    std::uint64_t memoryFree = 0; ///< bytes that could be taken when it was asked; 0 = not known
    std::string driver;           ///< "NVIDIA 550.54.14, Vulkan 1.3"; empty for the CPU
    std::vector<std::string> features; ///< of use to us: "matrix cores", "subgroups of 32"
};

/// What a device can do at most, measured: the limits that speed is compared with.
struct DeviceRates {
    double bytesPerSecond = 0;        ///< memory: read by a CPU, read and written by a GPU's copy
    double multiplyAddsPerSecond = 0; ///< 0 = not measured
    std::string arithmetic;           ///< of those: "F32", "F16 matrix cores"
};

/// A part of a model that lies on one device as a whole. Numbered in the order in which parts go to
/// a device that has no room for all: the layers, the head, the embedding.
using ModelPart = std::uint32_t;
[[nodiscard]] constexpr ModelPart headPart(std::uint32_t layers) {
    return layers;
}
[[nodiscard]] constexpr ModelPart embeddingPart(std::uint32_t layers) {
    return layers + 1;
}
[[nodiscard]] constexpr std::uint32_t partCount(std::uint32_t layers) {
    return layers + 2;
}

/// A matrix that a load is going to add: a view without its numbers.
struct PlannedMatrix {
    TensorType type = TensorType::F32;
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;
    MatrixUse use = MatrixUse::Product;
    bool inMemory = false; ///< already, not in a file that is mapped
    ModelPart part = 0;
};

/// Likewise a vector.
struct PlannedVector {
    std::uint64_t numbers = 0;
    ModelPart part = 0;
};

/// A verb of the steps to come, by the matrices that it reads.
struct PlannedVerb {
    enum class Kind : std::uint8_t { Embed, Project, Merge, Head };
    Kind kind = Kind::Embed;
    std::vector<std::uint32_t> matrices; ///< indices into LoadPlan::matrices
};

/// All that a load is going to ask of a backend.
struct LoadPlan {
    AttentionShape attention;
    std::uint32_t pages = 0;                ///< of the cache
    std::vector<std::uint32_t> activations; ///< their widths, in the order of addActivation
    std::vector<PlannedMatrix> matrices;    ///< in the order of addMatrix
    std::vector<PlannedVector> vectors;     ///< in the order of addVector
    std::vector<PlannedVerb> verbs;         ///< of a step, but for attention
    std::uint32_t outputs = 0;              ///< numbers in a row of logits; 0: no head
    std::uint32_t received = 0;             ///< numbers in a row for `receive`; 0: not called
    std::uint32_t handedOver = 0;           ///< likewise for `handOver`

    /// Numbers in all vectors together.
    [[nodiscard]] std::uint64_t vectorNumbers() const {
        std::uint64_t sum = 0;
        for (const PlannedVector& vector : vectors) {
            sum += vector.numbers;
        }
        return sum;
    }
};

/// Bytes that a load takes of a device's memory.
struct LoadBytes {
    std::uint64_t weights = 0;
    std::uint64_t cache = 0;
    std::uint64_t scratch = 0; ///< vectors, activations, tables, one row of logits
    std::uint64_t staging = 0; ///< given back before scratch is taken
    /// What the processor's memory lacks for its share of a model that both hold.
    std::uint64_t missingOnHost = 0;

    [[nodiscard]] std::uint64_t total() const {
        return weights + cache + (scratch > staging ? scratch : staging);
    }
};

/// What steps asked of a device's driver, counted since the backend was made: the difference of two
/// is what the steps between them cost. A step of decode should cost a submission and nothing else.
struct StepCosts {
    std::uint64_t steps = 0;
    std::uint64_t layers = 0;            ///< run, all steps together
    std::uint64_t dispatches = 0;        ///< of layers, without embedding and head
    std::uint64_t barriers = 0;          ///< likewise
    std::uint64_t submits = 0;           ///< those of loading included, as in all that follow
    std::uint64_t allocations = 0;       ///< buffers
    std::uint64_t descriptorUpdates = 0; ///< sets written
    std::uint64_t pipelines = 0;         ///< made
    std::uint64_t recordings = 0;        ///< of commands
    std::uint64_t readbackBytes = 0;     ///< of results that the host reads; not of loading
    bool operator==(const StepCosts&) const = default;
};

[[nodiscard]] StepCosts operator-(const StepCosts& later, const StepCosts& earlier);

/// A device that runs the five verbs. The forward pass (model/forward.cpp) is written once against
/// this; a backend only records between begin and submit, and one place waits, once a step. One
/// thread at a time.
///
/// Load: expectLoad, createCache, addActivation, addMatrix, addVector. Step: begin, verbs, submit.
class Backend {
public:
    virtual ~Backend() = default;

    [[nodiscard]] virtual const DeviceInfo& device() const = 0;

    /// Bytes that loading could still take now without swapping, an estimate; a load plans with it.
    [[nodiscard]] virtual std::uint64_t memoryAvailable() const = 0;
    /// What such a load will take beyond what is taken now: to the byte where the device has memory
    /// of its own, else an estimate. Takes nothing; below a millisecond. DeviceLost, OutOfMemory.
    virtual Result<LoadBytes> bytesFor(const LoadPlan& plan) = 0;
    /// That this load comes next: memory is then taken in the pieces that bytesFor counted, and
    /// kernels may be compiled meanwhile.
    virtual void expectLoad(const LoadPlan& /*plan*/) {}

    /// Takes a matrix to the device, repacked as it reads fastest. `weights` must outlive the
    /// backend only if keepsView() says so; values are kept exactly as stored. OutOfMemory.
    virtual Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) = 0;
    /// Whether a matrix is used where it lies, so that the file must stay mapped.
    [[nodiscard]] virtual bool keepsView(MatrixId matrix) const = 0;
    /// Takes a vector (one row of any type) as F32.
    virtual Result<VectorId> addVector(const TensorView& vector) = 0;
    /// Reserves a scratch matrix for up to `maxRows()` rows.
    virtual Result<Activation> addActivation(std::uint32_t width) = 0;
    /// Prepares a cache of up to `pages` pages; memory may be taken page by page on first use.
    virtual Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) = 0;
    /// Bytes of one cache page.
    [[nodiscard]] virtual std::uint64_t pageBytes(const AttentionShape& shape) const = 0;
    /// Copies one page over another (a fork whose last page is half full). Not between begin and
    /// submit.
    virtual Result<void> copyPage(PageId from, PageId to) = 0;

    /// The most rows of one step; longer prompts come in chunks.
    [[nodiscard]] virtual std::uint32_t maxRows() const = 0;
    /// The most rows that it can ever take, where maxRows() follows what is measured on the way: a
    /// step that was taken once can be taken again.
    [[nodiscard]] virtual std::uint32_t mostRows() const { return maxRows(); }
    /// Up to so many sequences may take a step together, a row each, and every row comes to the bits
    /// that it comes to alone. They may share pages: so a sequence goes on by several tokens at once
    /// as if one by one, the earlier positions in earlier rows.
    [[nodiscard]] virtual std::uint32_t rowsAsAlone() const { return 1; }

    /// Starts a step; one that was begun and never submitted is forgotten. Rows, tables and
    /// positions are checked by the caller; what `step` points to stays as it is until submit.
    /// OutOfMemory.
    virtual Result<void> begin(const Step& step) = 0;
    /// x = rows of `table` by token id.
    virtual void embed(Activation x, MatrixId table) = 0;
    /// h = norm(x), once; then for each part: epilogue(W h + b).
    virtual void project(Activation x, const Norm& norm, std::span<const Part> parts,
                         std::uint32_t layer) = 0;
    /// context = softmax(q k^T) v per head, causal, over the pages of each row's sequence. q is
    /// scaled already. Scores, softmax and sums in F32: F16 overflows on Phi-2.
    virtual void attend(Activation context, Activation query, std::uint32_t layer) = 0;
    /// x += sum over terms of (W input + b).
    virtual void merge(Activation x, std::span<const Term> terms) = 0;
    /// logits = W norm(x) + b for the step's logitRows.
    virtual void head(Activation x, const Norm& norm, const Linear& linear) = 0;
    /// x = `rows`, (rows of the step, width), packed: in place of embed where what comes before is
    /// another backend's. `rows` stays as it is until submit.
    virtual void receive(Activation x, std::span<const float> rows) = 0;
    /// `rows` = x, likewise: in place of head where what comes after is another backend's. There
    /// after submit.
    virtual void handOver(Activation x, std::span<float> rows) = 0;
    /// Runs what was recorded and waits. Logits: (logitRows, outputs of head), valid until the next
    /// begin. DeviceLost, OutOfMemory.
    virtual Result<std::span<const float>> submit() = 0;
    /// The largest logits of each of the step's logitRows, where Step::top wished for them and the
    /// device saves by picking them; submit() has then returned no logits. Empty elsewhere. Valid
    /// until the next begin.
    [[nodiscard]] virtual std::span<const TopLogits> top() const { return {}; }

    /// Measures the device's limits, a second or two. Not between begin and submit. OutOfMemory,
    /// DeviceLost, Unsupported.
    virtual Result<DeviceRates> measureRates() {
        return fail(ErrorCode::Unsupported, device().id + ": its limits cannot be measured");
    }

    /// Bytes of weights on the device, as stored there.
    [[nodiscard]] virtual std::uint64_t weightBytes() const = 0;

    /// What steps cost so far; nothing where a device has no driver to ask.
    [[nodiscard]] virtual std::optional<StepCosts> stepCosts() const { return std::nullopt; }
};

} // namespace phidelity
