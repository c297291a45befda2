// SPDX-License-Identifier: MIT
#include "inference/file/gguf_file.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "inference/file/byte_cursor.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::uint32_t kMagic = 0x46554747; // "GGUF"
constexpr std::uint64_t kLongestKey = 65535;
constexpr std::uint64_t kLongestTensorName = 255;
constexpr std::uint64_t kLargestAlignment = std::uint64_t{1} << 20;
constexpr std::size_t kSmallestKey = 8 + 4 + 1;            // length, type, one byte
constexpr std::size_t kSmallestTensor = 8 + 4 + 8 + 4 + 8; // length, n, one extent, type, offset

/// Bytes of a value of fixed size; 0 for strings and arrays.
std::size_t fixedSize(GgufType type) {
    switch (type) {
    case GgufType::U8:
    case GgufType::I8:
    case GgufType::Bool:
        return 1;
    case GgufType::U16:
    case GgufType::I16:
        return 2;
    case GgufType::U32:
    case GgufType::I32:
    case GgufType::F32:
        return 4;
    case GgufType::U64:
    case GgufType::I64:
    case GgufType::F64:
        return 8;
    case GgufType::String:
    case GgufType::Array:
        return 0;
    }
    return 0;
}

template <class T>
T loadAs(std::span<const std::byte> data) {
    T value;
    std::memcpy(&value, data.data(), sizeof(T));
    return value;
}

template <class T>
std::optional<std::uint64_t> unsignedFrom(std::span<const std::byte> data) {
    const T value = loadAs<T>(data);
    if (value < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(value);
}

std::string digits(std::uint64_t value) {
    return std::to_string(value);
}

std::string supportedTypes() {
    std::string list;
    for (const TensorType type : kTensorTypes) {
        list += (list.empty() ? "" : ", ") + std::string(tensorTypeName(type));
    }
    return list;
}

} // namespace

std::string_view ggufTypeName(GgufType type) {
    constexpr std::array<std::string_view, 13> kNames = {"u8",  "i8",  "u16",  "i16",    "u32",
                                                         "i32", "f32", "bool", "string", "array",
                                                         "u64", "i64", "f64"};
    const auto id = static_cast<std::size_t>(type);
    return id < kNames.size() ? kNames[id] : "unknown";
}

std::optional<std::uint64_t> GgufValue::asUnsigned() const {
    if (isArray) {
        return std::nullopt;
    }
    switch (type) {
    case GgufType::U8:
        return loadAs<std::uint8_t>(data);
    case GgufType::U16:
        return loadAs<std::uint16_t>(data);
    case GgufType::U32:
        return loadAs<std::uint32_t>(data);
    case GgufType::U64:
        return loadAs<std::uint64_t>(data);
    case GgufType::I8:
        return unsignedFrom<std::int8_t>(data);
    case GgufType::I16:
        return unsignedFrom<std::int16_t>(data);
    case GgufType::I32:
        return unsignedFrom<std::int32_t>(data);
    case GgufType::I64:
        return unsignedFrom<std::int64_t>(data);
    default:
        return std::nullopt;
    }
}

std::optional<double> GgufValue::asFloat() const {
    if (isArray) {
        return std::nullopt;
    }
    if (type == GgufType::F32) {
        return loadAs<float>(data);
    }
    if (type == GgufType::F64) {
        return loadAs<double>(data);
    }
    return std::nullopt;
}

std::optional<std::string_view> GgufValue::asString() const {
    if (isArray || type != GgufType::String) {
        return std::nullopt;
    }
    return std::string_view(reinterpret_cast<const char*>(data.data()), data.size());
}

/// Walks over the image once, front to back.
class GgufFile::Parser {
public:
    Parser(std::span<const std::byte> image, GgufFile& file)
        : m_image(image), m_cursor(image), m_file(file) {}

    Result<void> run() {
        PHIDELITY_CHECK(readHeader());
        for (std::uint64_t i = 0; i < m_keys; ++i) {
            PHIDELITY_CHECK(readKey(i));
        }
        PHIDELITY_TRY(m_alignment, m_file.integer("general.alignment", 8, kLargestAlignment, 32));
        if ((m_alignment & (m_alignment - 1)) != 0) {
            return bad("general.alignment: expected a power of two, found " + digits(m_alignment));
        }
        m_file.m_tensors.reserve(static_cast<std::size_t>(m_tensors));
        m_offsets.reserve(static_cast<std::size_t>(m_tensors));
        for (std::uint64_t i = 0; i < m_tensors; ++i) {
            PHIDELITY_CHECK(readTensor(i));
        }
        return placeTensors();
    }

private:
    tl::unexpected<Error> bad(const std::string& what) const {
        return fail(ErrorCode::BadFile, m_file.m_name + ": " + what);
    }

    tl::unexpected<Error> endsInside(const std::string& what) const {
        return bad(what + ": expected more bytes, but the file ends (" + digits(m_image.size()) +
                   " bytes)");
    }

    Result<void> readHeader() {
        const auto magic = m_cursor.read<std::uint32_t>();
        if (!magic || *magic != kMagic) {
            return bad("expected a GGUF file, which begins with \"GGUF\", found other bytes");
        }
        const auto version = m_cursor.read<std::uint32_t>();
        if (!version) {
            return endsInside("version");
        }
        if ((*version & 0xFFFFU) == 0) {
            return fail(ErrorCode::Unsupported,
                        m_file.m_name + ": this is a big-endian GGUF file; little-endian ones of "
                                        "version 2 or 3 are supported");
        }
        if (*version != 2 && *version != 3) {
            return fail(ErrorCode::Unsupported,
                        m_file.m_name + ": version: expected 2 or 3, found " + digits(*version));
        }
        const auto tensors = m_cursor.read<std::uint64_t>();
        const auto keys = m_cursor.read<std::uint64_t>();
        if (!tensors || !keys) {
            return endsInside("header");
        }
        const std::uint64_t mostTensors =
            std::min<std::uint64_t>(kMostTensors, m_cursor.remaining() / kSmallestTensor);
        if (*tensors > mostTensors) {
            return bad("tensor count: expected at most " + digits(mostTensors) + ", found " +
                       digits(*tensors));
        }
        const std::uint64_t mostKeys =
            std::min<std::uint64_t>(kMostKeys, m_cursor.remaining() / kSmallestKey);
        if (*keys > mostKeys) {
            return bad("metadata count: expected at most " + digits(mostKeys) + ", found " +
                       digits(*keys));
        }
        m_tensors = *tensors;
        m_keys = *keys;
        return {};
    }

    Result<void> readKey(std::uint64_t index) {
        const auto key = m_cursor.readString();
        if (!key) {
            return endsInside("metadata key " + digits(index));
        }
        if (key->empty() || key->size() > kLongestKey || !isUtf8(*key)) {
            return bad("metadata key " + digits(index) +
                       ": expected 1 to 65535 bytes of UTF-8, found \"" + forMessage(*key) + "\"");
        }
        const auto type = m_cursor.read<std::uint32_t>();
        if (!type) {
            return endsInside(forMessage(*key));
        }
        GgufValue value;
        PHIDELITY_CHECK(readValue(forMessage(*key), *type, value));
        if (!m_file.m_values.emplace(*key, value).second) {
            return bad("metadata key \"" + forMessage(*key) + "\" is there twice");
        }
        return {};
    }

    Result<void> checkType(const std::string& key, std::uint32_t id) const {
        if (id > static_cast<std::uint32_t>(GgufType::F64)) {
            return bad(key + ": value type: expected 0 to 12, found " + digits(id));
        }
        return {};
    }

    Result<void> readValue(const std::string& key, std::uint32_t typeId, GgufValue& value) {
        PHIDELITY_CHECK(checkType(key, typeId));
        value.type = static_cast<GgufType>(typeId);
        if (value.type == GgufType::Array) {
            return readArray(key, value);
        }
        if (value.type == GgufType::String) {
            const auto text = m_cursor.readString();
            if (!text) {
                return endsInside(key);
            }
            value.data = std::as_bytes(std::span(*text));
            return {};
        }
        return readFixed(key, value);
    }

    Result<void> readArray(const std::string& key, GgufValue& value) {
        const auto elementId = m_cursor.read<std::uint32_t>();
        const auto count = m_cursor.read<std::uint64_t>();
        if (!elementId || !count) {
            return endsInside(key);
        }
        PHIDELITY_CHECK(checkType(key, *elementId));
        value.isArray = true;
        value.type = static_cast<GgufType>(*elementId);
        value.count = *count;
        if (value.type == GgufType::Array) {
            return bad(key + ": an array of arrays, which no supported model has");
        }
        if (value.type != GgufType::String) {
            return readFixed(key, value);
        }
        if (*count > m_cursor.remaining() / sizeof(std::uint64_t)) {
            return bad(key + ": array length: expected at most " +
                       digits(m_cursor.remaining() / sizeof(std::uint64_t)) + ", found " +
                       digits(*count));
        }
        const std::size_t begin = m_cursor.position();
        for (std::uint64_t i = 0; i < *count; ++i) {
            if (!m_cursor.readString()) {
                return endsInside(key + "[" + digits(i) + "]");
            }
        }
        value.data = m_image.subspan(begin, m_cursor.position() - begin);
        return {};
    }

    /// A value or array of a type of fixed size.
    Result<void> readFixed(const std::string& key, GgufValue& value) {
        const std::size_t size = fixedSize(value.type);
        if (value.count > m_cursor.remaining() / size) {
            return value.isArray
                       ? bad(key + ": array length: expected at most " +
                             digits(m_cursor.remaining() / size) + ", found " + digits(value.count))
                       : endsInside(key);
        }
        value.data = *m_cursor.take(value.count * size);
        if (value.type == GgufType::Bool &&
            std::any_of(value.data.begin(), value.data.end(),
                        [](std::byte b) { return b > std::byte{1}; })) {
            return bad(key + ": expected a bool of 0 or 1, found another value");
        }
        return {};
    }

    Result<void> readTensor(std::uint64_t index) {
        GgufTensor tensor;
        const auto name = m_cursor.readString();
        if (!name) {
            return endsInside("name of tensor " + digits(index));
        }
        if (name->empty() || name->size() > kLongestTensorName || !isUtf8(*name)) {
            return bad("name of tensor " + digits(index) +
                       ": expected 1 to 255 bytes of UTF-8, found \"" + forMessage(*name) + "\"");
        }
        tensor.name = *name;
        const std::string label = forMessage(*name);
        if (!m_names.insert(*name).second) {
            return bad("tensor \"" + label + "\" is there twice");
        }
        const auto dimensions = m_cursor.read<std::uint32_t>();
        if (!dimensions) {
            return endsInside(label);
        }
        if (*dimensions < 1 || *dimensions > tensor.extent.size()) {
            return bad(label + ": dimensions: expected 1 to 4, found " + digits(*dimensions));
        }
        tensor.dimensions = *dimensions;
        for (std::uint32_t i = 0; i < *dimensions; ++i) {
            const auto extent = m_cursor.read<std::uint64_t>();
            if (!extent) {
                return endsInside(label);
            }
            if (*extent == 0) {
                return bad(label + ": dimension " + digits(i) + ": expected at least 1, found 0");
            }
            tensor.extent[i] = *extent;
        }
        const auto type = m_cursor.read<std::uint32_t>();
        const auto offset = m_cursor.read<std::uint64_t>();
        if (!type || !offset) {
            return endsInside(label);
        }
        const auto known = tensorTypeFromId(*type);
        if (!known) {
            return fail(ErrorCode::Unsupported, m_file.m_name + ": " + label +
                                                    ": type: expected one of " + supportedTypes() +
                                                    ", found " + std::string(ggmlTypeName(*type)) +
                                                    " (" + digits(*type) + ")");
        }
        tensor.type = *known;
        if (*offset % m_alignment != 0) {
            return bad(label + ": offset: expected a multiple of " + digits(m_alignment) +
                       ", found " + digits(*offset));
        }
        m_file.m_tensors.push_back(tensor);
        m_offsets.push_back(*offset);
        return {};
    }

    /// Bytes of a tensor, if they fit into `limit`.
    Result<std::uint64_t> sizeOf(const GgufTensor& tensor, std::uint64_t limit) const {
        const BlockLayout block = blockLayout(tensor.type);
        if (tensor.extent[0] % block.elements != 0) {
            return bad(forMessage(tensor.name) + ": first dimension: expected a multiple of " +
                       digits(block.elements) + " for " + std::string(tensorTypeName(tensor.type)) +
                       ", found " + digits(tensor.extent[0]));
        }
        std::uint64_t blocks = tensor.extent[0] / block.elements;
        const std::uint64_t mostBlocks = limit / block.bytes;
        bool fits = blocks <= mostBlocks;
        for (std::size_t i = 1; fits && i < tensor.extent.size(); ++i) {
            fits = tensor.extent[i] <= mostBlocks / blocks;
            blocks *= fits ? tensor.extent[i] : 1;
        }
        if (!fits) {
            return bad(forMessage(tensor.name) + ": expected at most " + digits(limit) +
                       " bytes in the file, found dimensions of more");
        }
        return blocks * block.bytes;
    }

    /// Gives each tensor its bytes: in order of their offsets each must begin where the one before
    /// ends.
    Result<void> placeTensors() {
        if (m_tensors == 0) {
            return {};
        }
        const auto padded = [this](std::uint64_t position) {
            return (position + m_alignment - 1) / m_alignment * m_alignment;
        };
        const std::uint64_t dataBegin = padded(m_cursor.position());
        if (dataBegin >= m_image.size()) {
            return endsInside("tensor data");
        }
        const std::span<const std::byte> data = m_image.subspan(dataBegin);
        std::vector<std::size_t> order(m_file.m_tensors.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = i;
        }
        std::sort(order.begin(), order.end(),
                  [this](std::size_t a, std::size_t b) { return m_offsets[a] < m_offsets[b]; });
        std::uint64_t expected = 0;
        for (const std::size_t i : order) {
            GgufTensor& tensor = m_file.m_tensors[i];
            if (m_offsets[i] != expected) {
                return bad(forMessage(tensor.name) + ": offset: expected " + digits(expected) +
                           (m_offsets[i] < expected ? " (tensors overlap), found "
                                                    : " (no holes between tensors), found ") +
                           digits(m_offsets[i]));
            }
            if (expected > data.size()) {
                return endsInside(forMessage(tensor.name));
            }
            PHIDELITY_TRY(const std::uint64_t bytes, sizeOf(tensor, data.size() - expected));
            tensor.data = data.subspan(expected, bytes);
            expected = padded(expected + bytes);
        }
        return {};
    }

    std::span<const std::byte> m_image;
    ByteCursor m_cursor;
    GgufFile& m_file;
    std::uint64_t m_tensors = 0;
    std::uint64_t m_keys = 0;
    std::uint64_t m_alignment = 32;
    std::set<std::string_view> m_names;
    std::vector<std::uint64_t> m_offsets; ///< by tensor, from the begin of the data section
};

Result<GgufFile> GgufFile::parse(std::span<const std::byte> image, std::string name) {
    GgufFile file;
    file.m_name = std::move(name);
    PHIDELITY_CHECK(Parser(image, file).run());
    return file;
}

const GgufValue* GgufFile::find(std::string_view key) const {
    const auto found = m_values.find(key);
    return found == m_values.end() ? nullptr : &found->second;
}

Result<std::uint64_t> GgufFile::integer(std::string_view key, std::uint64_t low, std::uint64_t high,
                                        std::optional<std::uint64_t> missing) const {
    const std::string where = m_name + ": " + std::string(key);
    const GgufValue* value = find(key);
    if (value == nullptr) {
        return missing ? Result<std::uint64_t>(*missing)
                       : fail(ErrorCode::BadFile, where + ": expected in the file, not found");
    }
    const auto result = value->asUnsigned();
    if (!result) {
        return fail(ErrorCode::BadFile, where + ": expected an integer, found " +
                                            (value->isArray ? "an array" : "") +
                                            std::string(ggufTypeName(value->type)));
    }
    if (*result < low || *result > high) {
        return fail(ErrorCode::BadFile, where + ": expected " + std::to_string(low) + " to " +
                                            std::to_string(high) + ", found " +
                                            std::to_string(*result));
    }
    return *result;
}

Result<double> GgufFile::number(std::string_view key, double low, double high,
                                std::optional<double> missing) const {
    const std::string where = m_name + ": " + std::string(key);
    const GgufValue* value = find(key);
    if (value == nullptr) {
        return missing ? Result<double>(*missing)
                       : fail(ErrorCode::BadFile, where + ": expected in the file, not found");
    }
    const auto result = value->asFloat();
    if (!result || !std::isfinite(*result) || *result < low || *result > high) {
        return fail(ErrorCode::BadFile, where + ": expected a number from " + std::to_string(low) +
                                            " to " + std::to_string(high) + ", found " +
                                            (result ? std::to_string(*result)
                                                    : std::string(ggufTypeName(value->type))));
    }
    return *result;
}

Result<std::string> GgufFile::text(std::string_view key, std::optional<std::string> missing) const {
    const std::string where = m_name + ": " + std::string(key);
    const GgufValue* value = find(key);
    if (value == nullptr) {
        return missing ? Result<std::string>(std::move(*missing))
                       : fail(ErrorCode::BadFile, where + ": expected in the file, not found");
    }
    const auto result = value->asString();
    if (!result || !isUtf8(*result)) {
        return fail(ErrorCode::BadFile, where + ": expected a string of UTF-8, found other bytes");
    }
    return std::string(*result);
}

} // namespace phidelity
