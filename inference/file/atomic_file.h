// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "inference/result.h"

namespace phidelity {

/// A file that appears at its path whole or not at all: written beside it, synced, then renamed
/// over it. Without commit() nothing stays behind. Not thread-safe.
class AtomicFile {
public:
    /// Begins a file of `size` bytes and reserves the space where the file system can. A link is
    /// followed. WriteFailed also where a folder, a device or the like is at the path.
    static Result<AtomicFile> create(const std::filesystem::path& path, std::uint64_t size);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    /// Appends bytes. WriteFailed when the disk is full or broken.
    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
    /// Makes what was written durable and visible at the path.
    [[nodiscard]] Result<void> commit();

private:
    AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor);
    [[nodiscard]] tl::unexpected<Error> failed(int code) const;

    std::filesystem::path m_path;
    std::filesystem::path m_temporary; ///< empty once committed or moved from
    int m_descriptor;
};

} // namespace phidelity
