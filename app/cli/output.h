// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "inference/result.h"

namespace phidelity {

/// Where results go: standard output or a file. Every write is checked. A reader who closed the
/// pipe is no error: nothing more is written, and interruptFlag() is set so that work ends.
class Output {
public:
    /// Standard output.
    Output();
    /// Creates or empties a file; "-" is standard output. WriteFailed.
    static Result<Output> open(const std::filesystem::path& path);
    ~Output();
    Output(Output&& other) noexcept;
    Output& operator=(Output&&) = delete;

    /// Exactly these bytes, at once. WriteFailed.
    Result<void> write(std::string_view bytes);
    /// Text of a model: as it is, except on a terminal (see terminalSafe).
    Result<void> writeModelText(std::string_view utf8);
    /// Brings a file to its end; a full disk may show only now. WriteFailed.
    Result<void> close();

    /// Whether whoever read the pipe closed it.
    [[nodiscard]] bool readerGone() const { return m_readerGone; }

private:
    Output(int descriptor, std::string name);

    int m_descriptor;
    std::string m_name; ///< for messages
    bool m_terminal;
    bool m_readerGone = false;
};

} // namespace phidelity
