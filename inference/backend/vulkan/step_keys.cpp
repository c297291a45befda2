// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/step_keys.h"

#include <algorithm>
#include <bit>

#include "inference/backend/vulkan/device_weights.h"
#include "inference/backend/vulkan/step_ops.h"

namespace phidelity::vulkan {
namespace {

constexpr std::uint32_t kMostGroups = 32; ///< of a workgroup: its outputs stand in shared memory
constexpr std::uint32_t kMostTiles = 5;
constexpr std::uint32_t kMostSums = 16;
constexpr std::uint32_t kChunks = 8; ///< of a super-block

/// Tiles that a lane works on side by side: as many as divide the groups of a workgroup and as its
/// sums fit in registers. They share what is read of the input.
std::uint32_t tilesOf(std::uint32_t groups, std::uint32_t kernelRows) {
    std::uint32_t tiles = std::min(kMostTiles, std::max(1U, kMostSums / kernelRows));
    while (groups % tiles != 0) {
        --tiles;
    }
    return tiles;
}

DeviceShape shapeOf(const PlannedMatrix& matrix) {
    return {matrix.type, static_cast<std::uint32_t>(matrix.rows),
            static_cast<std::uint32_t>(matrix.columns)};
}

std::uint32_t idOf(TensorType type) {
    return static_cast<std::uint32_t>(type);
}

} // namespace

std::uint32_t StepKeys::rowsOfKernel(std::uint32_t rows) {
    return std::min(kFewRows, std::bit_ceil(rows));
}

std::uint32_t StepKeys::groupsOfWorkgroup(std::uint32_t groups) const {
    const std::uint32_t wanted = m_tuning.productWorkgroups;
    if (wanted == 0) {
        return 1;
    }
    const std::uint32_t each = std::clamp(groups / wanted, 1U, kMostGroups);
    return each > 4 ? each / 4 * 4 : each; // whole tiles side by side
}

std::uint32_t StepKeys::groupsOfHead() const {
    return std::max(1U, m_attention.headSize / kTileRows);
}

PipelineKey StepKeys::embed(TensorType type) const {
    return {"embed" + m_tuning.suffix, {m_tuning.rowLanes, idOf(type)}};
}

PipelineKey StepKeys::norm() const {
    return {"norm" + m_tuning.suffix, {m_tuning.rowLanes}};
}

PipelineKey StepKeys::product(const ProductKind& kind, std::uint32_t rows) const {
    const std::uint32_t longest =
        kind.typeB == kNone ? kind.superA : std::max(kind.superA, kind.superB);
    // Where rows are short, lanes share a super-block.
    const std::uint32_t most = m_tuning.productSplits;
    const std::uint32_t chunkSplits =
        std::min(kChunks, std::bit_floor(std::max(1U, most / longest)));
    const std::uint32_t splits = std::min(longest, most) * chunkSplits;
    const std::uint32_t kernelRows = rowsOfKernel(rows);
    return {"product" + m_tuning.suffix + (m_tuning.eightLanes ? "_8" : ""),
            {8 * splits, splits, kind.typeA, kind.typeB, kernelRows, kind.superA, kind.superB,
             kind.groups, m_attention.headSize, m_attention.rotary,
             tilesOf(kind.groups, kernelRows), chunkSplits}};
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
    for (const std::uint32_t rows : {kFewRows, 1U}) {
        add(keys.attend(rows));
        for (const PlannedVerb& verb : plan.verbs) {
            const auto shape = [&](std::size_t index) {
                return shapeOf(plan.matrices[verb.matrices[index]]);
            };
            const DeviceShape first = shape(0);
            ProductKind kind{idOf(first.type), kNone, first.superBlocks(), 1,
                             keys.groupsOfWorkgroup(first.groups())};
            switch (verb.kind) {
            case PlannedVerb::Kind::Embed:
                add(keys.embed(first.type));
                break;
            case PlannedVerb::Kind::Project:
                kind.groups = keys.groupsOfHead();
                for (std::size_t part = 0; part < verb.matrices.size(); ++part) {
                    kind.typeA = idOf(shape(part).type);
                    add(keys.product(kind, rows));
                }
                break;
            case PlannedVerb::Kind::Merge:
                if (verb.matrices.size() == 2) {
                    kind.typeB = idOf(shape(1).type);
                    kind.superB = shape(1).superBlocks();
                }
                add(keys.product(kind, rows));
                break;
            case PlannedVerb::Kind::Head:
                add(keys.product(kind, 1));
                break;
            }
        }
    }
    if (tuning.picksTop) {
        for (const std::uint32_t keep : {keptOf(1), keptOf(kMostTop)}) {
            add(keys.topCandidates(keep, 0));
            add(keys.topCandidates(keep, 1));
        }
    }
    return all;
}

} // namespace phidelity::vulkan
