// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/plugin/plugin_device.h"

namespace phidelity::cuda {
namespace {

constexpr int kOldestMajor = 8; ///< compute capability: asynchronous copies, tiles of 16 by 8 by 16

std::string versionText(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

class Plugin final : public CudaPlugin {
public:
    Result<std::vector<DeviceInfo>> devices() override {
        if (!m_listed) {
            PHIDELITY_CHECK(list());
            m_listed = true;
        }
        return m_devices;
    }

    Result<std::unique_ptr<CudaDevice>> open(std::uint32_t index) override {
        PHIDELITY_TRY(const std::vector<DeviceInfo> all, devices());
        if (index >= all.size()) {
            return fail(ErrorCode::NoDevice, "CUDA: expected a device below " +
                                                 std::to_string(all.size()) + ", found " +
                                                 std::to_string(index));
        }
        return openDevice(m_indices[index], all[index]);
    }

private:
    Result<void> list() {
        int count = 0;
        if (const cudaError_t status = cudaGetDeviceCount(&count); status != cudaSuccess) {
            cudaGetLastError();
            // What it says of a driver that is too old, the runtime also says where there is none.
            return fail(ErrorCode::NoDevice,
                        status == cudaErrorInsufficientDriver
                            ? "no NVIDIA driver for CUDA " + versionText(CUDART_VERSION) +
                                  " or newer"
                            : std::string("no CUDA device: ") + cudaGetErrorString(status));
        }
        int driver = 0;
        cudaDriverGetVersion(&driver);
        std::string refused;
        for (int index = 0; index < count; ++index) {
            cudaDeviceProp properties{};
            if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) {
                continue;
            }
            const std::string capability =
                std::to_string(properties.major) + "." + std::to_string(properties.minor);
            if (properties.major < kOldestMajor) {
                refused += std::string("; ") + properties.name + " has compute capability " +
                           capability + ", 8.0 is the lowest";
                continue;
            }
            DeviceInfo info;
            info.id = "cuda:" + std::to_string(m_devices.size());
            info.name = properties.name;
            info.memory = properties.totalGlobalMem;
            info.kind =
                properties.integrated != 0 ? DeviceKind::IntegratedGpu : DeviceKind::DiscreteGpu;
            info.driver = "CUDA " + versionText(driver);
            info.features = {"compute capability " + capability, "matrix cores",
                             std::to_string(properties.multiProcessorCount) + " multiprocessors"};
            m_devices.push_back(std::move(info));
            m_indices.push_back(index);
        }
        if (m_devices.empty()) {
            return fail(ErrorCode::NoDevice, "no CUDA device" + refused);
        }
        return {};
    }

    bool m_listed = false;
    std::vector<DeviceInfo> m_devices;
    std::vector<int> m_indices; ///< the runtime's own
};

} // namespace
} // namespace phidelity::cuda

extern "C" {
__attribute__((visibility("default"))) std::uint32_t phidelityCudaPluginVersion() {
    return phidelity::cuda::CudaPlugin::kVersion;
}
__attribute__((visibility("default"))) phidelity::cuda::CudaPlugin* phidelityCudaPlugin() {
    static phidelity::cuda::Plugin plugin;
    return &plugin;
}
}
