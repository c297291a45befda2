// SPDX-License-Identifier: MIT
#include "inference/model/model.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "inference/model/memory_plan.h"
#include "inference/model/parts.h"

namespace phidelity {
namespace {

/// Listeners are told of progress at most this often per load.
constexpr double kProgressSteps = 200;

/// Takes tensors from a checkpoint to a backend, in the order of the pass, counting bytes.
class Uploader {
public:
    Uploader(const Checkpoint& checkpoint, Backend& backend, const LoadOptions& options)
        : m_checkpoint(checkpoint), m_backend(backend), m_options(options) {
        forEachTensor([this](const TensorView& view) { m_total += view.bytes(); });
    }

    Result<MatrixId> matrix(TensorRole role, std::uint32_t layer, MatrixUse use) {
        const TensorView view = m_checkpoint.tensor(role, layer);
        PHIDELITY_CHECK(checkStop());
        PHIDELITY_TRY(const MatrixId id, m_backend.addMatrix(view, use));
        if (use == MatrixUse::Product) {
            m_productBytes += view.bytes();
        }
        if (!m_backend.keepsView(id)) {
            m_checkpoint.release(view);
        }
        advance(view);
        return id;
    }

    Result<VectorId> vector(TensorRole role, std::uint32_t layer) {
        const TensorView view = m_checkpoint.tensor(role, layer);
        PHIDELITY_CHECK(checkStop());
        PHIDELITY_TRY(const VectorId id, m_backend.addVector(view));
        advance(view);
        return id;
    }

    Result<Linear> linear(TensorRole weight, TensorRole bias, std::uint32_t layer = 0) {
        Linear result;
        PHIDELITY_TRY(result.weight, matrix(weight, layer, MatrixUse::Product));
        PHIDELITY_TRY(result.bias, vector(bias, layer));
        return result;
    }

    Result<Norm> norm(TensorRole weight, TensorRole bias, std::uint32_t layer = 0) {
        Norm result;
        result.epsilon = m_checkpoint.shape().normEpsilon;
        PHIDELITY_TRY(result.weight, vector(weight, layer));
        PHIDELITY_TRY(result.bias, vector(bias, layer));
        return result;
    }

    [[nodiscard]] std::uint64_t productBytes() const { return m_productBytes; }

private:
    template <class Function>
    void forEachTensor(Function function) const {
        for (int index = 0; index < kTensorRoles; ++index) {
            const auto role = static_cast<TensorRole>(index);
            const bool once = role == TensorRole::Embedding || role >= TensorRole::FinalNormWeight;
            for (std::uint32_t layer = 0; layer < (once ? 1 : m_checkpoint.shape().layers);
                 ++layer) {
                function(m_checkpoint.tensor(role, layer));
            }
        }
    }

    [[nodiscard]] Result<void> checkStop() const {
        if (m_options.stop != nullptr && m_options.stop->load(std::memory_order_relaxed)) {
            return fail(ErrorCode::BadArgument, "stopped");
        }
        return {};
    }

    void advance(const TensorView& view) {
        m_done += view.bytes();
        const double fraction = static_cast<double>(m_done) / static_cast<double>(m_total);
        if (m_options.progress && (m_done == m_total || fraction >= m_nextTold)) {
            m_options.progress(fraction);
            m_nextTold = fraction + 1 / kProgressSteps;
        }
    }

    const Checkpoint& m_checkpoint;
    Backend& m_backend;
    const LoadOptions& m_options;
    std::uint64_t m_total = 0;
    std::uint64_t m_done = 0;
    std::uint64_t m_productBytes = 0;
    double m_nextTold = 0;
};

Result<Weights> uploadWeights(Uploader& uploader, std::uint32_t layers) {
    using enum TensorRole;
    Weights weights;
    PHIDELITY_TRY(weights.embedding, uploader.matrix(Embedding, 0, MatrixUse::Table));
    weights.layers.resize(layers);
    for (std::uint32_t index = 0; index < layers; ++index) {
        LayerWeights& layer = weights.layers[index];
        PHIDELITY_TRY(layer.norm, uploader.norm(NormWeight, NormBias, index));
        PHIDELITY_TRY(layer.query, uploader.linear(QueryWeight, QueryBias, index));
        PHIDELITY_TRY(layer.key, uploader.linear(KeyWeight, KeyBias, index));
        PHIDELITY_TRY(layer.value, uploader.linear(ValueWeight, ValueBias, index));
        PHIDELITY_TRY(layer.dense, uploader.linear(DenseWeight, DenseBias, index));
        PHIDELITY_TRY(layer.up, uploader.linear(UpWeight, UpBias, index));
        PHIDELITY_TRY(layer.down, uploader.linear(DownWeight, DownBias, index));
    }
    PHIDELITY_TRY(weights.finalNorm, uploader.norm(FinalNormWeight, FinalNormBias));
    PHIDELITY_TRY(weights.head, uploader.linear(HeadWeight, HeadBias));
    return weights;
}

Result<Scratch> addScratch(Backend& backend, const ModelShape& shape) {
    Scratch scratch;
    PHIDELITY_TRY(scratch.x, backend.addActivation(shape.width));
    PHIDELITY_TRY(scratch.query, backend.addActivation(shape.width));
    PHIDELITY_TRY(scratch.context, backend.addActivation(shape.width));
    PHIDELITY_TRY(scratch.hidden, backend.addActivation(shape.hidden));
    return scratch;
}

bool allFinite(std::span<const float> values) {
    // An exponent of all ones is NaN or infinity. Counting instead of leaving early lets this be
    // vectorised.
    std::uint32_t bad = 0;
    for (const float value : values) {
        constexpr std::uint32_t kExponent = 0x7F800000U;
        bad += (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1U : 0U;
    }
    return bad == 0;
}

} // namespace

Result<std::optional<std::span<const float>>> Model::Parts::runStep(const StopFlag* stop) {
    const Step step{rows, pages, logitRows, std::exchange(top, {})};
    PHIDELITY_TRY(const auto logits, forward(*backend, weights, scratch, step, stop));
    if (logits &&
        !(allFinite(*logits) && std::ranges::all_of(backend->top(), &TopLogits::allFinite))) {
        return fail(ErrorCode::NotFinite,
                    "logits: expected finite numbers, found NaN or infinity at position " +
                        std::to_string(rows.back().position) + " or before");
    }
    return logits;
}

Result<std::unique_ptr<Model>> Model::load(std::shared_ptr<const Checkpoint> checkpoint,
                                           std::unique_ptr<Backend> backend,
                                           const LoadOptions& options) {
    auto parts = std::make_unique<Parts>();
    parts->checkpoint = std::move(checkpoint);
    parts->backend = std::move(backend);
    const ModelShape& shape = parts->checkpoint->shape();
    Backend& device = *parts->backend;

    PHIDELITY_TRY(parts->tokenizer, Tokenizer::create(parts->checkpoint->tokenizer()));
    if (parts->tokenizer->size() > shape.vocabulary) {
        return fail(ErrorCode::BadTokenizer, "vocabulary: expected at most " +
                                                 std::to_string(shape.vocabulary) +
                                                 " tokens (rows of the head), found " +
                                                 std::to_string(parts->tokenizer->size()));
    }
    if (options.context > shape.context) {
        return fail(ErrorCode::BadArgument, "context: expected at most " +
                                                std::to_string(shape.context) + ", found " +
                                                std::to_string(options.context));
    }
    parts->context = options.context == 0 ? shape.context : options.context;

    PHIDELITY_TRY(const MemoryPlan plan,
                  planMemory(*parts->checkpoint, device, parts->context, device.memoryAvailable()));
    if (!plan.fits()) {
        return fail(ErrorCode::OutOfMemory, describeShortfall(plan));
    }
    device.expectLoad(plan.load);
    PHIDELITY_CHECK(device.createCache(plan.load.attention, plan.load.pages));
    PHIDELITY_TRY(parts->scratch, addScratch(device, shape));
    Uploader uploader(*parts->checkpoint, device, options);
    PHIDELITY_TRY(parts->weights, uploadWeights(uploader, shape.layers));
    parts->bytesPerToken = uploader.productBytes();
    parts->pool.emplace(device, plan.load.pages);
    return std::unique_ptr<Model>(new Model(std::move(parts)));
}

Model::Model(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
Model::~Model() = default;

const ModelShape& Model::shape() const {
    return m_parts->checkpoint->shape();
}
const Checkpoint& Model::checkpoint() const {
    return *m_parts->checkpoint;
}
const Tokenizer& Model::tokenizer() const {
    return *m_parts->tokenizer;
}
const DeviceInfo& Model::device() const {
    return m_parts->backend->device();
}
std::uint32_t Model::context() const {
    return m_parts->context;
}
Result<DeviceRates> Model::measureRates() {
    return m_parts->backend->measureRates();
}
std::uint64_t Model::bytesPerToken() const {
    return m_parts->bytesPerToken;
}
std::optional<StepCosts> Model::stepCosts() const {
    return m_parts->backend->stepCosts();
}

} // namespace phidelity
