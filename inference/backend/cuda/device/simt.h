// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cuda/device/words.h"

/// What a kernel may use of the machine that it runs on. Kernels are plain C++ over these few
/// functions, so that the same text runs on a GPU (compiled by nvcc) and, thread by thread, in the
/// tests of machines that have none (tests/inference/backend/cuda/simt_machine.h stands in then).
#ifdef __CUDACC__

#include <cuda_fp16.h>

#define PHIDELITY_DEVICE __device__ __forceinline__
#define PHIDELITY_UNROLL _Pragma("unroll")

namespace phidelity::cuda {

/// Of this thread in its block, of the block in its grid, of blocks along x.
PHIDELITY_DEVICE std::uint32_t threadIndex() {
    return threadIdx.x;
}
PHIDELITY_DEVICE std::uint32_t blockIndexX() {
    return blockIdx.x;
}
PHIDELITY_DEVICE std::uint32_t blockIndexY() {
    return blockIdx.y;
}
/// The block's shared memory, as much as its launch asked for; 16-byte aligned.
PHIDELITY_DEVICE std::byte* sharedMemory() {
    extern __shared__ uint4 phidelityShared[]; // of this name and type in every kernel
    return reinterpret_cast<std::byte*>(phidelityShared);
}
/// All threads of the block are here, and see what the others wrote.
PHIDELITY_DEVICE void syncBlock() {
    __syncthreads();
}
/// All lanes of the warp are here, and see what the others wrote.
PHIDELITY_DEVICE void syncWarp() {
    __syncwarp();
}
/// The value of lane (this ^ mask). All 32 lanes call it together.
PHIDELITY_DEVICE float shuffleXor(float value, std::uint32_t mask) {
    return __shfl_xor_sync(0xFFFFFFFFU, value, static_cast<int>(mask));
}
/// Adds 1 and returns what was there.
PHIDELITY_DEVICE std::uint32_t countUp(std::uint32_t* counter) {
    return atomicAdd(counter, 1U);
}
/// What this thread wrote so far is there for other blocks before what it writes next.
PHIDELITY_DEVICE void publish() {
    __threadfence();
}
/// Read once and never again: past the caches.
PHIDELITY_DEVICE Word loadOnce(const Word* from) {
    const uint4 word = __ldcs(reinterpret_cast<const uint4*>(from));
    return {word.x, word.y, word.z, word.w};
}
/// Written by another block of the same launch.
PHIDELITY_DEVICE float loadPublished(const float* from) {
    return __ldcg(from);
}
PHIDELITY_DEVICE float halfBitsToFloat(std::uint32_t bits) {
    return __half2float(__ushort_as_half(static_cast<unsigned short>(bits)));
}
/// To the nearest, ties to even.
PHIDELITY_DEVICE std::uint32_t floatToHalfBits(float value) {
    return __half_as_ushort(__float2half_rn(value));
}
PHIDELITY_DEVICE float bitsToFloat(std::uint32_t bits) {
    return __uint_as_float(bits);
}
/// D += A B of one warp: A (16, 16) and B (16, 8) of halves, D (16, 8) of floats, in the fragments
/// of mma.m16n8k16 (PTX ISA, section "Matrix Fragments for mma.m16n8k16 with floating point type").
PHIDELITY_DEVICE void multiplyTile(float (&d)[4], const std::uint32_t (&a)[4],
                                   const std::uint32_t (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
                 "{%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

} // namespace phidelity::cuda

#else
#include "simt_machine.h"
#endif
