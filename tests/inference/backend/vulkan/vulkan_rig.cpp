// SPDX-License-Identifier: MIT
#include "vulkan_rig.h"

#include "driver_shim.h"
#include "inference/backend/split_plan.h"
#include "inference/model/load_plan.h"
#include "inference/model/page_pool.h"
#include "memory_checkpoint.h"
#include "model_on.h"

namespace phidelity::test {
namespace {

constexpr std::size_t kPrompt = 70; ///< tokens: more than a first chunk, ends within a page

} // namespace

FoundDevice findDevice(vulkan::Validation validation) {
    FoundDevice found;
    auto instance = vulkan::Instance::open(validation);
    if (!instance) {
        found.missing = instance.error().detail;
        return found;
    }
    found.instance = std::move(*instance);
    for (const vulkan::PhysicalDevice& device : found.instance->devices()) {
        if (device.refused.empty()) {
            found.physical = device;
            return found;
        }
    }
    found.missing = "no Vulkan device of this machine can be used";
    return found;
}

Result<std::unique_ptr<Model>> tinyOnDevice(const FoundDevice& device,
                                            const vulkan::VulkanOptions& options,
                                            const DeviceShare& share) {
    static const auto checkpoint = std::make_shared<MemoryCheckpoint>(tinyShape());
    PHIDELITY_TRY(auto backend,
                  vulkan::createVulkanBackend(device.instance, device.physical, options));
    LoadOptions load;
    load.context = 256;
    PHIDELITY_TRY(backend, shareModel(std::move(backend), *checkpoint, share, load.context, 2));
    return Model::load(checkpoint, std::move(backend), load);
}

Result<std::uint64_t> roomForLayers(const FoundDevice& device, const Checkpoint& checkpoint,
                                    std::uint32_t layers) {
    PHIDELITY_TRY(const auto backend,
                  vulkan::createVulkanBackend(device.instance, device.physical));
    const ModelShape& shape = checkpoint.shape();
    const LoadPlan whole = loadPlan(checkpoint, shape.context, pagesFor(shape.context));
    PHIDELITY_TRY(const LoadBytes bytes,
                  backend->bytesFor(devicePlan(whole, {shape.layers, layers})));
    return bytes.total();
}

Result<ChosenBackend> openThroughShim(const FoundDevice& device, std::string_view spec,
                                      std::uint32_t threads,
                                      const vulkan::DeviceOptions& deviceOptions) {
    if (spec != "auto" && !spec.starts_with("vulkan")) {
        return chooseBackend(spec, threads);
    }
    vulkan::VulkanOptions options;
    options.device = deviceOptions;
    options.device.intercept = [](VolkDeviceTable& table) { DriverShim::get().intercept(table); };
    PHIDELITY_TRY(auto backend,
                  vulkan::createVulkanBackend(device.instance, device.physical, options));
    return ChosenBackend{std::move(backend), "the test's device"};
}

const char* Journey::stageName(int stage) {
    constexpr const char* kNames[kStages] = {"load", "prefill",      "decode",
                                             "fork", "side by side", "largest logits"};
    return kNames[stage];
}

Result<void> Journey::run(int stage) {
    std::span<const float> logits;
    if (stage == 0) {
        PHIDELITY_TRY(m_model, tinyOnDevice(m_device, m_options, m_share));
        m_sequences.emplace_back(*m_model);
        return {};
    }
    if (stage == 1) {
        PHIDELITY_TRY(logits, m_sequences[0].extend(someTokens(kPrompt)));
    } else if (stage == 2) {
        const TokenId token[] = {65};
        PHIDELITY_TRY(logits, m_sequences[0].extend(token));
    } else if (stage == 3) {
        const TokenId token[] = {66};
        if (m_sequences.size() == 1) {
            Sequence fork = m_sequences[0].fork();
            m_sequences.push_back(std::move(fork));
        }
        PHIDELITY_TRY(logits, m_sequences[1].extend(token));
    } else {
        Sequence* const both[] = {&m_sequences[0], &m_sequences[1]};
        const TokenId tokens[] = {67, 68};
        if (stage == 5) {
            return runForLargest(both, tokens);
        }
        PHIDELITY_TRY(logits, Sequence::extendTogether(both, tokens));
    }
    m_logits.push_back(copyOf(logits));
    return {};
}

Result<void> Journey::runForLargest(std::span<Sequence* const> sequences,
                                    std::span<const TokenId> tokens) {
    const TopRequest wish{5, m_model->tokenizer().size()};
    PHIDELITY_TRY(const auto next, Sequence::extendTogetherToNext(sequences, tokens, wish));
    std::vector<float> logits;
    for (const NextLogits& row : next) {
        m_picked = row.top.has_value();
        logits.insert(logits.end(), row.all.begin(), row.all.end());
        for (const RankedLogit& ranked :
             m_picked ? row.top->best : std::span<const RankedLogit>()) {
            logits.push_back(ranked.logit);
        }
    }
    m_logits.push_back(std::move(logits));
    return {};
}

Result<void> Journey::runAll() {
    for (int stage = 0; stage < kStages; ++stage) {
        PHIDELITY_CHECK(run(stage));
    }
    return {};
}

} // namespace phidelity::test
