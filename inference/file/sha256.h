// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "inference/result.h"

namespace phidelity {

/// SHA-256 of bytes that come in pieces. Not thread-safe.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes);
    /// 64 lower-case hex digits; call once, last. OutOfMemory if the library could not work.
    [[nodiscard]] Result<std::string> finish();

private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

/// SHA-256 of a file as `sha256sum` prints it; reads it in pieces of 1 MiB, and ends between two of
/// them with Error{BadArgument,"stopped"} once `stop` is set.
[[nodiscard]] Result<std::string> sha256OfFile(const std::filesystem::path& path,
                                               const std::atomic<bool>* stop = nullptr);

} // namespace phidelity
