// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/backend/vulkan/vulkan_device.h"

namespace phidelity::vulkan {

/// A shader with its specialisation constants: constant i has id i.
struct PipelineKey {
    std::string shader;
    std::vector<std::uint32_t> constants;
    std::uint32_t subgroup = 0; ///< lanes that full subgroups must have; 0: as the driver likes
    auto operator<=>(const PipelineKey&) const = default;
};

/// Compute pipelines, each made once. They share one set of bindings (shaders/layouts.h) and push
/// constants. What drivers compiled is kept on disk between runs, keyed by driver and by our
/// shaders; a damaged or foreign file is ignored.
class Pipelines {
public:
    /// Binding numbers whose buffers are read as texels.
    struct Texels {
        std::vector<std::uint32_t> bindings;
    };

    /// `cacheFolder`: where the compiled code is kept; empty: nowhere. DeviceLost, OutOfMemory.
    static Result<std::unique_ptr<Pipelines>> create(Device& device, const Texels& texels,
                                                     const std::filesystem::path& cacheFolder);
    ~Pipelines();
    Pipelines(const Pipelines&) = delete;
    Pipelines& operator=(const Pipelines&) = delete;

    /// The pipeline of a key, made if it is new. Any thread; different keys at once.
    Result<VkPipeline> get(const PipelineKey& key);
    [[nodiscard]] VkPipelineLayout layout() const { return m_layout; }
    [[nodiscard]] VkDescriptorSetLayout setLayout() const { return m_setLayout; }
    [[nodiscard]] bool isTexel(std::uint32_t binding) const;

    /// How many were made so far.
    [[nodiscard]] std::uint64_t made() const;

    /// Writes the compiled code to disk if there is new. Failing to is no error: it is a cache.
    void save();

private:
    Pipelines(Device& device, const Texels& texels);
    Result<void> createLayouts();
    Result<void> createCache(const std::filesystem::path& folder);
    Result<VkShaderModule> module(const std::string& shader);
    Result<VkPipeline> build(const PipelineKey& key, VkShaderModule shader);

    Device& m_device;
    Texels m_texels;
    VkDescriptorSetLayout m_setLayout = VK_NULL_HANDLE;
    VkPipelineLayout m_layout = VK_NULL_HANDLE;
    VkPipelineCache m_cache = VK_NULL_HANDLE;
    std::filesystem::path m_cacheFile;
    mutable std::mutex m_mutex; ///< guards what follows
    std::map<std::string, VkShaderModule> m_modules;
    std::map<PipelineKey, VkPipeline> m_pipelines;
    std::vector<VkPipeline> m_spare; ///< made by two threads at once
    std::uint64_t m_made = 0;
    bool m_unsaved = false;
};

} // namespace phidelity::vulkan
