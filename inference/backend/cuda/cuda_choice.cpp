// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/cuda_choice.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <dlfcn.h>

#include "inference/backend/cuda/cuda_backend.h"
#include "inference/backend/self_test.h"

namespace phidelity::cuda {
namespace {

constexpr const char* kAdvice = "; `phidelity-cli devices` lists them, and cpu always works";
constexpr const char* kLibrary = "libphidelity_cuda.so";

/// The plug-in library, as long as anything of it is in use.
struct Library {
    std::shared_ptr<void> handle;
    CudaPlugin* plugin = nullptr;
};

/// Beside the program, or in the lib folder beside that of the program.
std::vector<std::filesystem::path> places() {
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    return {folder / kLibrary, folder / "../lib/phidelity" / kLibrary};
}

Result<Library> load() {
    std::string found = "no " + std::string(kLibrary) + " beside the program";
    for (const std::filesystem::path& place : places()) {
        std::error_code error;
        if (!std::filesystem::exists(place, error)) {
            continue;
        }
        const std::shared_ptr<void> handle(dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL),
                                           [](void* one) {
                                               if (one != nullptr) {
                                                   dlclose(one);
                                               }
                                           });
        if (!handle) {
            const char* why = dlerror();
            found = why != nullptr ? why : place.string();
            continue;
        }
        const auto version =
            reinterpret_cast<CudaPluginVersion>(dlsym(handle.get(), kCudaPluginVersion));
        const auto entry = reinterpret_cast<CudaPluginEntry>(dlsym(handle.get(), kCudaPluginEntry));
        if (version == nullptr || entry == nullptr || version() != CudaPlugin::kVersion) {
            found = place.string() + " of another version of the program";
            continue;
        }
        return Library{handle, entry()};
    }
    return fail(ErrorCode::NoDevice, "CUDA: expected its plug-in library, found " + found);
}

/// Kept for the life of the process: the driver takes some time to start.
const Result<Library>& library() {
    static const Result<Library> loaded = load();
    return loaded;
}

Result<std::vector<DeviceInfo>> devices() {
    if (!library()) {
        return tl::unexpected<Error>(library().error());
    }
    return library()->plugin->devices();
}

Result<std::unique_ptr<Backend>> open(std::uint32_t index) {
    const auto create = [index]() -> Result<std::unique_ptr<Backend>> {
        PHIDELITY_TRY(auto device, library()->plugin->open(index));
        return createCudaBackend(std::move(device), library()->handle);
    };
    PHIDELITY_TRY(const auto tested, create());
    PHIDELITY_CHECK(selfTest(*tested));
    return create();
}

} // namespace

std::vector<DeviceChoice> listDevices() {
    const Result<std::vector<DeviceInfo>> found = devices();
    if (!found || found->empty()) {
        DeviceChoice none;
        none.info.id = "cuda";
        none.info.name = "CUDA";
        none.reason = found ? "no CUDA device" : found.error().detail;
        return {none};
    }
    std::vector<DeviceChoice> choices;
    for (const DeviceInfo& info : *found) {
        choices.push_back({info, true, "an NVIDIA graphics card, through CUDA"});
    }
    return choices;
}

Result<std::unique_ptr<Backend>> openDevice(std::string_view spec) {
    const Result<std::vector<DeviceInfo>> all = devices();
    const std::vector<DeviceInfo> found = all ? *all : std::vector<DeviceInfo>();
    for (std::size_t index = 0; index < found.size(); ++index) {
        if (spec == "cuda" || spec == found[index].id) {
            return open(static_cast<std::uint32_t>(index));
        }
    }
    if (!all) {
        return fail(all.error().code, std::string(spec) + ": " + all.error().detail + kAdvice);
    }
    return fail(ErrorCode::NoDevice, std::string(spec) +
                                         ": expected a CUDA device of that number, found " +
                                         std::to_string(found.size()) + kAdvice);
}

} // namespace phidelity::cuda
