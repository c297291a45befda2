// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/bindings.h"

namespace phidelity::vulkan {
namespace {

constexpr std::uint32_t kSetsOfPool = 128;

/// Words of weights and cache are whole numbers, activations floats.
VkFormat texelFormat(std::uint32_t binding) {
    return binding == kBindInputs ? VK_FORMAT_R32G32B32A32_SFLOAT : VK_FORMAT_R32G32B32A32_UINT;
}

} // namespace

Bindings::~Bindings() {
    clear();
}

void Bindings::clear() {
    const VolkDeviceTable& vk = m_device.vk();
    for (const VkDescriptorPool pool : m_pools) {
        vk.vkDestroyDescriptorPool(m_device.handle(), pool, nullptr);
    }
    for (const auto& [key, view] : m_views) {
        vk.vkDestroyBufferView(m_device.handle(), view, nullptr);
    }
    m_pools.clear();
    m_left = 0;
    m_sets.clear();
    m_views.clear();
}

Result<VkDescriptorSet> Bindings::set(const BoundRanges& ranges) {
    if (const auto known = m_sets.find(ranges); known != m_sets.end()) {
        return known->second;
    }
    PHIDELITY_CHECK(m_device.usable());
    PHIDELITY_TRY(const VkDescriptorSet set, allocate());
    std::array<VkDescriptorBufferInfo, kBindings> buffers{};
    std::array<VkBufferView, kBindings> views{};
    std::array<VkWriteDescriptorSet, kBindings> writes{};
    for (std::uint32_t binding = 0; binding < kBindings; ++binding) {
        const BoundRange& range = ranges[binding];
        auto write = make<VkWriteDescriptorSet>(VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET);
        write.dstSet = set;
        write.dstBinding = binding;
        write.descriptorCount = 1;
        if (m_pipelines.isTexel(binding)) {
            PHIDELITY_TRY(views[binding], view(range, binding));
            write.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
            write.pTexelBufferView = &views[binding];
        } else {
            buffers[binding] = {range.buffer, range.offset, range.bytes};
            write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
            write.pBufferInfo = &buffers[binding];
        }
        writes[binding] = write;
    }
    m_device.vk().vkUpdateDescriptorSets(m_device.handle(), kBindings, writes.data(), 0, nullptr);
    ++m_device.counts().descriptorUpdates;
    m_sets.emplace(ranges, set);
    return set;
}

Result<VkDescriptorSet> Bindings::allocate() {
    const VolkDeviceTable& vk = m_device.vk();
    if (m_left == 0) {
        std::uint32_t texels = 0;
        for (std::uint32_t binding = 0; binding < kBindings; ++binding) {
            texels += m_pipelines.isTexel(binding) ? 1 : 0;
        }
        const VkDescriptorPoolSize sizes[] = {
            {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, (kBindings - texels) * kSetsOfPool},
            {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, texels * kSetsOfPool}};
        auto info = make<VkDescriptorPoolCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
        info.maxSets = kSetsOfPool;
        info.poolSizeCount = texels == 0 ? 1 : 2;
        info.pPoolSizes = sizes;
        VkDescriptorPool pool = VK_NULL_HANDLE;
        PHIDELITY_CHECK(
            m_device.checked(vk.vkCreateDescriptorPool(m_device.handle(), &info, nullptr, &pool),
                             "vkCreateDescriptorPool"));
        m_pools.push_back(pool);
        m_left = kSetsOfPool;
    }
    auto info = make<VkDescriptorSetAllocateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO);
    const VkDescriptorSetLayout layout = m_pipelines.setLayout();
    info.descriptorPool = m_pools.back();
    info.descriptorSetCount = 1;
    info.pSetLayouts = &layout;
    VkDescriptorSet set = VK_NULL_HANDLE;
    PHIDELITY_CHECK(m_device.checked(vk.vkAllocateDescriptorSets(m_device.handle(), &info, &set),
                                     "vkAllocateDescriptorSets"));
    --m_left;
    return set;
}

Result<VkBufferView> Bindings::view(const BoundRange& range, std::uint32_t binding) {
    const VkFormat format = texelFormat(binding);
    if (const auto known = m_views.find({range, format}); known != m_views.end()) {
        return known->second;
    }
    auto info = make<VkBufferViewCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO);
    info.buffer = range.buffer;
    info.format = format;
    info.offset = range.offset;
    info.range = range.bytes;
    VkBufferView view = VK_NULL_HANDLE;
    PHIDELITY_CHECK(
        m_device.checked(m_device.vk().vkCreateBufferView(m_device.handle(), &info, nullptr, &view),
                         "vkCreateBufferView"));
    m_views.emplace(std::pair{range, format}, view);
    return view;
}

} // namespace phidelity::vulkan
