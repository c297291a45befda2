// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/aligned_buffer.h"

#include <cstdlib>
#include <cstring>

#if defined(__unix__)
#include <sys/mman.h>
#endif

namespace phidelity::kernels {
namespace {

constexpr std::size_t kMapFrom = std::size_t{2} << 20;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t roundUp(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

} // namespace

AlignedBuffer::~AlignedBuffer() {
#if defined(__unix__)
    if (m_bytes >= kMapFrom) {
        munmap(m_data, roundUp(m_bytes, kHugePage));
        return;
    }
#endif
    std::free(m_data);
}

bool AlignedBuffer::allocate(std::size_t bytes) {
    *this = AlignedBuffer();
    if (bytes == 0) {
        return true;
    }
#if defined(__unix__)
    if (bytes >= kMapFrom) {
        if (bytes > static_cast<std::size_t>(-1) / 2) {
            return false;
        }
        // A huge page more, for a beginning where one begins; what is not needed goes back.
        const std::size_t size = roundUp(bytes, kHugePage);
        void* memory = mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            return false;
        }
        auto* begin = static_cast<std::byte*>(memory);
        const std::size_t before = roundUp(reinterpret_cast<std::size_t>(begin), kHugePage) -
                                   reinterpret_cast<std::size_t>(begin);
        if (before > 0) {
            munmap(begin, before);
        }
        munmap(begin + before + size, kHugePage - before);
        m_data = begin + before;
#if defined(MADV_HUGEPAGE)
        madvise(m_data, size, MADV_HUGEPAGE);
#endif
        m_bytes = bytes;
        return true;
    }
#endif
    m_data = static_cast<std::byte*>(std::aligned_alloc(64, roundUp(bytes, 64)));
    if (m_data == nullptr) {
        return false;
    }
    std::memset(m_data, 0, bytes);
    m_bytes = bytes;
    return true;
}

} // namespace phidelity::kernels
