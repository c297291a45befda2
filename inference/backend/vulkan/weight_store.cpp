// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/weight_store.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <span>
#include <string>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "inference/file/parallel_for.h"

namespace phidelity::vulkan {
namespace {

constexpr std::uint64_t kWordBytes = 16;
/// Enough that a copy takes far longer than its submission.
constexpr std::uint64_t kStagingBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kPackGrain = 16; ///< groups that a thread packs at a time, about

/// Tiles one below the other that hold so many groups, and their bytes.
std::uint32_t bandsOf(const DeviceShape& shape, std::uint32_t groups) {
    return (groups + shape.tileGroups - 1) / shape.tileGroups;
}
std::uint64_t bytesOf(const DeviceShape& shape, std::uint32_t groups) {
    return bandsOf(shape, groups) * shape.bandWords() * kWordBytes;
}

void pack(const TensorView& weights, const DeviceShape& shape, std::uint32_t firstBand,
          std::uint32_t bands, std::byte* out) {
    const std::uint64_t bandBytes = shape.bandWords() * kWordBytes;
    const std::uint64_t grain = std::max<std::uint64_t>(1, kPackGrain / shape.tileGroups);
    parallelFor(bands, grain, [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t band = first; band < last; ++band) {
            packBand(weights, shape, firstBand + static_cast<std::uint32_t>(band),
                     {out + band * bandBytes, bandBytes});
        }
    });
}

/// Weights are read from the first to the last for every token: 3 to 7% faster so. Only a hint.
void preferHugePages(std::span<std::byte> memory) {
#if defined(__linux__)
    constexpr std::uintptr_t kPage = 4096;
    const auto first =
        (reinterpret_cast<std::uintptr_t>(memory.data()) + kPage - 1) / kPage * kPage;
    const auto last = reinterpret_cast<std::uintptr_t>(memory.data() + memory.size());
    if (first < last) {
        ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
    }
#else
    static_cast<void>(memory);
#endif
}

} // namespace

bool BlockPlan::canPlace(const DeviceShape& shape) const {
    const std::uint32_t least = std::min(m_cut, shape.groups());
    return bytesOf(shape, least) <= m_largest;
}

std::vector<WeightSlice> BlockPlan::place(const DeviceShape& shape) {
    const std::uint64_t groupBytes = shape.groupWords() * kWordBytes;
    const bool fits = m_open && m_blocks.back() + shape.bytes() <= m_largest;
    if (!fits) {
        m_open = false;
    }
    const bool isWhole = shape.bytes() <= m_largest;
    std::vector<WeightSlice> slices;
    for (std::uint32_t group = 0; group < shape.groups();) {
        if (!m_open) {
            m_blocks.push_back(0);
            m_open = true;
        }
        // Of what no block can hold there is a plan as well; it is refused later.
        const std::uint64_t heads = std::max<std::uint64_t>(1, m_largest / groupBytes / m_cut);
        const std::uint64_t room = isWhole ? shape.groups() : heads * m_cut;
        WeightSlice slice;
        slice.block = static_cast<std::uint32_t>(m_blocks.size() - 1);
        slice.firstWord = static_cast<std::uint32_t>(m_blocks.back() / kWordBytes);
        slice.firstGroup = group;
        slice.groups =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(room, shape.groups() - group));
        m_blocks.back() += bytesOf(shape, slice.groups);
        group += slice.groups;
        m_open = group == shape.groups();
        slices.push_back(slice);
    }
    return slices;
}

WeightStore::WeightStore(Device& device, std::uint64_t largestBlock, std::uint32_t tileGroups)
    : m_device(device), m_largest(largestBlock), m_tileGroups(tileGroups), m_layout(largestBlock) {
    m_layout.cutBetween(tileGroups);
}

WeightStore::~WeightStore() {
    endUploads();
}

std::vector<std::uint64_t> WeightStore::blocksFor(std::span<const DeviceShape> shapes) const {
    BlockPlan future = m_layout;
    future.closeBlock();
    for (const DeviceShape& shape : shapes) {
        future.place(shape);
    }
    const auto taken = static_cast<std::ptrdiff_t>(m_layout.blocks().size());
    return {future.blocks().begin() + taken, future.blocks().end()};
}

void WeightStore::expect(std::span<const DeviceShape> shapes) {
    m_layout.closeBlock();
    m_planned = m_layout.blocks();
    std::ranges::copy(blocksFor(shapes), std::back_inserter(m_planned));
}

void WeightStore::setHeadSize(std::uint32_t headSize) {
    m_layout.cutBetween(std::lcm(std::max(1U, headSize / kGroupRows), m_tileGroups));
}

std::uint64_t WeightStore::stagingBytes() const {
    return m_device.sharesMemory() ? 0 : kStagingBytes;
}

Result<DeviceMatrix> WeightStore::add(const TensorView& weights) {
    DeviceMatrix matrix;
    matrix.shape = {weights.type, static_cast<std::uint32_t>(weights.rows),
                    static_cast<std::uint32_t>(weights.columns), m_tileGroups};
    if (!m_layout.canPlace(matrix.shape)) {
        return fail(ErrorCode::Unsupported,
                    "matrix: expected a device that can bind the rows of a head at once, found " +
                        std::to_string(m_largest) + " bytes at most for rows of " +
                        std::to_string(matrix.shape.columns));
    }
    BlockPlan before = m_layout;
    matrix.slices = m_layout.place(matrix.shape);
    const std::uint32_t lastBlock = matrix.slices.back().block;
    if (lastBlock >= m_planned.size() || m_layout.blocks()[lastBlock] > m_planned[lastBlock]) {
        // Nobody planned it: a block of its own, as large as it is.
        m_layout = before;
        m_layout.closeBlock();
        matrix.slices = m_layout.place(matrix.shape);
        m_planned = m_layout.blocks();
        m_layout.closeBlock();
    }
    for (const WeightSlice& slice : matrix.slices) {
        PHIDELITY_CHECK(openBlock(slice.block, m_planned[slice.block]));
        PHIDELITY_CHECK(upload(weights, matrix.shape, slice));
    }
    m_bytes += matrix.shape.bytes();
    return matrix;
}

Result<void> WeightStore::openBlock(std::uint32_t index, std::uint64_t bytes) {
    while (m_blocks.size() <= index) {
        PHIDELITY_TRY(Buffer block, m_device.createBuffer(bytes, MemoryUse::Device));
        if (m_device.physical().isSoftware && block.mapped() != nullptr) {
            preferHugePages({block.mapped(), bytes});
        }
        m_blocks.push_back(std::move(block));
    }
    return {};
}

Result<void> WeightStore::upload(const TensorView& weights, const DeviceShape& shape,
                                 const WeightSlice& slice) {
    const Buffer& block = m_blocks[slice.block];
    if (block.mapped() == nullptr) {
        return stage(weights, shape, slice);
    }
    pack(weights, shape, slice.firstGroup / shape.tileGroups, bandsOf(shape, slice.groups),
         block.mapped() + std::uint64_t{slice.firstWord} * kWordBytes);
    return {};
}

Result<void> WeightStore::stage(const TensorView& weights, const DeviceShape& shape,
                                const WeightSlice& slice) {
    const std::uint64_t bandBytes = shape.bandWords() * kWordBytes;
    const auto chunk =
        static_cast<std::uint32_t>(std::max<std::uint64_t>(1, kStagingBytes / bandBytes));
    const std::uint32_t firstBand = slice.firstGroup / shape.tileGroups;
    const std::uint32_t all = bandsOf(shape, slice.groups);
    for (std::uint32_t done = 0; done < all; ++m_turn) {
        Staging& half = m_staging[m_turn % 2];
        PHIDELITY_CHECK(waitFor(half));
        const std::uint32_t bands = std::min(chunk, all - done);
        if (half.buffer.bytes() < bands * bandBytes) {
            PHIDELITY_TRY(half.buffer,
                          m_device.createBuffer(std::max(bands * bandBytes, kStagingBytes),
                                                MemoryUse::Upload));
        }
        pack(weights, shape, firstBand + done, bands, half.buffer.mapped());

        const VolkDeviceTable& vk = m_device.vk();
        auto begin = make<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
        begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
        PHIDELITY_CHECK(m_device.checked(vk.vkBeginCommandBuffer(half.commands, &begin),
                                         "vkBeginCommandBuffer"));
        const VkBufferCopy copy{0, slice.firstWord * kWordBytes + done * bandBytes,
                                bands * bandBytes};
        vk.vkCmdCopyBuffer(half.commands, half.buffer.handle(), m_blocks[slice.block].handle(), 1,
                           &copy);
        // A fence makes what was written available, not visible to later submissions.
        auto barrier = make<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
        barrier.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
        barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT;
        vk.vkCmdPipelineBarrier(half.commands, VK_PIPELINE_STAGE_TRANSFER_BIT,
                                VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &barrier, 0, nullptr, 0,
                                nullptr);
        PHIDELITY_CHECK(
            m_device.checked(vk.vkEndCommandBuffer(half.commands), "vkEndCommandBuffer"));
        PHIDELITY_CHECK(m_device.submit({&half.commands, 1}, half.fence));
        half.busy = true;
        done += bands;
    }
    return {};
}

Result<void> WeightStore::waitFor(Staging& half) {
    if (half.fence == VK_NULL_HANDLE) {
        PHIDELITY_TRY(half.fence, m_device.createFence());
        PHIDELITY_TRY(half.commands, m_device.allocateCommands());
    }
    if (half.busy) {
        half.busy = false;
        PHIDELITY_CHECK(m_device.wait(half.fence));
    }
    return {};
}

Result<void> WeightStore::endUploads() {
    Result<void> result;
    for (Staging& half : m_staging) {
        if (half.busy) {
            half.busy = false;
            if (auto waited = m_device.wait(half.fence); !waited) {
                result = waited;
            }
        }
        if (half.commands != VK_NULL_HANDLE) {
            m_device.freeCommands({&half.commands, 1});
        }
        m_device.destroyFence(half.fence);
        half = {};
    }
    return result;
}

} // namespace phidelity::vulkan
