// SPDX-License-Identifier: MIT
#include "driver_shim.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <tuple>
#include <type_traits>

// Every device function that the backend calls.
#define PHIDELITY_DEVICE_FUNCTIONS(X)                                                              \
    X(vkAllocateCommandBuffers)                                                                    \
    X(vkAllocateDescriptorSets)                                                                    \
    X(vkAllocateMemory)                                                                            \
    X(vkBeginCommandBuffer)                                                                        \
    X(vkBindBufferMemory)                                                                          \
    X(vkCmdBindDescriptorSets)                                                                     \
    X(vkCmdBindPipeline)                                                                           \
    X(vkCmdCopyBuffer)                                                                             \
    X(vkCmdDispatch)                                                                               \
    X(vkCmdFillBuffer)                                                                             \
    X(vkCmdPipelineBarrier)                                                                        \
    X(vkCmdPushConstants)                                                                          \
    X(vkCreateBuffer)                                                                              \
    X(vkCreateBufferView)                                                                          \
    X(vkCreateCommandPool)                                                                         \
    X(vkCreateComputePipelines)                                                                    \
    X(vkCreateDescriptorPool)                                                                      \
    X(vkCreateDescriptorSetLayout)                                                                 \
    X(vkCreateFence)                                                                               \
    X(vkCreatePipelineCache)                                                                       \
    X(vkCreatePipelineLayout)                                                                      \
    X(vkCreateShaderModule)                                                                        \
    X(vkDestroyBuffer)                                                                             \
    X(vkDestroyBufferView)                                                                         \
    X(vkDestroyCommandPool)                                                                        \
    X(vkDestroyDescriptorPool)                                                                     \
    X(vkDestroyDescriptorSetLayout)                                                                \
    X(vkDestroyDevice)                                                                             \
    X(vkDestroyFence)                                                                              \
    X(vkDestroyPipeline)                                                                           \
    X(vkDestroyPipelineCache)                                                                      \
    X(vkDestroyPipelineLayout)                                                                     \
    X(vkDestroyShaderModule)                                                                       \
    X(vkDeviceWaitIdle)                                                                            \
    X(vkEndCommandBuffer)                                                                          \
    X(vkFreeCommandBuffers)                                                                        \
    X(vkFreeMemory)                                                                                \
    X(vkGetBufferMemoryRequirements)                                                               \
    X(vkGetDeviceQueue)                                                                            \
    X(vkGetPipelineCacheData)                                                                      \
    X(vkMapMemory)                                                                                 \
    X(vkQueueSubmit)                                                                               \
    X(vkResetFences)                                                                               \
    X(vkUpdateDescriptorSets)                                                                      \
    X(vkWaitForFences)

namespace phidelity::test {
namespace {

constexpr std::chrono::milliseconds kOnTheWay(100);
constexpr std::chrono::milliseconds kLongWait(3);

struct KnownFunction {
    std::string_view name;
    bool canFail = false;
};

template <class Pointer>
constexpr bool kReturnsResult = false;
template <class... Arguments>
constexpr bool kReturnsResult<VkResult(VKAPI_PTR*)(Arguments...)> = true;

constexpr KnownFunction kKnown[] = {
#define PHIDELITY_KNOWN(function) {#function, kReturnsResult<PFN_##function>},
    PHIDELITY_DEVICE_FUNCTIONS(PHIDELITY_KNOWN)
#undef PHIDELITY_KNOWN
};

const KnownFunction* find(std::string_view function) {
    const auto found = std::ranges::find(kKnown, function, &KnownFunction::name);
    return found == std::end(kKnown) ? nullptr : &*found;
}

/// "Buffer" of vkCreateBuffer and vkDestroyBuffer, "Memory" of vkAllocateMemory and vkFreeMemory;
/// empty for all others. Command buffers and descriptor sets go with their pools.
std::string_view kindOf(std::string_view function, std::string_view verb) {
    return function.starts_with(verb) ? function.substr(verb.size()) : std::string_view();
}

std::string_view madeKind(std::string_view function) {
    if (function == "vkAllocateMemory") {
        return "Memory";
    }
    // One pipeline a call is all that the backend asks for.
    return function == "vkCreateComputePipelines" ? "Pipeline" : kindOf(function, "vkCreate");
}

std::string_view destroyedKind(std::string_view function) {
    return function == "vkFreeMemory" ? "Memory" : kindOf(function, "vkDestroy");
}

/// `void main() {}` as SPIR-V 1.0: capability, memory model, entry point with a workgroup of one,
/// type and body.
constexpr std::uint32_t kHollow[] = {
    0x07230203, 0x00010000, 0,          5,          0,    // header, ids below 5
    0x00020011, 1,                                        // OpCapability Shader
    0x0003000E, 0,          1,                            // OpMemoryModel Logical GLSL450
    0x0005000F, 5,          1,          0x6E69616D, 0,    // OpEntryPoint GLCompute %1 "main"
    0x00060010, 1,          17,         1,          1, 1, // OpExecutionMode %1 LocalSize 1 1 1
    0x00020013, 2,                                        // %2 = OpTypeVoid
    0x00030021, 3,          2,                            // %3 = OpTypeFunction %2
    0x00050036, 2,          1,          0,          3,    // %1 = OpFunction %2 None %3
    0x000200F8, 4,          0x000100FD, 0x00010038};      // OpLabel, OpReturn, OpFunctionEnd

/// Changes what a call is given.
template <class... Arguments>
void adjust(Arguments&...) {}
void adjust(VkDevice&, const VkShaderModuleCreateInfo*& info, const VkAllocationCallbacks*&,
            VkShaderModule*&) {
    static VkShaderModuleCreateInfo hollow;
    hollow = *info;
    hollow.codeSize = sizeof kHollow;
    hollow.pCode = kHollow;
    if (DriverShim::get().isHollow()) {
        info = &hollow;
    }
}

/// Sees what a call has done.
template <class... Arguments>
void observe(const Arguments&...) {}
void observe(const VkDevice&, const VkMemoryAllocateInfo* const& info,
             const VkAllocationCallbacks* const&, VkDeviceMemory* const& memory) {
    DriverShim::get().allocated(*memory, info->allocationSize);
}
void observe(const VkDevice&, const VkDeviceMemory& memory, const VkDeviceSize&,
             const VkDeviceSize&, const VkMemoryMapFlags&, void** const& data) {
    DriverShim::get().mapped(memory, *data);
}

/// Stands in the table for one function.
template <auto Member>
struct Hook;

template <class Returned, class... Arguments,
          Returned (VKAPI_PTR* VolkDeviceTable::*Member)(Arguments...)>
struct Hook<Member> {
    static inline Returned(VKAPI_PTR* original)(Arguments...) = nullptr;
    static inline std::string_view name;

    static VKAPI_ATTR Returned VKAPI_CALL call(Arguments... arguments) {
        DriverShim& shim = DriverShim::get();
        const std::optional<VkResult> instead = shim.enter(name);
        if constexpr (std::is_same_v<Returned, VkResult>) {
            if (instead) {
                return *instead;
            }
            adjust(arguments...);
            const VkResult result = through(arguments...);
            if (result == VK_SUCCESS) {
                shim.made(name);
                observe(arguments...);
            }
            return result;
        } else {
            if (instead) {
                return;
            }
            if (isObject(arguments...)) {
                shim.destroyed(name);
            }
            original(arguments...);
        }
    }

    static Returned through(Arguments... arguments) {
        const bool usesQueue = name == "vkQueueSubmit" || name == "vkDeviceWaitIdle";
        if (usesQueue) {
            DriverShim::get().enterQueue(name);
        }
        const Returned returned = original(arguments...);
        if (usesQueue) {
            DriverShim::get().leaveQueue(name);
        }
        return returned;
    }

    /// Destroying nothing is allowed: the object is the second argument, of a device the first.
    template <class First, class Second, class... Rest>
    static bool isObject(First, Second second, Rest...) {
        return sizeof...(Rest) == 0 || second != Second{};
    }
    template <class Only>
    static bool isObject(Only) {
        return true;
    }
};

template <auto Member>
void place(VolkDeviceTable& table, std::string_view name) {
    Hook<Member>::original = table.*Member;
    Hook<Member>::name = name;
    table.*Member = &Hook<Member>::call;
}

bool isDestruction(std::string_view function) {
    return function.starts_with("vkDestroy") || function.starts_with("vkFree");
}

} // namespace

DriverShim& DriverShim::get() {
    static DriverShim shim;
    return shim;
}

void DriverShim::reset() {
    const std::lock_guard lock(m_mutex);
    m_faults.clear();
    m_calls.clear();
    m_objects.clear();
    m_violations.clear();
    m_struck = 0;
    m_state = State::Alive;
    m_shaders = Shaders::Real;
    m_memory.clear();
    m_usersOfQueue = 0;
    m_waitsForLost = false;
}

void DriverShim::setShaders(Shaders shaders) {
    const std::lock_guard lock(m_mutex);
    m_shaders = shaders;
}

void DriverShim::add(const Fault& fault) {
    const std::lock_guard lock(m_mutex);
    m_faults.push_back(fault);
}

void DriverShim::failNext(const std::string& function, VkResult result, Strikes strikes) {
    const std::lock_guard lock(m_mutex);
    m_faults.push_back({function, m_calls[function] + 1, result, strikes});
}

void DriverShim::heal() {
    const std::lock_guard lock(m_mutex);
    m_faults.clear();
}

void DriverShim::intercept(VolkDeviceTable& table) {
#define PHIDELITY_PLACE(function) place<&VolkDeviceTable::function>(table, #function);
    PHIDELITY_DEVICE_FUNCTIONS(PHIDELITY_PLACE)
#undef PHIDELITY_PLACE
    const std::lock_guard lock(m_mutex);
    m_state = State::Alive;
    ++m_objects["Device"];
}

std::map<std::string, std::uint64_t> DriverShim::calls() const {
    const std::lock_guard lock(m_mutex);
    return m_calls;
}

std::uint64_t DriverShim::struck() const {
    const std::lock_guard lock(m_mutex);
    return m_struck;
}

std::vector<std::string> DriverShim::violations() const {
    const std::lock_guard lock(m_mutex);
    return m_violations;
}

std::vector<std::string> DriverShim::leftBehind() const {
    const std::lock_guard lock(m_mutex);
    std::vector<std::string> kinds;
    for (const auto& [kind, count] : m_objects) {
        if (count != 0) {
            kinds.push_back(std::to_string(count) + " x " + kind);
        }
    }
    return kinds;
}

bool DriverShim::knows(std::string_view function) {
    return find(function) != nullptr;
}

bool DriverShim::canFail(std::string_view function) {
    const KnownFunction* known = find(function);
    return known != nullptr && known->canFail;
}

std::optional<VkResult> DriverShim::enter(std::string_view function) {
    const std::lock_guard lock(m_mutex);
    const std::uint64_t call = ++m_calls[std::string(function)];
    const bool mayFollowLoss = isDestruction(function) || function == "vkDeviceWaitIdle";
    // Another thread may be on its way into the driver at that moment.
    const bool knowsOfIt = std::this_thread::get_id() == m_sawIt ||
                           std::chrono::steady_clock::now() - m_sawItAt > kOnTheWay;
    if (knowsOfIt && (m_state == State::Stuck || (m_state == State::Lost && !mayFollowLoss))) {
        m_violations.emplace_back(function);
    }
    if (m_waitsForLost && isDestruction(function)) {
        m_violations.push_back("while what runs is waited for: " + std::string(function));
    }
    for (const Fault& fault : m_faults) {
        const bool strikes =
            fault.strikes == Strikes::Once ? call == fault.call : call >= fault.call;
        if (fault.function == function && strikes) {
            ++m_struck;
            m_sawIt = std::this_thread::get_id();
            m_sawItAt = std::chrono::steady_clock::now();
            if (fault.result == VK_ERROR_DEVICE_LOST) {
                m_state = State::Lost;
            } else if (fault.result == VK_TIMEOUT) {
                m_state = State::Stuck;
            }
            return fault.result;
        }
    }
    return std::nullopt;
}

void DriverShim::enterQueue(std::string_view function) {
    bool isLost = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_usersOfQueue++ > 0) {
            m_violations.push_back("two threads at the queue: " + std::string(function));
        }
        isLost = m_state == State::Lost && function == "vkDeviceWaitIdle";
        m_waitsForLost = m_waitsForLost || isLost;
    }
    if (isLost) { // long enough that others would meet it
        std::this_thread::sleep_for(kLongWait);
    }
}

void DriverShim::leaveQueue(std::string_view function) {
    const std::lock_guard lock(m_mutex);
    --m_usersOfQueue;
    m_waitsForLost = m_waitsForLost && function != "vkDeviceWaitIdle";
}

void DriverShim::made(std::string_view function) {
    const std::string_view kind = madeKind(function);
    const std::lock_guard lock(m_mutex);
    if (!kind.empty()) {
        ++m_objects[std::string(kind)];
    }
}

void DriverShim::destroyed(std::string_view function) {
    const std::string_view kind = destroyedKind(function);
    const std::lock_guard lock(m_mutex);
    if (!kind.empty()) {
        --m_objects[std::string(kind)];
    }
}

bool DriverShim::isHollow() const {
    const std::lock_guard lock(m_mutex);
    return m_shaders == Shaders::Hollow;
}

void DriverShim::allocated(VkDeviceMemory memory, std::uint64_t bytes) {
    const std::lock_guard lock(m_mutex);
    m_memory[memory] = bytes;
}

/// Where shaders write nothing, what was there before is read.
void DriverShim::mapped(VkDeviceMemory memory, void* at) {
    if (isHollow()) {
        const std::lock_guard lock(m_mutex);
        std::memset(at, 0, m_memory[memory]);
    }
}

} // namespace phidelity::test
