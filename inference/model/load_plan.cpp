// SPDX-License-Identifier: MIT
#include "inference/model/load_plan.h"

#include "inference/file/tensor_table.h"

namespace phidelity {
namespace {

/// The verbs of model/forward.cpp, over the matrices in that order.
std::vector<PlannedVerb> verbsOf(std::uint32_t layers) {
    using enum PlannedVerb::Kind;
    std::vector<PlannedVerb> verbs = {{Embed, {0}}};
    std::uint32_t next = 1;
    for (std::uint32_t layer = 0; layer < layers; ++layer, next += 6) {
        verbs.push_back({Project, {next, next + 1, next + 2, next + 4}});
        verbs.push_back({Merge, {next + 3, next + 5}});
    }
    verbs.push_back({Head, {next}});
    return verbs;
}

void addVectors(LoadPlan& plan, const ModelShape& shape) {
    using enum TensorRole;
    const auto add = [&](TensorRole role, ModelPart part) {
        plan.vectors.push_back({extentOf(tensorSpec(role).columns, shape), part});
    };
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        for (const TensorRole role :
             {NormWeight, NormBias, QueryBias, KeyBias, ValueBias, DenseBias, UpBias, DownBias}) {
            add(role, layer);
        }
    }
    for (const TensorRole role : {FinalNormWeight, FinalNormBias, HeadBias}) {
        add(role, headPart(shape.layers));
    }
}

LoadPlan withoutWeights(const ModelShape& shape, std::uint32_t context, std::uint32_t pages) {
    LoadPlan plan;
    plan.attention = attentionShape(shape, context);
    plan.pages = pages;
    plan.activations = {shape.width, shape.width, shape.width, shape.hidden};
    plan.outputs = shape.vocabulary;
    plan.verbs = verbsOf(shape.layers);
    addVectors(plan, shape);
    return plan;
}

/// A matrix of a model by its role, with its place in the pass.
struct MatrixPlace {
    TensorRole role;
    std::uint32_t layer;
    MatrixUse use;
    ModelPart part;
};

/// Calls `function` for each matrix, in the order of the upload.
template <class Function>
void forEachMatrix(const ModelShape& shape, Function function) {
    using enum TensorRole;
    function(MatrixPlace{Embedding, 0, MatrixUse::Table, embeddingPart(shape.layers)});
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        for (const TensorRole role :
             {QueryWeight, KeyWeight, ValueWeight, DenseWeight, UpWeight, DownWeight}) {
            function(MatrixPlace{role, layer, MatrixUse::Product, layer});
        }
    }
    function(MatrixPlace{HeadWeight, 0, MatrixUse::Product, headPart(shape.layers)});
}

} // namespace

AttentionShape attentionShape(const ModelShape& shape, std::uint32_t context) {
    return {shape.layers, shape.heads, shape.headSize, shape.rotary, shape.ropeTheta, context};
}

LoadPlan loadPlan(const Checkpoint& checkpoint, std::uint32_t context, std::uint32_t pages) {
    LoadPlan plan = withoutWeights(checkpoint.shape(), context, pages);
    const bool inMemory = checkpoint.files().empty();
    forEachMatrix(checkpoint.shape(), [&](const MatrixPlace& place) {
        const TensorView view = checkpoint.tensor(place.role, place.layer);
        plan.matrices.push_back(
            {view.type, view.rows, view.columns, place.use, inMemory, place.part});
    });
    return plan;
}

LoadPlan loadPlan(const ModelShape& shape, TensorType type, std::uint32_t context,
                  std::uint32_t pages) {
    LoadPlan plan = withoutWeights(shape, context, pages);
    forEachMatrix(shape, [&](const MatrixPlace& place) {
        const TensorSpec& spec = tensorSpec(place.role);
        plan.matrices.push_back({type, extentOf(spec.rows, shape), extentOf(spec.columns, shape),
                                 place.use, false, place.part});
    });
    return plan;
}

} // namespace phidelity
