// SPDX-License-Identifier: MIT
#include "memory_meter.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::ptrdiff_t> g_used{0};
std::atomic<std::ptrdiff_t> g_base{0};
std::atomic<std::ptrdiff_t> g_peak{0};

void* counted(void* memory) {
    if (memory != nullptr) {
        const auto size = static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
        const std::ptrdiff_t now = g_used.fetch_add(size) + size;
        std::ptrdiff_t peak = g_peak.load();
        while (now > peak && !g_peak.compare_exchange_weak(peak, now)) {
        }
    }
    return memory;
}

void released(void* memory) {
    if (memory != nullptr) {
        g_used.fetch_sub(static_cast<std::ptrdiff_t>(malloc_usable_size(memory)));
        std::free(memory);
    }
}

void* orThrow(void* memory) {
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void* aligned(std::size_t size, std::align_val_t alignment) {
    const auto unit = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}

} // namespace

void* operator new(std::size_t size) {
    return orThrow(counted(std::malloc(size)));
}
void* operator new[](std::size_t size) {
    return orThrow(counted(std::malloc(size)));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted(std::malloc(size));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return orThrow(aligned(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return aligned(size, alignment);
}
void operator delete(void* memory) noexcept {
    released(memory);
}
void operator delete[](void* memory) noexcept {
    released(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    released(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    released(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    released(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    released(memory);
}

namespace phidelity::test {

std::size_t peakBytes() {
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, g_peak - g_base));
}

void resetPeak() {
    g_base = g_used.load();
    g_peak = g_used.load();
}

} // namespace phidelity::test
