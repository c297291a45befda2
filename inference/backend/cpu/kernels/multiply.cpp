// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>

#include "inference/backend/cpu/kernels/fixed_products.h"
#include "inference/backend/cpu/kernels/float_products.h"
#include "inference/backend/cpu/kernels/kernels.h"
#include "inference/backend/cpu/kernels/panel.h"
#include "inference/backend/cpu/kernels/tile_finish.h"

namespace phidelity::kernels {
namespace {

constexpr std::uint64_t kGroup = PackedMatrix::kGroupRows;
constexpr std::size_t kMaxChains = 16;

std::uint64_t groupsOf(const PackedMatrix& matrix) {
    return (matrix.rows() + kGroup - 1) / kGroup;
}

/// Products that write the same numbers, one after the other, cut into tasks of whole groups of
/// rows.
struct Chain {
    std::span<const Product> products;
    std::uint64_t units = 0; ///< groups of rows; of small batches pairs of groups
    std::uint64_t unitsPerTask = 1;
    std::uint64_t firstTask = 0; ///< tasks of the chains before

    [[nodiscard]] std::uint64_t tasks() const { return (units + unitsPerTask - 1) / unitsPerTask; }
};

struct Plan {
    std::array<Chain, kMaxChains> chains;
    std::size_t count = 0;
    std::uint64_t tasks = 0;

    [[nodiscard]] const Chain& chainOf(std::uint64_t task) const {
        std::size_t index = 0;
        while (index + 1 < count && task >= chains[index + 1].firstTask) {
            ++index;
        }
        return chains[index];
    }
};

/// Bytes of weights of a task: little enough that threads end together. A thread's tasks follow
/// each other in memory (streamTasks), so they need not be long.
std::uint64_t pairsPerTask(const Chain& chain) {
    std::uint64_t bytes = 0;
    for (const Product& product : chain.products) {
        bytes += product.weights->bytes();
    }
    constexpr std::uint64_t kWanted = 96 << 10;
    return std::max<std::uint64_t>(1, kWanted * chain.units / std::max<std::uint64_t>(1, bytes));
}

Plan planOf(std::span<const Product> products, bool panels, std::uint32_t threads) {
    Plan plan;
    for (std::size_t i = 0; i < products.size();) {
        std::size_t end = i + 1;
        while (end < products.size() && products[end].out == products[i].out) {
            ++end;
        }
        assert(plan.count < kMaxChains);
        Chain& chain = plan.chains[plan.count++];
        chain.products = products.subspan(i, end - i);
        const std::uint64_t groups = groupsOf(*products[i].weights);
        if (panels) {
            // Fewer groups a task where there would be less than four tasks a thread.
            chain.units = groups;
            chain.unitsPerTask = std::clamp<std::uint64_t>(groups / (4 * threads), 1, kTaskGroups);
        } else {
            chain.units = (groups + 1) / 2;
            chain.unitsPerTask = pairsPerTask(chain);
        }
        chain.firstTask = plan.tasks;
        plan.tasks += chain.tasks();
        i = end;
    }
    return plan;
}

void finishGroup(const Product& product, std::uint64_t group, const float (*sums)[16],
                 std::size_t firstRow, std::size_t rows) {
    const std::uint64_t first = group * kGroup;
    const auto count = static_cast<std::size_t>(std::min(kGroup, product.weights->rows() - first));
    finishTile(sums, rows, count, product.bias == nullptr ? nullptr : product.bias + first,
               product.finish, product.out + firstRow * product.outStride + first,
               product.outStride);
}

void floatGroup(const Product& product, std::uint64_t group) {
    const PackedMatrix& weights = *product.weights;
    const PreparedInput& input = *product.input;
    alignas(64) float sums[kSmallBatch][16];
    const std::uint64_t first = group * kGroup;
    floatProducts(weights.type(), weights.viewRow(first),
                  static_cast<std::uint32_t>(std::min(kGroup, weights.rows() - first)),
                  weights.columns(), input.floatRows(), input.floatStride(), input.rows(), sums);
    finishGroup(product, group, sums, 0, input.rows());
}

/// Two groups of rows, or the last one.
void smallBatchPair(const Product& product, std::uint64_t pair) {
    const PackedMatrix& weights = *product.weights;
    const PreparedInput& input = *product.input;
    const std::uint64_t first = 2 * pair;
    const std::uint64_t end = std::min(first + 2, groupsOf(weights));
    if (PackedMatrix::keepsView(weights.type())) {
        for (std::uint64_t group = first; group < end; ++group) {
            floatGroup(product, group);
        }
        return;
    }
    alignas(64) GroupProducts sums[2];
    fixedProducts(weights.type(), weights.group(first), weights.columns(), input.fixedRows(),
                  input.rows(), sums);
    for (std::uint64_t group = first; group < end; ++group) {
        finishGroup(product, group, sums[group - first], 0, input.rows());
    }
}

/// A task of prefill. 256 columns at a time, the 8 KiB of an unpacked group of rows stay in the L1
/// cache while all input panels, which stay in the L2 cache for all groups of the task, pass by.
void panelTask(const Product& product, std::uint64_t firstGroup, std::uint64_t groups,
               std::byte* scratch) {
    const PreparedInput& input = *product.input;
    const auto columns = static_cast<std::size_t>(product.weights->columns());
    const std::size_t tokens = panelTokens();
    const std::size_t tile = tokens * 16;
    auto* words = reinterpret_cast<std::int32_t*>(scratch);
    auto* scales = reinterpret_cast<float*>(words + panelWords(kGroup));
    float* sums = scales + panelScales(kGroup);
    for (std::size_t column = 0; column < columns; column += kPanelColumns) {
        const std::size_t blocks = panelBlocks(std::min(kPanelColumns, columns - column));
        const TileStart start = column == 0 ? TileStart::Overwrite : TileStart::Accumulate;
        const std::int32_t* x = input.chunkWords(column / kPanelColumns);
        const float* xScales = input.chunkScales(column / kPanelColumns);
        for (std::uint64_t g = 0; g < groups; ++g) {
            unpackWeightPanel(*product.weights, firstGroup + g, column, words, scales);
            for (std::size_t panel = 0; panel < input.panels(); ++panel) {
                multiplyTile(words, scales, x + panel * panelWords(tokens),
                             xScales + panel * panelScales(tokens), blocks, start,
                             sums + (g * input.panels() + panel) * tile);
            }
        }
    }
    for (std::size_t panel = 0; panel < input.panels(); ++panel) {
        const std::size_t firstRow = panel * tokens;
        const std::size_t rows = std::min<std::size_t>(tokens, input.rows() - firstRow);
        for (std::uint64_t g = 0; g < groups; ++g) {
            const float* sum = sums + (g * input.panels() + panel) * tile;
            finishGroup(product, firstGroup + g, reinterpret_cast<const float(*)[16]>(sum),
                        firstRow, rows);
        }
    }
}

/// Tasks [0, tasks) as one stretch of neighbours for each thread, so that a thread reads its
/// weights as one stream and what it fetches ahead is its own. Whoever is through with a stretch
/// takes what others have not begun.
template <class Function>
void streamTasks(ThreadPool& pool, std::uint64_t tasks, Function&& function) {
    struct alignas(64) Stretch {
        std::atomic<std::uint64_t> next;
        std::uint64_t end;
    };
    constexpr std::uint64_t kMost = 64;
    std::array<Stretch, kMost> stretches;
    const std::uint64_t count = std::min<std::uint64_t>(pool.threads(), kMost);
    for (std::uint64_t i = 0; i < count; ++i) {
        stretches[i].next.store(tasks * i / count, std::memory_order_relaxed);
        stretches[i].end = tasks * (i + 1) / count;
    }
    pool.parallelFor(pool.threads(), [&](std::uint64_t first, std::uint32_t thread) {
        for (std::uint64_t i = 0; i < count; ++i) {
            Stretch& stretch = stretches[(first + i) % count];
            for (std::uint64_t task = stretch.next.fetch_add(1, std::memory_order_relaxed);
                 task < stretch.end; task = stretch.next.fetch_add(1, std::memory_order_relaxed)) {
                function(task, thread);
            }
        }
    });
}

} // namespace

void multiply(ThreadPool& pool, std::span<const Product> products) {
    if (products.empty()) {
        return;
    }
    const bool panels = products.front().input->rows() > kSmallBatch;
    const Plan plan = planOf(products, panels, pool.threads());
    const auto run = [&](std::uint64_t task, std::uint32_t thread) {
        const Chain& chain = plan.chainOf(task);
        const std::uint64_t first = (task - chain.firstTask) * chain.unitsPerTask;
        const std::uint64_t count = std::min(chain.unitsPerTask, chain.units - first);
        for (const Product& product : chain.products) {
            if (panels) {
                panelTask(product, first, count, product.input->scratch(thread));
                continue;
            }
            for (std::uint64_t pair = first; pair < first + count; ++pair) {
                smallBatchPair(product, pair);
            }
        }
    };
    if (panels) {
        pool.parallelFor(plan.tasks, run);
    } else {
        streamTasks(pool, plan.tasks, run);
    }
}

} // namespace phidelity::kernels
