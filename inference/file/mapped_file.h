// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "inference/result.h"

namespace phidelity {

/// A regular file mapped read-only into memory. Pages are read when first touched. Immutable; any
/// thread. The file must not be shortened by others while it is mapped: reading the lost part ends
/// the process.
class MappedFile {
public:
    /// Maps the whole file. Errors: FileMissing, FileUnreadable (also for folders, pipes and
    /// devices), BadFile for an empty file.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    /// Drops the pages that lie wholly inside `part` from this process; touching them reads them
    /// again. Does nothing for bytes of other files.
    void release(std::span<const std::byte> part) const;

private:
    MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size);

    std::filesystem::path m_path;
    const std::byte* m_data;
    std::size_t m_size;
};

/// The file's own name, as error details give it.
[[nodiscard]] std::string displayName(const std::filesystem::path& path);

} // namespace phidelity
