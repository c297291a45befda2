// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "inference/backend/vulkan/vulkan_device.h"

namespace phidelity::test {

/// How often a fault strikes.
enum class Strikes { Once, FromThenOn };

/// What shaders do.
enum class Shaders {
    Real,
    Hollow, ///< nothing: pipelines then take no time, and logits are zero
};

/// One call of a device function that does not reach the driver. Functions without a result are
/// left out instead; a result of VK_SUCCESS leaves a call out and says that all went well.
struct Fault {
    std::string function;
    std::uint64_t call = 1; ///< counted from 1
    VkResult result = VK_ERROR_DEVICE_LOST;
    Strikes strikes = Strikes::Once;
};

/// Stands between the backend and the driver: counts the calls of every device function, lets the
/// chosen ones fail, and notes what must not happen: a device used after it was lost, anything
/// destroyed while a submission that never ended may still use it or while a lost device is waited
/// for, two threads at the queue, objects left behind. Device
/// functions know no caller, so there is one in a process; it takes calls from any thread.
class DriverShim {
public:
    static DriverShim& get();

    /// Forgets faults, counts and notes. Not while a device of this shim is alive.
    void reset();
    void setShaders(Shaders shaders);
    void add(const Fault& fault);
    /// The next call of a function from now on fails.
    void failNext(const std::string& function, VkResult result, Strikes strikes = Strikes::Once);
    /// No more faults.
    void heal();
    /// For DeviceOptions::intercept: the shim sees all calls of that device.
    void intercept(VolkDeviceTable& table);

    /// Calls so far of every function that was called.
    [[nodiscard]] std::map<std::string, std::uint64_t> calls() const;
    /// Faults that have struck.
    [[nodiscard]] std::uint64_t struck() const;
    /// Calls that must not be made once a device is lost or stuck.
    [[nodiscard]] std::vector<std::string> violations() const;
    /// Kinds of objects that were made more often than destroyed.
    [[nodiscard]] std::vector<std::string> leftBehind() const;

    /// Whether the shim knows a device function: tests compare it with what the backend calls.
    [[nodiscard]] static bool knows(std::string_view function);
    /// Whether it can fail: it returns a VkResult.
    [[nodiscard]] static bool canFail(std::string_view function);

    // For the hooks alone.
    std::optional<VkResult> enter(std::string_view function);
    void enterQueue(std::string_view function);
    void leaveQueue(std::string_view function);
    void made(std::string_view function);
    void destroyed(std::string_view function);
    [[nodiscard]] bool isHollow() const;
    void allocated(VkDeviceMemory memory, std::uint64_t bytes);
    void mapped(VkDeviceMemory memory, void* at);

private:
    enum class State { Alive, Lost, Stuck };

    mutable std::mutex m_mutex;
    std::vector<Fault> m_faults;
    std::map<std::string, std::uint64_t> m_calls;
    std::map<std::string, std::int64_t> m_objects; ///< made minus destroyed, by kind
    std::vector<std::string> m_violations;
    std::uint64_t m_struck = 0;
    int m_usersOfQueue = 0;
    bool m_waitsForLost = false; ///< a thread waits for what a lost device still runs
    State m_state = State::Alive;
    std::thread::id m_sawIt; ///< the thread that a fault struck last, and when
    std::chrono::steady_clock::time_point m_sawItAt;
    Shaders m_shaders = Shaders::Real;
    std::map<VkDeviceMemory, std::uint64_t> m_memory; ///< bytes of each allocation
};

} // namespace phidelity::test
