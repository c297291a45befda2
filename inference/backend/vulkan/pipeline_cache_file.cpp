// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/pipeline_cache_file.h"

#include <cstring>
#include <fstream>
#include <system_error>

#include "inference/file/atomic_file.h"
#include "inference/file/sha256.h"
#include "shaders/shaders.h"

namespace phidelity::vulkan {
namespace {

/// What stands before the data: a damaged file must not reach the driver, which may trust it.
struct Header {
    char magic[8];
    std::uint64_t bytes;
    char sha256[64];
};
constexpr char kMagic[8] = {'P', 'H', 'I', 'P', 'I', 'P', 'E', '1'};
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;

std::string hashOf(std::span<const std::byte> data) {
    Sha256 sha;
    sha.add(data);
    return sha.finish().value_or(std::string());
}

std::string hashOfShaders() {
    Sha256 sha;
    for (const std::string_view name : shaders::names()) {
        sha.add(std::as_bytes(shaders::spirv(name)));
    }
    return sha.finish().value_or(std::string());
}

} // namespace

std::string driverAndShadersKey(const PhysicalDevice& device) {
    static const std::string shadersOfThisBuild = hashOfShaders();
    Sha256 sha;
    sha.add(std::as_bytes(std::span(shadersOfThisBuild)));
    const VkPhysicalDeviceProperties& properties = device.properties;
    sha.add(std::as_bytes(std::span(properties.pipelineCacheUUID)));
    sha.add(std::as_bytes(std::span(device.driverUuid)));
    const std::uint32_t numbers[] = {properties.vendorID, properties.deviceID,
                                     properties.driverVersion};
    sha.add(std::as_bytes(std::span(numbers)));
    return sha.finish().value_or("unknown").substr(0, 32);
}

std::string pipelineCacheName(const PhysicalDevice& device) {
    std::string name = "pipelines-";
    name += driverAndShadersKey(device);
    return name += ".bin";
}

std::vector<std::byte> readPipelineCache(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    Header header{};
    if (!stream.read(reinterpret_cast<char*>(&header), sizeof header) ||
        std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.bytes > kMostBytes) {
        return {};
    }
    std::vector<std::byte> data(header.bytes);
    const auto wanted = static_cast<std::streamsize>(data.size());
    if (!stream.read(reinterpret_cast<char*>(data.data()), wanted) ||
        hashOf(data) != std::string_view(header.sha256, sizeof header.sha256)) {
        return {};
    }
    return data;
}

bool writePipelineCache(const std::filesystem::path& file, std::span<const std::byte> data) {
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.bytes = data.size();
    const std::string hash = hashOf(data);
    if (hash.size() != sizeof header.sha256) {
        return false;
    }
    std::memcpy(header.sha256, hash.data(), sizeof header.sha256);
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    auto out = AtomicFile::create(file, sizeof header + data.size());
    return out && out->write(std::as_bytes(std::span(&header, 1))) && out->write(data) &&
           out->commit();
}

} // namespace phidelity::vulkan
