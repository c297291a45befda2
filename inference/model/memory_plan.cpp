// SPDX-License-Identifier: MIT
#include "inference/model/memory_plan.h"

#include <algorithm>
#include <cstdio>

#include "inference/model/device_share.h"
#include "inference/model/load_plan.h"
#include "inference/model/page_pool.h"

namespace phidelity {
namespace {

constexpr std::uint32_t kFullSequences = 4;
/// Of what is available, kept back from an advice: it must still hold when it is followed.
constexpr std::uint64_t kReserve = 32;
/// File types to advise, the best first: of those in use, one for each size.
constexpr TensorType kUsualTypes[] = {TensorType::F16,  TensorType::Q8_0, TensorType::Q6_K,
                                      TensorType::Q5_K, TensorType::Q4_K, TensorType::Q4_0,
                                      TensorType::Q3_K, TensorType::Q2_K};

bool canHold(TensorType type, const ModelShape& shape) {
    const std::uint32_t block = blockLayout(type).elements;
    return shape.width % block == 0 && shape.hidden % block == 0;
}

std::uint64_t missingFor(const LoadBytes& bytes, std::uint64_t available) {
    return bytes.total() - std::min(bytes.total(), available) + bytes.missingOnHost;
}

Result<void> planPages(MemoryPlan& plan, Backend& backend) {
    const std::uint32_t one = plan.load.pages;
    const std::uint64_t page = plan.bytes.cache / std::max(1U, one);
    const std::uint64_t rest = plan.available - (plan.bytes.total() - plan.bytes.cache);
    const std::uint64_t comfortable = rest / 2 / std::max<std::uint64_t>(1, page);
    plan.load.pages = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(comfortable, one, std::uint64_t{one} * kFullSequences));
    PHIDELITY_TRY(plan.bytes, backend.bytesFor(plan.load));
    if (missingFor(plan.bytes, plan.available) >
        0) { // one page more was rounded up by more than a page
        plan.load.pages = one;
        PHIDELITY_TRY(plan.bytes, backend.bytesFor(plan.load));
    }
    return {};
}

Result<std::uint32_t> longestContext(const MemoryPlan& plan, Backend& backend) {
    const std::uint64_t available = plan.available - plan.available / kReserve;
    std::uint32_t fitting = 0;
    std::uint32_t tooMany = plan.load.pages;
    while (tooMany - fitting > 1) {
        const std::uint32_t pages = fitting + (tooMany - fitting) / 2;
        LoadPlan shorter = plan.load;
        shorter.pages = pages;
        shorter.attention.context = pages * kPageTokens;
        PHIDELITY_TRY(const LoadBytes bytes, backend.bytesFor(shorter));
        (missingFor(bytes, available) == 0 ? fitting : tooMany) = pages;
    }
    return fitting * kPageTokens;
}

Result<std::optional<TensorType>> bestSmallerType(const MemoryPlan& plan, const ModelShape& shape,
                                                  Backend& backend) {
    const std::uint64_t available = plan.available - plan.available / kReserve;
    for (const TensorType type : kUsualTypes) {
        if (!canHold(type, shape)) {
            continue;
        }
        PHIDELITY_TRY(const LoadBytes bytes,
                      backend.bytesFor(loadPlan(shape, type, plan.context(), plan.load.pages)));
        if (bytes.weights < plan.bytes.weights && missingFor(bytes, available) == 0) {
            return type;
        }
    }
    return std::optional<TensorType>();
}

Result<std::uint32_t> mostLayers(const MemoryPlan& plan, const Checkpoint& checkpoint,
                                 Backend& backend) {
    if (backend.device().kind == DeviceKind::Cpu || plan.bytes.missingOnHost > 0) {
        return 0;
    }
    PHIDELITY_TRY(const std::uint32_t parts,
                  partsThatFit(checkpoint, backend, plan.context(),
                               plan.available - plan.available / kReserve));
    return std::min(parts, checkpoint.shape().layers);
}

} // namespace

Result<MemoryPlan> planMemory(const Checkpoint& checkpoint, Backend& backend, std::uint32_t context,
                              std::uint64_t available) {
    MemoryPlan plan;
    plan.load = loadPlan(checkpoint, context, pagesFor(context));
    PHIDELITY_TRY(plan.bytes, backend.bytesFor(plan.load));
    plan.available = available;
    plan.missing = missingFor(plan.bytes, plan.available);
    if (plan.fits()) {
        PHIDELITY_CHECK(planPages(plan, backend));
    } else {
        PHIDELITY_TRY(plan.fittingContext, longestContext(plan, backend));
        PHIDELITY_TRY(plan.fittingType, bestSmallerType(plan, checkpoint.shape(), backend));
        PHIDELITY_TRY(plan.fittingLayers, mostLayers(plan, checkpoint, backend));
    }
    return plan;
}

std::string describeShortfall(const MemoryPlan& plan) {
    std::string text = "memory: expected at most " + formatBytes(plan.available) +
                       " that are available, found " + formatBytes(plan.bytes.weights) +
                       " of weights, " + formatBytes(plan.bytes.cache) + " of cache for " +
                       std::to_string(plan.context()) + " positions and " +
                       formatBytes(plan.bytes.total() - plan.bytes.weights - plan.bytes.cache) +
                       " of intermediate results: " + formatBytes(plan.missing) + " are missing";
    if (plan.bytes.missingOnHost > 0) {
        text += ", of these " + formatBytes(plan.bytes.missingOnHost) + " for the CPU's share";
    }
    std::string fitting;
    if (plan.fittingContext > 0) {
        fitting = "a context of " + std::to_string(plan.fittingContext);
    }
    if (plan.fittingType) {
        fitting += (fitting.empty() ? "" : ", or ") + std::string("a file of type ") +
                   std::string(tensorTypeName(*plan.fittingType));
    }
    if (plan.fittingLayers > 0) {
        fitting += (fitting.empty() ? "" : ", or ") + std::to_string(plan.fittingLayers) +
                   " of its layers there and the rest on the CPU";
    }
    return fitting.empty() ? text : text + "; it fits with " + fitting;
}

std::string formatBytes(std::uint64_t bytes) {
    constexpr double kGiga = 1e9;
    constexpr double kMega = 1e6;
    const auto count = static_cast<double>(bytes);
    char text[32];
    if (count < kMega) {
        std::snprintf(text, sizeof(text), "%.0f KB", count / 1e3);
    } else if (count < kGiga) {
        std::snprintf(text, sizeof(text), "%.0f MB", count / kMega);
    } else {
        std::snprintf(text, sizeof(text), count < 100 * kGiga ? "%.2f GB" : "%.0f GB",
                      count / kGiga);
    }
    return text;
}

std::optional<TensorType> bestFittingType(const ModelShape& shape, std::uint32_t context,
                                          std::uint64_t available) {
    for (const TensorType type : kUsualTypes) {
        if (!canHold(type, shape)) {
            continue;
        }
        const LoadPlan plan = loadPlan(shape, type, context, pagesFor(context));
        std::uint64_t bytes = std::uint64_t{4} * context * shape.layers * shape.width; // 16 bits
        for (const PlannedMatrix& matrix : plan.matrices) {
            bytes += matrix.rows * rowBytes(matrix.type, matrix.columns);
        }
        constexpr std::uint64_t kScratch = std::uint64_t{256} << 20;
        if (bytes + kScratch <= available) {
            return type;
        }
    }
    return std::nullopt;
}

} // namespace phidelity
