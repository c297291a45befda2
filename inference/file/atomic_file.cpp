// SPDX-License-Identifier: MIT
#include "inference/file/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

namespace phidelity {

namespace {

tl::unexpected<Error> writeFailed(const std::filesystem::path& path, int code) {
    return fail(ErrorCode::WriteFailed,
                path.string() + ": " + std::generic_category().message(code));
}

} // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& asked, std::uint64_t size) {
    // Renaming would put a file in the place of a link, of /dev/null, or of whatever else is there.
    std::error_code ignored;
    const std::filesystem::file_status present = std::filesystem::status(asked, ignored);
    if (std::filesystem::exists(present) && !std::filesystem::is_regular_file(present)) {
        return fail(ErrorCode::WriteFailed,
                    asked.string() + ": expected a regular file or nothing, found something else");
    }
    const std::filesystem::path linked = std::filesystem::canonical(asked, ignored);
    const std::filesystem::path& path = linked.empty() ? asked : linked;
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
        std::string suffix = ".";
        suffix.append(std::to_string(::getpid())).append("-").append(std::to_string(i));
        std::filesystem::path temporary = path;
        temporary += suffix.append(".part");
        const int descriptor =
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor < 0) {
            if (errno == EEXIST) {
                continue;
            }
            return writeFailed(path, errno);
        }
        AtomicFile file(path, std::move(temporary), descriptor);
        // A full disk is told now rather than after minutes of work. Not every file system can
        // reserve.
        if (size > 0 && ::fallocate(descriptor, 0, 0, static_cast<off_t>(size)) != 0 &&
            (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)) {
            return writeFailed(path, errno);
        }
        return file;
    }
    return writeFailed(path, EEXIST);
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor)
    : m_path(std::move(path)), m_temporary(std::move(temporary)), m_descriptor(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_temporary(std::exchange(other.m_temporary, {})),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {}

AtomicFile::~AtomicFile() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
    if (!m_temporary.empty()) {
        ::unlink(m_temporary.c_str());
    }
}

tl::unexpected<Error> AtomicFile::failed(int code) const {
    return writeFailed(m_path, code);
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(m_descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return failed(count < 0 ? errno : ENOSPC);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> AtomicFile::commit() {
    if (::fsync(m_descriptor) != 0) {
        return failed(errno);
    }
    if (::close(std::exchange(m_descriptor, -1)) != 0) {
        return failed(errno);
    }
    if (std::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
        return failed(errno);
    }
    m_temporary.clear();
    // The name itself is durable only once its folder is; that the file is complete does not depend
    // on it.
    const std::filesystem::path folder = m_path.parent_path();
    const int directory =
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
    return {};
}

} // namespace phidelity
