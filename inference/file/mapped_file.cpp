// SPDX-License-Identifier: MIT
#include "inference/file/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace phidelity {

namespace {

std::string systemReason(int code) {
    return std::generic_category().message(code);
}

/// Closes a descriptor at the end of a scope.
class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() {
        if (m_fd >= 0) {
            ::close(m_fd);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return m_fd; }

private:
    int m_fd;
};

} // namespace

std::string displayName(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.empty() ? path.string() : name;
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        const int code = errno;
        const bool missing = code == ENOENT || code == ENOTDIR;
        return fail(missing ? ErrorCode::FileMissing : ErrorCode::FileUnreadable,
                    path.string() + ": " + systemReason(code));
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        return fail(ErrorCode::FileUnreadable, path.string() + ": " + systemReason(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::FileUnreadable,
                    path.string() + ": expected a regular file, found something else");
    }
    if (status.st_size <= 0) {
        return fail(ErrorCode::BadFile, displayName(path) + ": the file is empty");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) {
        const int code = errno;
        return fail(code == ENOMEM ? ErrorCode::OutOfMemory : ErrorCode::FileUnreadable,
                    path.string() + ": cannot be mapped: " + systemReason(code));
    }
    return std::shared_ptr<const MappedFile>(
        new MappedFile(path, static_cast<const std::byte*>(address), size));
}

MappedFile::MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size)
    : m_path(std::move(path)), m_data(data), m_size(size) {}

MappedFile::~MappedFile() {
    ::munmap(const_cast<std::byte*>(m_data), m_size);
}

void MappedFile::release(std::span<const std::byte> part) const {
    const auto begin = reinterpret_cast<std::uintptr_t>(part.data());
    const auto own = reinterpret_cast<std::uintptr_t>(m_data);
    if (begin < own || begin + part.size() > own + m_size) {
        return;
    }
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t last = (begin + part.size()) / page * page;
    if (first < last) {
        ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
    }
}

} // namespace phidelity
