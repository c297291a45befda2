// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/pipelines.h"

#include <algorithm>

#include "inference/backend/vulkan/pipeline_cache_file.h"
#include "shaders/layouts.h"
#include "shaders/shaders.h"

namespace phidelity::vulkan {

Result<std::unique_ptr<Pipelines>> Pipelines::create(Device& device, const Texels& texels,
                                                     const std::filesystem::path& cacheFolder) {
    std::unique_ptr<Pipelines> pipelines(new Pipelines(device, texels));
    PHIDELITY_CHECK(pipelines->createLayouts());
    PHIDELITY_CHECK(pipelines->createCache(cacheFolder));
    return pipelines;
}

Pipelines::Pipelines(Device& device, const Texels& texels) : m_device(device), m_texels(texels) {}

Pipelines::~Pipelines() {
    const VolkDeviceTable& vk = m_device.vk();
    for (const auto& [key, pipeline] : m_pipelines) {
        vk.vkDestroyPipeline(m_device.handle(), pipeline, nullptr);
    }
    for (const VkPipeline pipeline : m_spare) {
        vk.vkDestroyPipeline(m_device.handle(), pipeline, nullptr);
    }
    for (const auto& [name, module] : m_modules) {
        vk.vkDestroyShaderModule(m_device.handle(), module, nullptr);
    }
    if (m_cache != VK_NULL_HANDLE) {
        vk.vkDestroyPipelineCache(m_device.handle(), m_cache, nullptr);
    }
    if (m_layout != VK_NULL_HANDLE) {
        vk.vkDestroyPipelineLayout(m_device.handle(), m_layout, nullptr);
    }
    if (m_setLayout != VK_NULL_HANDLE) {
        vk.vkDestroyDescriptorSetLayout(m_device.handle(), m_setLayout, nullptr);
    }
}

bool Pipelines::isTexel(std::uint32_t binding) const {
    return std::ranges::find(m_texels.bindings, binding) != m_texels.bindings.end();
}

Result<void> Pipelines::createLayouts() {
    std::vector<VkDescriptorSetLayoutBinding> bindings;
    for (std::uint32_t binding = 0; binding < kBindings; ++binding) {
        bindings.push_back({binding,
                            isTexel(binding) ? VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER
                                             : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                            1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr});
    }
    auto set =
        make<VkDescriptorSetLayoutCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO);
    set.bindingCount = static_cast<std::uint32_t>(bindings.size());
    set.pBindings = bindings.data();
    const VolkDeviceTable& vk = m_device.vk();
    PHIDELITY_CHECK(m_device.checked(
        vk.vkCreateDescriptorSetLayout(m_device.handle(), &set, nullptr, &m_setLayout),
        "vkCreateDescriptorSetLayout"));

    const VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(PushConstants)};
    auto layout = make<VkPipelineLayoutCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO);
    layout.setLayoutCount = 1;
    layout.pSetLayouts = &m_setLayout;
    layout.pushConstantRangeCount = 1;
    layout.pPushConstantRanges = &range;
    return m_device.checked(
        vk.vkCreatePipelineLayout(m_device.handle(), &layout, nullptr, &m_layout),
        "vkCreatePipelineLayout");
}

Result<void> Pipelines::createCache(const std::filesystem::path& folder) {
    std::vector<std::byte> kept;
    if (!folder.empty()) {
        m_cacheFile = folder / pipelineCacheName(m_device.physical());
        kept = readPipelineCache(m_cacheFile);
    }
    auto info = make<VkPipelineCacheCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO);
    info.initialDataSize = kept.size();
    info.pInitialData = kept.data();
    return m_device.checked(
        m_device.vk().vkCreatePipelineCache(m_device.handle(), &info, nullptr, &m_cache),
        "vkCreatePipelineCache");
}

Result<VkPipeline> Pipelines::get(const PipelineKey& key) {
    PHIDELITY_CHECK(m_device.usable());
    VkShaderModule shader = VK_NULL_HANDLE;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto known = m_pipelines.find(key); known != m_pipelines.end()) {
            return known->second;
        }
        PHIDELITY_TRY(shader, module(key.shader));
    }
    PHIDELITY_TRY(const VkPipeline pipeline, build(key, shader));
    const std::lock_guard lock(m_mutex);
    const auto [place, isNew] = m_pipelines.emplace(key, pipeline);
    if (!isNew) { // another thread was faster; only the device's own destroys
        m_spare.push_back(pipeline);
    }
    ++m_made;
    m_unsaved = true;
    return place->second;
}

std::uint64_t Pipelines::made() const {
    const std::lock_guard lock(m_mutex);
    return m_made;
}

Result<VkShaderModule> Pipelines::module(const std::string& shader) {
    if (const auto known = m_modules.find(shader); known != m_modules.end()) {
        return known->second;
    }
    const std::span<const std::uint32_t> code = shaders::spirv(shader);
    auto info = make<VkShaderModuleCreateInfo>(VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO);
    info.codeSize = code.size_bytes();
    info.pCode = code.data();
    VkShaderModule module = VK_NULL_HANDLE;
    PHIDELITY_CHECK(m_device.checked(
        m_device.vk().vkCreateShaderModule(m_device.handle(), &info, nullptr, &module),
        "vkCreateShaderModule"));
    m_modules.emplace(shader, module);
    return module;
}

Result<VkPipeline> Pipelines::build(const PipelineKey& key, VkShaderModule shader) {
    std::vector<VkSpecializationMapEntry> entries;
    for (std::uint32_t id = 0; id < key.constants.size(); ++id) {
        entries.push_back({id, id * 4, 4});
    }
    const VkSpecializationInfo constants{static_cast<std::uint32_t>(entries.size()), entries.data(),
                                         key.constants.size() * 4, key.constants.data()};
    auto info = make<VkComputePipelineCreateInfo>(VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
    info.stage =
        make<VkPipelineShaderStageCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO);
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = shader;
    info.stage.pName = "main";
    info.stage.pSpecializationInfo = &constants;
    auto subgroup = make<VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT>(
        VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT);
    if (key.subgroup != 0) {
        subgroup.requiredSubgroupSize = key.subgroup;
        info.stage.pNext = &subgroup;
        info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
    }
    info.layout = m_layout;
    VkPipeline pipeline = VK_NULL_HANDLE;
    PHIDELITY_CHECK(m_device.checked(m_device.vk().vkCreateComputePipelines(
                                         m_device.handle(), m_cache, 1, &info, nullptr, &pipeline),
                                     "vkCreateComputePipelines (" + key.shader + ")"));
    return pipeline;
}

void Pipelines::save() {
    const std::lock_guard lock(m_mutex);
    if (m_cacheFile.empty() || !m_unsaved || !m_device.usable()) {
        return;
    }
    std::size_t bytes = 0;
    const VolkDeviceTable& vk = m_device.vk();
    if (vk.vkGetPipelineCacheData(m_device.handle(), m_cache, &bytes, nullptr) != VK_SUCCESS) {
        return;
    }
    std::vector<std::byte> data(bytes);
    if (vk.vkGetPipelineCacheData(m_device.handle(), m_cache, &bytes, data.data()) == VK_SUCCESS) {
        data.resize(bytes);
        m_unsaved = !writePipelineCache(m_cacheFile, data);
    }
}

} // namespace phidelity::vulkan
