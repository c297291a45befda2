// SPDX-License-Identifier: MIT
#include "inference/file/loaded_checkpoint.h"

#include <algorithm>
#include <map>

#include "inference/file/sha256.h"
#include "inference/file/tensor_table.h"

namespace phidelity {

std::size_t tensorIndex(TensorRole role, std::uint32_t layer) {
    return (tensorSpec(role).perLayer ? layer : 0) * std::size_t{kTensorRoles} +
           static_cast<std::size_t>(role);
}

TensorView LoadedCheckpoint::tensor(TensorRole role, std::uint32_t layer) const {
    return m_parts.tensors[tensorIndex(role, layer)];
}

std::string LoadedCheckpoint::typeSummary() const {
    std::map<TensorType, std::uint64_t> bytes;
    std::uint64_t total = 0;
    for (const TensorSpec& spec : tensorTable()) {
        for (std::uint32_t layer = 0; layer < (spec.perLayer ? m_parts.shape.layers : 1); ++layer) {
            const TensorView view = tensor(spec.role, layer);
            if (view.rows > 1) {
                bytes[view.type] += view.bytes();
                total += view.bytes();
            }
        }
    }
    std::vector<std::pair<std::uint64_t, TensorType>> shares;
    for (const auto& [type, size] : bytes) {
        shares.emplace_back(size, type);
    }
    std::stable_sort(shares.begin(), shares.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string summary;
    for (const auto& [size, type] : shares) {
        summary += (summary.empty() ? "" : " + ") + std::string(tensorTypeName(type));
    }
    return summary;
}

Result<std::string> LoadedCheckpoint::sha256(const std::atomic<bool>* stop) const {
    const std::lock_guard lock(m_hashMutex);
    if (!m_hash) {
        PHIDELITY_TRY(m_hash, computeSha256(stop));
    }
    return *m_hash;
}

Result<std::string> LoadedCheckpoint::computeSha256(const std::atomic<bool>* stop) const {
    Sha256 hash;
    if (m_parts.files.size() == 1) {
        return sha256OfFile(m_parts.files.front(), stop);
    }
    for (const std::filesystem::path& file : m_parts.files) {
        PHIDELITY_TRY(const std::string line, sha256OfFile(file, stop));
        const std::string text = line + "  " + file.filename().string() + "\n";
        hash.add(std::as_bytes(std::span(text)));
    }
    if (m_parts.files.empty() && !m_parts.image.empty()) {
        hash.add(m_parts.image);
    } else if (m_parts.files.empty()) {
        for (const TensorView& view : m_parts.tensors) {
            if (view.data != nullptr) {
                hash.add({view.data, view.bytes()});
            }
        }
    }
    return hash.finish();
}

void LoadedCheckpoint::release(const TensorView& view) const {
    for (const auto& mapping : m_parts.mappings) {
        mapping->release({view.data, view.bytes()});
    }
}

} // namespace phidelity
