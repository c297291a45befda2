// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/self_test_record.h"

#include <fstream>
#include <map>
#include <mutex>
#include <system_error>

#include "inference/backend/self_test.h"
#include "inference/backend/vulkan/pipeline_cache_file.h"
#include "inference/file/atomic_file.h"

namespace phidelity::vulkan {
namespace {

constexpr std::string_view kPassed = "Phidelity self-test: passed\n";
constexpr std::string_view kFailed = "Phidelity self-test: failed: ";
constexpr std::size_t kMostBytes = 1000;

std::filesystem::path fileOf(const std::filesystem::path& folder, const PhysicalDevice& device) {
    std::string name = "self-test-";
    name += driverAndShadersKey(device);
    return folder / (name += ".txt");
}

SelfTestRecord parse(std::string_view text) {
    if (text == kPassed) {
        return {Verdict::Passed, {}};
    }
    if (text.starts_with(kFailed) && text.ends_with('\n')) {
        text.remove_prefix(kFailed.size());
        text.remove_suffix(1);
        return {Verdict::Failed, std::string(text)};
    }
    return {};
}

/// What could not be written.
class Memory {
public:
    static Memory& get() {
        static Memory memory;
        return memory;
    }
    SelfTestRecord find(const std::filesystem::path& file) {
        const std::lock_guard lock(m_mutex);
        const auto found = m_records.find(file);
        return found == m_records.end() ? SelfTestRecord{} : found->second;
    }
    void keep(const std::filesystem::path& file, const SelfTestRecord& record) {
        const std::lock_guard lock(m_mutex);
        m_records[file] = record;
    }

private:
    std::mutex m_mutex;
    std::map<std::filesystem::path, SelfTestRecord> m_records;
};

bool writeText(const std::filesystem::path& file, std::string_view text) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    auto out = AtomicFile::create(file, text.size());
    return out && out->write(std::as_bytes(std::span(text))) && out->commit();
}

} // namespace

SelfTestRecord readSelfTest(const std::filesystem::path& folder, const PhysicalDevice& device) {
    const std::filesystem::path file = fileOf(folder, device);
    if (!folder.empty()) {
        std::ifstream stream(file, std::ios::binary);
        std::string text(kMostBytes, '\0');
        stream.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(stream.gcount()));
        if (SelfTestRecord record = parse(text); record.verdict != Verdict::Unknown) {
            return record;
        }
    }
    return Memory::get().find(file);
}

void writeSelfTest(const std::filesystem::path& folder, const PhysicalDevice& device,
                   const SelfTestRecord& record) {
    const std::string text = record.verdict == Verdict::Passed
                                 ? std::string(kPassed)
                                 : std::string(kFailed) + record.reason + '\n';
    const std::filesystem::path file = fileOf(folder, device);
    if (folder.empty() || !writeText(file, text)) {
        Memory::get().keep(file, record);
    }
}

Result<std::unique_ptr<Backend>> createTestedBackend(const std::shared_ptr<Instance>& instance,
                                                     const PhysicalDevice& physical,
                                                     const VulkanOptions& options) {
    SelfTestRecord record = readSelfTest(options.cacheFolder, physical);
    if (record.verdict == Verdict::Unknown) {
        PHIDELITY_TRY(const auto trial, createVulkanBackend(instance, physical, options));
        const auto tested = selfTest(*trial);
        if (!tested && tested.error().code != ErrorCode::NoDevice) {
            return tl::unexpected<Error>(tested.error());
        }
        record = tested ? SelfTestRecord{Verdict::Passed, {}}
                        : SelfTestRecord{Verdict::Failed, tested.error().detail};
        writeSelfTest(options.cacheFolder, physical, record);
    }
    if (record.verdict == Verdict::Failed) {
        return fail(ErrorCode::NoDevice, physical.info.id + ": " + physical.info.name +
                                             " cannot be used: " + quarantineReason(record));
    }
    return createVulkanBackend(instance, physical, options);
}

std::string quarantineReason(const SelfTestRecord& record) {
    return "it computes wrongly (" + record.reason + "); a newer driver may help";
}

} // namespace phidelity::vulkan
