// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/backend/vulkan/device_weights.h"
#include "inference/backend/vulkan/vulkan_device.h"

namespace phidelity::vulkan {

/// Consecutive groups of rows of a matrix, in one block; a tile begins with the first.
struct WeightSlice {
    std::uint32_t block = 0;
    std::uint32_t firstWord = 0;  ///< of the block, 16-byte words
    std::uint32_t firstGroup = 0; ///< of the matrix
    std::uint32_t groups = 0;
};

/// A matrix on the device: all its groups, cut only where a block could not hold it whole.
struct DeviceMatrix {
    DeviceShape shape;
    std::vector<WeightSlice> slices;
};

/// How many blocks of which sizes matrices take, one after the other: the plan and the upload
/// follow the same rule. A matrix starts a new block where the open one has no room for it whole,
/// and is cut only where no block could hold it.
class BlockPlan {
public:
    /// `largest`: bytes of the largest block.
    explicit BlockPlan(std::uint64_t largest) : m_largest(largest) {}

    /// Cuts are made where so many groups end: a workgroup makes whole heads.
    void cutBetween(std::uint32_t groups) { m_cut = groups; }
    /// Whether a block can hold that many groups of a matrix.
    [[nodiscard]] bool canPlace(const DeviceShape& shape) const;
    std::vector<WeightSlice> place(const DeviceShape& shape);
    /// The next matrix starts a block of its own.
    void closeBlock() { m_open = false; }
    /// Bytes of each block so far.
    [[nodiscard]] const std::vector<std::uint64_t>& blocks() const { return m_blocks; }

private:
    std::uint64_t m_largest;
    std::uint32_t m_cut = 1;
    std::vector<std::uint64_t> m_blocks;
    bool m_open = false;
};

/// Takes weights to the device. Blocks are bound whole, so they are no larger than what a shader
/// may bind; memory of a planned upload is taken to the byte.
class WeightStore {
public:
    /// `tileGroups`: see Tuning.
    WeightStore(Device& device, std::uint64_t largestBlock, std::uint32_t tileGroups);
    ~WeightStore();
    WeightStore(const WeightStore&) = delete;
    WeightStore& operator=(const WeightStore&) = delete;

    /// Size of the heads that matrices cut from now on are not to be cut within: before blocksFor.
    void setHeadSize(std::uint32_t headSize);
    /// What an upload is staged through, bytes of each of two buffers; 0 where the host writes into
    /// the blocks.
    [[nodiscard]] std::uint64_t stagingBytes() const;
    /// Bytes of the blocks that these matrices take if they are added next, in this order.
    [[nodiscard]] std::vector<std::uint64_t> blocksFor(std::span<const DeviceShape> shapes) const;
    /// That they will be: memory is taken in those blocks.
    void expect(std::span<const DeviceShape> shapes);
    /// Repacks and uploads. Unsupported where no block could hold a head of it; OutOfMemory,
    /// DeviceLost.
    Result<DeviceMatrix> add(const TensorView& weights);

    [[nodiscard]] std::span<const Buffer> blocks() const { return m_blocks; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    /// Waits for uploads under way and gives back what only they needed. Before weights are read.
    Result<void> endUploads();

private:
    /// Two halves: one is filled while the device copies the other.
    struct Staging {
        Buffer buffer;
        VkCommandBuffer commands = VK_NULL_HANDLE;
        VkFence fence = VK_NULL_HANDLE;
        bool busy = false;
    };

    Result<void> openBlock(std::uint32_t index, std::uint64_t bytes);
    Result<void> upload(const TensorView& weights, const DeviceShape& shape,
                        const WeightSlice& slice);
    Result<void> stage(const TensorView& weights, const DeviceShape& shape,
                       const WeightSlice& slice);
    Result<void> waitFor(Staging& half);

    Device& m_device;
    std::uint64_t m_largest;
    std::uint32_t m_tileGroups;
    BlockPlan m_layout;
    std::vector<std::uint64_t> m_planned; ///< bytes of the blocks of a planned upload
    std::vector<Buffer> m_blocks;
    Staging m_staging[2];
    std::size_t m_turn = 0; ///< which half comes next
    std::uint64_t m_bytes = 0;
};

} // namespace phidelity::vulkan
