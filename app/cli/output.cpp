// SPDX-License-Identifier: MIT
#include "output.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "interrupt.h"
#include "terminal_text.h"

namespace phidelity {

Output::Output() : Output(STDOUT_FILENO, "standard output") {}

Output::Output(int descriptor, std::string name)
    : m_descriptor(descriptor), m_name(std::move(name)), m_terminal(::isatty(descriptor) == 1) {}

Output::Output(Output&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_name(std::move(other.m_name)),
      m_terminal(other.m_terminal), m_readerGone(other.m_readerGone) {}

Output::~Output() {
    if (m_descriptor > STDERR_FILENO) {
        ::close(m_descriptor);
    }
}

Result<Output> Output::open(const std::filesystem::path& path) {
    if (path == "-") {
        return Output();
    }
    constexpr mode_t kReadWriteAll = 0666; // less what the user's umask takes
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadWriteAll);
    if (descriptor < 0) {
        return fail(ErrorCode::WriteFailed, path.string() + ": " + std::strerror(errno));
    }
    return Output(descriptor, path.string());
}

Result<void> Output::write(std::string_view bytes) {
    while (!bytes.empty() && !m_readerGone) {
        const ssize_t count = ::write(m_descriptor, bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EPIPE) {
            m_readerGone = true;
            interruptFlag().store(true);
        } else if (errno != EINTR) {
            return fail(ErrorCode::WriteFailed, m_name + ": " + std::strerror(errno));
        }
    }
    return {};
}

Result<void> Output::writeModelText(std::string_view utf8) {
    return m_terminal ? write(terminalSafe(utf8)) : write(utf8);
}

Result<void> Output::close() {
    if (m_descriptor > STDERR_FILENO && ::close(std::exchange(m_descriptor, -1)) != 0) {
        return fail(ErrorCode::WriteFailed, m_name + ": " + std::strerror(errno));
    }
    return {};
}

} // namespace phidelity
