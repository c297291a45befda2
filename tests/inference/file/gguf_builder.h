// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Writes GGUF images by hand, right or wrong: independent of the writer under test.
namespace phidelity::test {

/// Little-endian bytes, appended one field after the other.
class Bytes {
public:
    template <class T>
    Bytes& raw(T value) {
        return append(&value, sizeof value);
    }
    /// A length of 64 bits, then the bytes.
    Bytes& text(std::string_view value);
    Bytes& plain(std::string_view value) { return append(value.data(), value.size()); }
    Bytes& append(const void* from, std::size_t size);

    std::vector<std::byte> data;
};

struct GgufKey {
    std::string name;
    std::uint32_t type = 0;
    Bytes value; ///< as it stands in the file, after the type
};

struct GgufTensorSpec {
    std::string name;
    std::vector<std::uint64_t> extents; ///< ne[0] first
    std::uint32_t type = 0;
    std::uint64_t offset = 0; ///< filled by layOut
    std::vector<std::byte> data;
};

/// The parts of an image, to be changed at will before build().
struct GgufBuilder {
    std::uint32_t version = 3;
    std::vector<GgufKey> keys;
    std::vector<GgufTensorSpec> tensors;
    std::uint64_t alignment = 32;
    std::uint64_t countedTensors = UINT64_MAX; ///< written instead of the true count
    std::uint64_t countedKeys = UINT64_MAX;

    GgufKey& key(std::string_view name);
    GgufTensorSpec& tensor(std::string_view name);
    void erase(std::string_view keyName);
    void set(std::string_view name, std::uint32_t value);
    void set(std::string_view name, float value);
    void set(std::string_view name, std::string_view value);
    void setStrings(std::string_view name, const std::vector<std::string>& values);
    void setInts(std::string_view name, const std::vector<std::int32_t>& values);

    /// Gives the tensors offsets one after the other.
    void layOut();
    /// Bytes up to the tensor data, padded.
    [[nodiscard]] std::vector<std::byte> header() const;
    /// The whole image; call layOut() first unless the offsets are meant to be wrong.
    [[nodiscard]] std::vector<std::byte> build() const;
};

/// A complete Phi model: 1 layer, width 32, 1 head, hidden 64, rotary 32, 8 tokens; about 2 KB of
/// header. Matrices are Q8_0 of small numbers, vectors F32.
[[nodiscard]] GgufBuilder smallModel();

} // namespace phidelity::test
