// SPDX-License-Identifier: MIT
#include "emulated_device.h"

#include <cstring>
#include <map>
#include <new>
#include <string>

#include "inference/backend/cuda/device/kernels.h"

namespace phidelity::cuda {
namespace {

class EmulatedReplay final : public Replay {
public:
    explicit EmulatedReplay(std::span<const Launch> launches)
        : m_launches(launches.begin(), launches.end()) {}
    [[nodiscard]] const std::vector<Launch>& launches() const { return m_launches; }

private:
    std::vector<Launch> m_launches;
};

class EmulatedDevice final : public CudaDevice {
public:
    EmulatedDevice(BlockOrder order, EmulatedCounts* counts, EmulatedFaults* faults)
        : m_order(order), m_counts(counts != nullptr ? counts : &m_ownCounts),
          m_faults(faults != nullptr ? faults : &m_ownFaults) {
        m_info.id = "cuda:emulated";
        m_info.name = "SIMT machine";
        m_info.memory = m_faults->memory;
        m_info.kind = DeviceKind::Software;
    }
    ~EmulatedDevice() override {
        for (const auto& [memory, bytes] : m_blocks) {
            ::operator delete(memory, kAlignment);
        }
    }

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] std::uint64_t memoryFree() const override {
        return m_faults->memory - m_counts->allocated;
    }
    [[nodiscard]] std::uint64_t allocationBytes(std::uint64_t bytes) const override {
        return (bytes + 255) / 256 * 256;
    }
    Result<void*> allocate(std::uint64_t bytes) override {
        const std::uint64_t taken = allocationBytes(bytes);
        if (taken > memoryFree()) {
            return fail(ErrorCode::OutOfMemory, "device: expected " + std::to_string(taken) +
                                                    " bytes, found " +
                                                    std::to_string(memoryFree()));
        }
        void* memory = ::operator new(taken, kAlignment);
        std::memset(memory, 0, taken);
        m_blocks.emplace(memory, taken);
        m_counts->allocated += taken;
        return memory;
    }
    void release(void* memory) override {
        const auto block = m_blocks.find(memory);
        m_counts->allocated -= block->second;
        ::operator delete(memory, kAlignment);
        m_blocks.erase(block);
    }
    Result<void> upload(void* to, std::span<const std::byte> from) override {
        std::memcpy(to, from.data(), from.size());
        return {};
    }
    Result<void> download(std::span<std::byte> to, const void* from) override {
        std::memcpy(to.data(), from, to.size());
        return {};
    }
    Result<void> copy(void* to, const void* from, std::uint64_t bytes) override {
        std::memcpy(to, from, bytes);
        return {};
    }
    Result<std::unique_ptr<Replay>> record(std::span<const Launch> launches) override {
        ++m_counts->records;
        return std::make_unique<EmulatedReplay>(launches);
    }
    Result<void> run(const Replay& replay) override {
        if (m_faults->runsUntilLost == 0) {
            return fail(ErrorCode::DeviceLost, "device: it stopped answering");
        }
        m_faults->runsUntilLost -= m_faults->runsUntilLost > 0 ? 1 : 0;
        for (const Launch& launch : static_cast<const EmulatedReplay&>(replay).launches()) {
            ++m_counts->launches;
            withKernel(launch, [&]<class Kernel>(const auto& table) {
                runGrid(launch.blocksX, launch.blocksY, kThreads, Kernel::kSharedBytes, m_order,
                        [&table] { Kernel::run(table); });
            });
        }
        return {};
    }
    Result<void> finish() override { return {}; }
    Result<DeviceRates> measureRates() override {
        return fail(ErrorCode::Unsupported, "cuda:emulated: its limits cannot be measured");
    }

private:
    static constexpr std::align_val_t kAlignment{256};

    BlockOrder m_order;
    EmulatedCounts m_ownCounts;
    EmulatedFaults m_ownFaults;
    EmulatedCounts* m_counts;
    EmulatedFaults* m_faults;
    DeviceInfo m_info;
    std::map<void*, std::uint64_t> m_blocks;
};

} // namespace

std::unique_ptr<CudaDevice> createEmulatedDevice(BlockOrder order, EmulatedCounts* counts,
                                                 EmulatedFaults* faults) {
    return std::make_unique<EmulatedDevice>(order, counts, faults);
}

} // namespace phidelity::cuda
