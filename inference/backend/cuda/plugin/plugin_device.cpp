// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/plugin/plugin_device.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace phidelity::cuda {
namespace {

constexpr std::uint64_t kStagingBytes = std::uint64_t{16} << 20; ///< of each of two
constexpr std::uint64_t kSmallGranule = 512;       ///< how the driver deals out memory
constexpr std::uint64_t kLargeGranule = 2U << 20U; ///< from kLargeFrom on
constexpr std::uint64_t kLargeFrom = 1U << 20U;

/// Memory of the host that the device copies from or to by itself.
class Pinned {
public:
    Pinned() = default;
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
    ~Pinned() { cudaFreeHost(m_memory); }

    Result<std::byte*> atLeast(std::uint64_t bytes) {
        if (m_bytes < bytes) {
            cudaFreeHost(std::exchange(m_memory, nullptr));
            m_bytes = 0;
            PHIDELITY_CHECK(checked(cudaMallocHost(&m_memory, bytes), "cudaMallocHost"));
            m_bytes = bytes;
        }
        return static_cast<std::byte*>(m_memory);
    }

private:
    void* m_memory = nullptr;
    std::uint64_t m_bytes = 0;
};

/// A captured step.
class Graph final : public Replay {
public:
    explicit Graph(cudaGraphExec_t graph) : m_graph(graph) {}
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    ~Graph() override { cudaGraphExecDestroy(m_graph); }
    [[nodiscard]] cudaGraphExec_t get() const { return m_graph; }

private:
    cudaGraphExec_t m_graph;
};

class RuntimeDevice final : public CudaDevice {
public:
    RuntimeDevice(int index, DeviceInfo info) : m_index(index), m_info(std::move(info)) {}
    ~RuntimeDevice() override;

    Result<void> start();

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] std::uint64_t memoryFree() const override;
    [[nodiscard]] std::uint64_t allocationBytes(std::uint64_t bytes) const override {
        const std::uint64_t granule = bytes >= kLargeFrom ? kLargeGranule : kSmallGranule;
        return (bytes + granule - 1) / granule * granule;
    }
    Result<void*> allocate(std::uint64_t bytes) override;
    void release(void* memory) override;
    Result<void> upload(void* to, std::span<const std::byte> from) override;
    Result<void> download(std::span<std::byte> to, const void* from) override;
    Result<void> copy(void* to, const void* from, std::uint64_t bytes) override;
    Result<std::unique_ptr<Replay>> record(std::span<const Launch> launches) override;
    Result<void> run(const Replay& replay) override;
    Result<void> finish() override;
    Result<DeviceRates> measureRates() override;

private:
    struct Staging {
        Pinned memory;
        cudaEvent_t free = nullptr; ///< when its last copy has been made
    };

    Result<void> capture(std::span<const Launch> launches);
    /// Seconds between two events around what `work` puts on the main stream.
    template <class Work>
    Result<double> time(Work work);

    int m_index;
    DeviceInfo m_info;
    cudaStream_t m_main = nullptr;
    cudaStream_t m_side = nullptr;
    cudaEvent_t m_fork = nullptr;
    cudaEvent_t m_join = nullptr;
    std::array<Staging, 2> m_staging;
    std::uint32_t m_turn = 0;
    Pinned m_results;
};

RuntimeDevice::~RuntimeDevice() {
    cudaSetDevice(m_index);
    for (Staging& half : m_staging) {
        if (half.free != nullptr) {
            cudaEventDestroy(half.free);
        }
    }
    for (cudaEvent_t event : {m_fork, m_join}) {
        if (event != nullptr) {
            cudaEventDestroy(event);
        }
    }
    for (cudaStream_t stream : {m_side, m_main}) {
        if (stream != nullptr) {
            cudaStreamDestroy(stream);
        }
    }
}

Result<void> RuntimeDevice::start() {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    for (cudaStream_t* stream : {&m_main, &m_side}) {
        PHIDELITY_CHECK(
            checked(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking), "cudaStreamCreate"));
    }
    for (cudaEvent_t* event : {&m_fork, &m_join, &m_staging[0].free, &m_staging[1].free}) {
        PHIDELITY_CHECK(
            checked(cudaEventCreateWithFlags(event, cudaEventDisableTiming), "cudaEventCreate"));
    }
    return {};
}

std::uint64_t RuntimeDevice::memoryFree() const {
    std::size_t available = 0;
    std::size_t all = 0;
    cudaSetDevice(m_index);
    return cudaMemGetInfo(&available, &all) == cudaSuccess ? available : 0;
}

Result<void*> RuntimeDevice::allocate(std::uint64_t bytes) {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    void* memory = nullptr;
    PHIDELITY_CHECK(checked(cudaMalloc(&memory, bytes), "cudaMalloc"));
    if (auto cleared = checked(cudaMemsetAsync(memory, 0, bytes, m_main), "cudaMemset"); !cleared) {
        cudaFree(memory);
        return tl::unexpected<Error>(cleared.error());
    }
    return memory;
}

void RuntimeDevice::release(void* memory) {
    cudaSetDevice(m_index);
    cudaFree(memory);
}

Result<void> RuntimeDevice::upload(void* to, std::span<const std::byte> from) {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    for (std::size_t at = 0; at < from.size(); at += kStagingBytes) {
        const auto piece = from.subspan(at, std::min<std::size_t>(kStagingBytes, from.size() - at));
        Staging& half = m_staging[m_turn++ % m_staging.size()];
        PHIDELITY_CHECK(checked(cudaEventSynchronize(half.free), "cudaEventSynchronize"));
        PHIDELITY_TRY(std::byte * memory, half.memory.atLeast(piece.size()));
        std::memcpy(memory, piece.data(), piece.size());
        PHIDELITY_CHECK(checked(cudaMemcpyAsync(static_cast<std::byte*>(to) + at, memory,
                                                piece.size(), cudaMemcpyHostToDevice, m_main),
                                "cudaMemcpy to the device"));
        PHIDELITY_CHECK(checked(cudaEventRecord(half.free, m_main), "cudaEventRecord"));
    }
    return {};
}

Result<void> RuntimeDevice::download(std::span<std::byte> to, const void* from) {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    PHIDELITY_TRY(std::byte * memory, m_results.atLeast(to.size()));
    PHIDELITY_CHECK(
        checked(cudaMemcpyAsync(memory, from, to.size(), cudaMemcpyDeviceToHost, m_main),
                "cudaMemcpy from the device"));
    PHIDELITY_CHECK(finish());
    std::memcpy(to.data(), memory, to.size());
    return {};
}

Result<void> RuntimeDevice::copy(void* to, const void* from, std::uint64_t bytes) {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    return checked(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, m_main),
                   "cudaMemcpy on the device");
}

Result<void> RuntimeDevice::capture(std::span<const Launch> launches) {
    bool sideIsBusy = false;
    for (const Launch& launch : launches) {
        if (launch.lane == Lane::Side && !sideIsBusy) {
            PHIDELITY_CHECK(checked(cudaEventRecord(m_fork, m_main), "cudaEventRecord"));
            PHIDELITY_CHECK(checked(cudaStreamWaitEvent(m_side, m_fork, 0), "cudaStreamWaitEvent"));
            sideIsBusy = true;
        }
        if (launch.lane == Lane::Join && sideIsBusy) {
            PHIDELITY_CHECK(checked(cudaEventRecord(m_join, m_side), "cudaEventRecord"));
            PHIDELITY_CHECK(checked(cudaStreamWaitEvent(m_main, m_join, 0), "cudaStreamWaitEvent"));
            sideIsBusy = false;
        }
        PHIDELITY_CHECK(checked(launchOn(launch.lane == Lane::Side ? m_side : m_main, launch),
                                "launch of a kernel"));
    }
    return {};
}

Result<std::unique_ptr<Replay>> RuntimeDevice::record(std::span<const Launch> launches) {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    PHIDELITY_CHECK(checked(cudaStreamBeginCapture(m_main, cudaStreamCaptureModeThreadLocal),
                            "cudaStreamBeginCapture"));
    const Result<void> captured = capture(launches);
    cudaGraph_t graph = nullptr;
    const Result<void> ended =
        checked(cudaStreamEndCapture(m_main, &graph), "cudaStreamEndCapture");
    PHIDELITY_CHECK(Result<void>(captured));
    PHIDELITY_CHECK(Result<void>(ended));
    cudaGraphExec_t executable = nullptr;
    const Result<void> made =
        checked(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    cudaGraphDestroy(graph);
    PHIDELITY_CHECK(Result<void>(made));
    return std::make_unique<Graph>(executable);
}

Result<void> RuntimeDevice::run(const Replay& replay) {
    PHIDELITY_CHECK(checked(cudaSetDevice(m_index), "cudaSetDevice"));
    return checked(cudaGraphLaunch(static_cast<const Graph&>(replay).get(), m_main),
                   "cudaGraphLaunch");
}

Result<void> RuntimeDevice::finish() {
    return checked(cudaStreamSynchronize(m_main), "cudaStreamSynchronize");
}

template <class Work>
Result<double> RuntimeDevice::time(Work work) {
    std::array<cudaEvent_t, 2> events{};
    for (cudaEvent_t& event : events) {
        PHIDELITY_CHECK(checked(cudaEventCreate(&event), "cudaEventCreate"));
    }
    const auto measure = [&]() -> Result<double> {
        PHIDELITY_CHECK(checked(cudaEventRecord(events[0], m_main), "cudaEventRecord"));
        PHIDELITY_CHECK(work());
        PHIDELITY_CHECK(checked(cudaEventRecord(events[1], m_main), "cudaEventRecord"));
        PHIDELITY_CHECK(finish());
        float milliseconds = 0;
        PHIDELITY_CHECK(checked(cudaEventElapsedTime(&milliseconds, events[0], events[1]),
                                "cudaEventElapsedTime"));
        return double{milliseconds} / 1000;
    };
    auto seconds = measure();
    for (cudaEvent_t event : events) {
        cudaEventDestroy(event);
    }
    return seconds;
}

Result<DeviceRates> RuntimeDevice::measureRates() {
    constexpr int kRounds = 5;
    const std::uint64_t bytes =
        std::min<std::uint64_t>(std::uint64_t{1} << 30, memoryFree() / 4) / 256 * 256;
    PHIDELITY_TRY(void* from, allocate(bytes));
    auto to = allocate(bytes);
    const auto measure = [&]() -> Result<DeviceRates> {
        DeviceRates rates;
        for (int round = 0; round < kRounds; ++round) {
            PHIDELITY_TRY(const double copied, time([&] { return copy(*to, from, bytes); }));
            rates.bytesPerSecond =
                std::max(rates.bytesPerSecond, 2 * static_cast<double>(bytes) / copied);
            constexpr std::uint32_t kBlocks = 2048;
            constexpr std::uint32_t kTiles = 4096;
            std::uint64_t products = 0;
            PHIDELITY_TRY(const double multiplied, time([&] {
                              products =
                                  launchRate(m_main, kBlocks, kTiles, static_cast<float*>(from));
                              return checked(cudaGetLastError(), "launch of a kernel");
                          }));
            rates.multiplyAddsPerSecond =
                std::max(rates.multiplyAddsPerSecond, static_cast<double>(products) / multiplied);
        }
        rates.arithmetic = "F16 matrix cores";
        return rates;
    };
    Result<DeviceRates> rates =
        to ? measure() : Result<DeviceRates>(tl::unexpected<Error>(to.error()));
    if (to) {
        release(*to);
    }
    release(from);
    return rates;
}

} // namespace

Result<void> checked(cudaError_t status, const char* call) {
    if (status == cudaSuccess) {
        return {};
    }
    cudaGetLastError(); // told once
    const bool isMemory = status == cudaErrorMemoryAllocation;
    return fail(isMemory ? ErrorCode::OutOfMemory : ErrorCode::DeviceLost,
                std::string(call) + ": " + cudaGetErrorName(status) + ", " +
                    cudaGetErrorString(status));
}

Result<std::unique_ptr<CudaDevice>> openDevice(int index, DeviceInfo info) {
    auto device = std::make_unique<RuntimeDevice>(index, std::move(info));
    PHIDELITY_CHECK(device->start());
    return device;
}

} // namespace phidelity::cuda
