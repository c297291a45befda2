// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/step_keys.h"

#include <algorithm>

#include "inference/backend/vulkan/device_weights.h"
#include "inference/backend/vulkan/step_ops.h"

namespace phidelity::vulkan {
namespace {

DeviceShape shapeOf(const PlannedMatrix& matrix) {
    return {matrix.type, static_cast<std::uint32_t>(matrix.rows),
            static_cast<std::uint32_t>(matrix.columns)};
}

std::uint32_t idOf(TensorType type) {
    return static_cast<std::uint32_t>(type);
}

} // namespace

PipelineKey StepKeys::embed(TensorType type) const {
    return {"embed" + m_tuning.suffix, {m_tuning.rowLanes, idOf(type), m_tuning.tileGroups}};
}

PipelineKey StepKeys::norm() const {
    return {"norm" + m_tuning.suffix, {m_tuning.rowLanes}};
}

ProductKernel StepKeys::product(const ProductShape& shape) const {
    return productKernel(m_tuning, m_attention.headSize, m_attention.rotary, shape);
}

PipelineKey StepKeys::attend(std::uint32_t attendRows) const {
    const std::uint32_t octets = m_attention.headSize / 8;
    return {"attend" + m_tuning.suffix + (m_tuning.eightLanes ? "_8" : ""),
            {m_tuning.eightLanes ? 8 : octets * m_tuning.attendLanes, m_attention.headSize,
             m_tuning.splitKeys(attendRows), attendRows}};
}

PipelineKey StepKeys::topCandidates(std::uint32_t keep, std::uint32_t pass) const {
    return {"top_candidates" + m_tuning.suffix, {m_tuning.rowLanes, keep, pass}};
}

std::vector<PipelineKey> keysFor(const LoadPlan& plan, const Tuning& tuning) {
    const StepKeys keys(tuning, plan.attention);
    std::vector<PipelineKey> all;
    const auto add = [&all](PipelineKey key) {
        if (std::ranges::find(all, key) == all.end()) {
            all.push_back(std::move(key));
        }
    };
    for (const std::uint32_t rows : {tuning.firstRows, 1U}) {
        add(keys.attend(rows > 1 ? kFewRows : 1));
        for (const PlannedVerb& verb : plan.verbs) {
            const auto shape = [&](std::size_t index) {
                return shapeOf(plan.matrices[verb.matrices[index]]);
            };
            const DeviceShape first = shape(0);
            ProductShape product{idOf(first.type), kNone, first.superBlocks(), 1,
                                 first.groups(),   rows,  Outputs::Any};
            switch (verb.kind) {
            case PlannedVerb::Kind::Embed:
                add(keys.embed(first.type));
                break;
            case PlannedVerb::Kind::Project:
                product.outputs = Outputs::WholeHeads;
                for (std::size_t part = 0; part < verb.matrices.size(); ++part) {
                    product.typeA = idOf(shape(part).type);
                    product.groups = 0; // of all parts of the type: they are made together
                    for (std::size_t other = 0; other < verb.matrices.size(); ++other) {
                        if (shape(other).type == shape(part).type) {
                            product.groups += shape(other).groups();
                        }
                    }
                    add(keys.product(product).key);
                }
                break;
            case PlannedVerb::Kind::Merge:
                product.epilogue = kAddToResidual;
                if (verb.matrices.size() == 2) {
                    product.typeB = idOf(shape(1).type);
                    product.superB = shape(1).superBlocks();
                }
                add(keys.product(product).key);
                if (!keys.product(product).computesNorm) {
                    add(keys.norm());
                }
                break;
            case PlannedVerb::Kind::Head:
                product.epilogue = kToLogits;
                product.rows = 1;
                add(keys.product(product).key);
                break;
            }
        }
    }
    if (plan.received > 0) { // no embed computes the first norm
        add(keys.norm());
    }
    if (tuning.picksTop && plan.outputs > 0) {
        for (const std::uint32_t keep : {keptOf(1), keptOf(kMostTop)}) {
            add(keys.topCandidates(keep, 0));
            add(keys.topCandidates(keep, 1));
        }
    }
    return all;
}

} // namespace phidelity::vulkan
