// SPDX-License-Identifier: MIT
#include "simt_machine.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <setjmp.h>
#include <ucontext.h>

#include "inference/backend/cuda/device/blocks.h"

namespace phidelity::cuda {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} << 10;
constexpr std::byte kUnwritten{0xFF}; ///< floats of it are NaN

/// What a thread waits for.
enum class Waits : std::uint8_t { ForNothing, ForBlock, ForWarp, Ended };

struct Thread {
    ucontext_t start{}; ///< of its stack, to enter it once
    jmp_buf place{};    ///< where it goes on: swapcontext would ask the kernel each time
    bool entered = false;
    std::unique_ptr<std::byte[]> stack;
    Waits waits = Waits::ForNothing;
};

/// The block that runs, and what its warps exchange.
struct Block {
    std::vector<Thread> threads;
    std::vector<std::byte> shared;
    std::vector<float> floats; ///< one a thread
    std::vector<float> tiles;  ///< kNumbersOfTiles a warp
    jmp_buf scheduler{};
    std::uint32_t current = 0;
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    const std::function<void()>* kernel = nullptr;
};
constexpr std::size_t kTileDepth = 16;
constexpr std::size_t kNumbersOfTiles = (16 + 8) * kTileDepth; ///< of A and B

Block* running = nullptr;

[[noreturn]] void complain(const char* what) {
    std::fprintf(stderr, "SIMT machine: %s\n", what);
    std::abort();
}

void leave() {
    Thread& thread = running->threads[running->current];
    if (_setjmp(thread.place) == 0) {
        _longjmp(running->scheduler, 1);
    }
}

void enter() {
    (*running->kernel)();
    running->threads[running->current].waits = Waits::Ended;
    leave();
}

void wait(Waits what) {
    running->threads[running->current].waits = what;
    leave();
}

/// Lets a thread run until it waits or has ended.
void goOn(Block& block, std::uint32_t index) {
    Thread& thread = block.threads[index];
    block.current = index;
    if (_setjmp(block.scheduler) != 0) {
        return;
    }
    if (!thread.entered) {
        thread.entered = true;
        setcontext(&thread.start);
    }
    _longjmp(thread.place, 1);
}

/// Lets every thread that can go on do so, until all have ended.
void runBlock(Block& block) {
    const auto count = static_cast<std::uint32_t>(block.threads.size());
    for (;;) {
        std::uint32_t ended = 0;
        std::uint32_t atBlock = 0;
        bool anyRan = false;
        for (std::uint32_t first = 0; first < count; first += kWarp) {
            const std::uint32_t end = std::min(first + kWarp, count);
            const auto allWait = [&](Waits what) {
                return std::all_of(block.threads.begin() + first, block.threads.begin() + end,
                                   [what](const Thread& one) { return one.waits == what; });
            };
            if (allWait(Waits::ForWarp)) {
                std::for_each(block.threads.begin() + first, block.threads.begin() + end,
                              [](Thread& one) { one.waits = Waits::ForNothing; });
            }
            for (std::uint32_t index = first; index < end; ++index) {
                Thread& thread = block.threads[index];
                if (thread.waits == Waits::ForNothing) {
                    goOn(block, index);
                    anyRan = true;
                }
                ended += thread.waits == Waits::Ended ? 1 : 0;
                atBlock += thread.waits == Waits::ForBlock ? 1 : 0;
            }
        }
        if (ended == count) {
            return;
        }
        if (atBlock == count) {
            for (Thread& thread : block.threads) {
                thread.waits = Waits::ForNothing;
            }
        } else if (!anyRan) {
            complain("some threads of a block wait for others that never come");
        }
    }
}

} // namespace

void runGrid(std::uint32_t blocksX, std::uint32_t blocksY, std::uint32_t threads,
             std::size_t sharedBytes, BlockOrder order, const std::function<void()>& kernel) {
    // Kept: stacks are many.
    static Block block;
    running = &block;
    block.kernel = &kernel;
    while (block.threads.size() < threads) {
        block.threads.emplace_back().stack = std::make_unique<std::byte[]>(kStackBytes);
    }
    block.threads.resize(threads);
    block.floats.resize(threads);
    block.tiles.resize(threads / kWarp * kNumbersOfTiles);
    const std::uint64_t blocks = std::uint64_t{blocksX} * blocksY;
    for (std::uint64_t index = 0; index < blocks; ++index) {
        const std::uint64_t at = order == BlockOrder::Forward ? index : blocks - 1 - index;
        block.x = static_cast<std::uint32_t>(at % blocksX);
        block.y = static_cast<std::uint32_t>(at / blocksX);
        block.shared.assign(sharedBytes + sizeof(Word), kUnwritten);
        for (Thread& thread : block.threads) {
            getcontext(&thread.start);
            thread.start.uc_stack.ss_sp = thread.stack.get();
            thread.start.uc_stack.ss_size = kStackBytes;
            thread.start.uc_link = nullptr;
            makecontext(&thread.start, enter, 0);
            thread.entered = false;
            thread.waits = Waits::ForNothing;
        }
        runBlock(block);
    }
}

std::uint32_t threadIndex() {
    return running->current;
}

std::uint32_t blockIndexX() {
    return running->x;
}

std::uint32_t blockIndexY() {
    return running->y;
}

std::byte* sharedMemory() {
    const auto start = reinterpret_cast<std::uintptr_t>(running->shared.data());
    return running->shared.data() + (sizeof(Word) - start % sizeof(Word)) % sizeof(Word);
}

void syncBlock() {
    wait(Waits::ForBlock);
}

void syncWarp() {
    wait(Waits::ForWarp);
}

float shuffleXor(float value, std::uint32_t mask) {
    const std::uint32_t own = running->current;
    running->floats[own] = value;
    syncWarp();
    const float other = running->floats[own ^ mask];
    syncWarp();
    return other;
}

void multiplyTile(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
    const std::uint32_t own = running->current;
    const std::uint32_t warp = own / kWarp * kWarp;
    const std::uint32_t lane = own % kWarp;
    float* tile = running->tiles.data() + std::size_t{warp / kWarp} * kNumbersOfTiles;
    // This lane's numbers to their places: A (row, k), then B (column, k).
    const auto put = [tile](std::size_t line, std::uint32_t k, std::uint32_t pair) {
        tile[line * kTileDepth + k] = halfBitsToFloat(pair & 0xFFFFU);
        tile[line * kTileDepth + k + 1] = halfBitsToFloat(pair >> 16);
    };
    for (std::uint32_t i = 0; i < 4; ++i) {
        put(lane / 4 + i % 2 * 8, lane % 4 * 2 + i / 2 * 8, a[i]);
    }
    for (std::uint32_t i = 0; i < 2; ++i) {
        put(16 + lane / 4, lane % 4 * 2 + i * 8, b[i]);
    }
    syncWarp();
    for (std::uint32_t i = 0; i < 4; ++i) {
        const float* left = tile + std::size_t{lane / 4 + i / 2 * 8} * kTileDepth;
        const float* right = tile + std::size_t{16 + lane % 4 * 2 + i % 2} * kTileDepth;
        for (std::uint32_t k = 0; k < kTileDepth; ++k) {
            d[i] += left[k] * right[k];
        }
    }
    syncWarp();
}

} // namespace phidelity::cuda
