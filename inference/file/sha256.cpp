// SPDX-License-Identifier: MIT
#include "inference/file/sha256.h"

#include <openssl/evp.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <vector>

namespace phidelity {

struct Sha256::Context {
    EVP_MD_CTX* handle = nullptr;
    bool working = false;
};

Sha256::Sha256() : m_context(std::make_unique<Context>()) {
    m_context->handle = EVP_MD_CTX_new();
    m_context->working = m_context->handle != nullptr &&
                         EVP_DigestInit_ex(m_context->handle, EVP_sha256(), nullptr) == 1;
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(m_context->handle);
}

void Sha256::add(std::span<const std::byte> bytes) {
    m_context->working =
        m_context->working && EVP_DigestUpdate(m_context->handle, bytes.data(), bytes.size()) == 1;
}

Result<std::string> Sha256::finish() {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (!m_context->working || EVP_DigestFinal_ex(m_context->handle, digest.data(), &length) != 1) {
        return fail(ErrorCode::OutOfMemory, "SHA-256 could not be computed");
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += kDigits[digest[i] >> 4];
        text += kDigits[digest[i] & 15];
    }
    return text;
}

Result<std::string> sha256OfFile(const std::filesystem::path& path, const std::atomic<bool>* stop) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        const int code = errno;
        return fail(code == ENOENT ? ErrorCode::FileMissing : ErrorCode::FileUnreadable,
                    path.string() + ": " + std::generic_category().message(code));
    }
    Sha256 hash;
    std::vector<std::byte> buffer(std::size_t{1} << 20);
    int code = 0;
    for (;;) {
        if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
            ::close(file);
            return fail(ErrorCode::BadArgument, "stopped");
        }
        const ssize_t count = ::read(file, buffer.data(), buffer.size());
        if (count > 0) {
            hash.add(std::span(buffer).first(static_cast<std::size_t>(count)));
        } else if (count == 0 || errno != EINTR) {
            code = count == 0 ? 0 : errno;
            break;
        }
    }
    ::close(file);
    if (code != 0) {
        return fail(ErrorCode::FileUnreadable,
                    path.string() + ": " + std::generic_category().message(code));
    }
    return hash.finish();
}

} // namespace phidelity
