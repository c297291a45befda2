// SPDX-License-Identifier: MIT
#include "inference/file/safetensors.h"

#include <algorithm>

#include "inference/file/byte_cursor.h"
#include "inference/file/json.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kMostTensors = 65536;
constexpr std::size_t kMostDimensions = 8;
constexpr std::string_view kMetadata = "__metadata__";

struct ElementType {
    std::string_view name;
    std::uint32_t bits;
    std::optional<TensorType> type; ///< where we can run it
};

constexpr ElementType kElementTypes[] = {
    {"F32", 32, TensorType::F32},
    {"F16", 16, TensorType::F16},
    {"BF16", 16, TensorType::BF16},
    {"BOOL", 8, {}},
    {"U8", 8, {}},
    {"I8", 8, {}},
    {"F8_E5M2", 8, {}},
    {"F8_E4M3", 8, {}},
    {"F8_E8M0", 8, {}},
    {"F8_E4M3FNUZ", 8, {}},
    {"F8_E5M2FNUZ", 8, {}},
    {"I16", 16, {}},
    {"U16", 16, {}},
    {"I32", 32, {}},
    {"U32", 32, {}},
    {"C64", 64, {}},
    {"F64", 64, {}},
    {"I64", 64, {}},
    {"U64", 64, {}},
    {"F4", 4, {}},
    {"F6_E2M3", 6, {}},
    {"F6_E3M2", 6, {}},
};

/// A tensor of the header before its bytes are known to be where it says.
struct Entry {
    std::string_view name;
    StoredTensor tensor;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

class Reader {
public:
    Reader(std::span<const std::byte> image, const std::string& name)
        : m_image(image), m_name(name) {}

    Result<void> run(TensorDirectory& directory) {
        ByteCursor cursor(m_image);
        const auto length = cursor.read<std::uint64_t>();
        if (!length) {
            return bad("expected a header length of 8 bytes, but the file ends");
        }
        const std::uint64_t most = std::min<std::uint64_t>(kLongestHeader, cursor.remaining());
        if (*length < 2 || *length > most) {
            return bad("header length: expected 2 to " + std::to_string(most) + ", found " +
                       std::to_string(*length));
        }
        const auto header = *cursor.take(*length);
        const std::string_view text(reinterpret_cast<const char*>(header.data()), header.size());
        if (text.front() != '{') {
            return bad("header: expected it to begin with \"{\", found another byte");
        }
        PHIDELITY_TRY(const JsonValue root, parseJson(text, m_name + ": header"));
        m_data = m_image.subspan(cursor.position());
        const JsonValue::Object& members = *root.object();
        if (members.size() > kMostTensors) {
            return bad("header: expected at most " + std::to_string(kMostTensors) +
                       " tensors, found " + std::to_string(members.size()));
        }
        std::vector<Entry> entries;
        for (const auto& [name, value] : members) {
            if (name == kMetadata) {
                PHIDELITY_CHECK(checkMetadata(value));
                continue;
            }
            PHIDELITY_TRY(Entry entry, readEntry(name, value));
            entries.push_back(std::move(entry));
        }
        PHIDELITY_CHECK(checkCover(entries));
        for (Entry& entry : entries) {
            const std::string where = forMessage(entry.name);
            if (!directory.tensors.emplace(entry.name, std::move(entry.tensor)).second) {
                return bad("tensor \"" + where + "\" is in two files");
            }
        }
        if (directory.tensors.size() > kMostTensors) {
            return bad("the model has too many tensors");
        }
        return {};
    }

private:
    tl::unexpected<Error> bad(const std::string& what) const {
        return fail(ErrorCode::BadFile, m_name + ": " + what);
    }

    Result<void> checkMetadata(const JsonValue& value) const {
        const JsonValue::Object* members = value.object();
        if (members == nullptr || !std::all_of(members->begin(), members->end(), [](const auto& m) {
                return m.second.string() != nullptr;
            })) {
            return bad("__metadata__: expected an object of strings, found another value");
        }
        return {};
    }

    Result<Entry> readEntry(const std::string& name, const JsonValue& value) const {
        const std::string where = forMessage(name) + ": ";
        const JsonValue* typeName = value.find("dtype");
        const JsonValue* shape = value.find("shape");
        const JsonValue* offsets = value.find("data_offsets");
        if (typeName == nullptr || typeName->string() == nullptr || shape == nullptr ||
            shape->array() == nullptr || offsets == nullptr || offsets->array() == nullptr ||
            offsets->array()->size() != 2 || value.object()->size() != 3) {
            return bad(where + "expected dtype, shape and data_offsets, found other members");
        }
        const auto type =
            std::find_if(std::begin(kElementTypes), std::end(kElementTypes),
                         [&](const ElementType& t) { return t.name == *typeName->string(); });
        if (type == std::end(kElementTypes)) {
            return fail(ErrorCode::Unsupported, m_name + ": " + where +
                                                    "dtype: expected F32, F16 or BF16, found " +
                                                    forMessage(*typeName->string()));
        }
        if (shape->array()->size() > kMostDimensions) {
            return bad(where + "shape: expected at most " + std::to_string(kMostDimensions) +
                       " dimensions, found " + std::to_string(shape->array()->size()));
        }
        Entry entry;
        entry.name = name;
        entry.tensor.type = type->type;
        entry.tensor.typeName = type->name;
        entry.tensor.file = m_name;
        std::uint64_t elements = 1;
        for (const JsonValue& item : *shape->array()) {
            const auto extent = item.unsignedInteger();
            if (!extent || __builtin_mul_overflow(elements, *extent, &elements)) {
                return bad(where + "shape: expected integers whose product fits 64 bits, found "
                                   "another value");
            }
            entry.tensor.extents.push_back(*extent);
        }
        const auto begin = offsets->array()->front().unsignedInteger();
        const auto end = offsets->array()->back().unsignedInteger();
        if (!begin || !end || *begin > *end || *end > m_data.size()) {
            return bad(where + "data_offsets: expected a range within the " +
                       std::to_string(m_data.size()) + " bytes of data, found another");
        }
        std::uint64_t bits = 0;
        if (__builtin_mul_overflow(elements, std::uint64_t{type->bits}, &bits) || bits % 8 != 0 ||
            bits / 8 != *end - *begin) {
            return bad(where + "data_offsets: expected the bytes of " + std::string(type->name) +
                       " times the shape, found " + std::to_string(*end - *begin));
        }
        entry.begin = *begin;
        entry.end = *end;
        entry.tensor.data = m_data.subspan(*begin, *end - *begin);
        return entry;
    }

    /// Every byte of the data must belong to exactly one tensor.
    Result<void> checkCover(std::vector<Entry>& entries) const {
        std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
        });
        std::uint64_t expected = 0;
        for (const Entry& entry : entries) {
            if (entry.begin != expected) {
                return bad(forMessage(entry.name) + ": data_offsets: expected to begin at " +
                           std::to_string(expected) +
                           (entry.begin < expected ? " (tensors overlap), found "
                                                   : " (no holes between tensors), found ") +
                           std::to_string(entry.begin));
            }
            expected = entry.end;
        }
        if (expected != m_data.size()) {
            return bad("expected the last tensor to end with the file (" +
                       std::to_string(m_data.size()) + " bytes of data), found " +
                       std::to_string(expected));
        }
        return {};
    }

    std::span<const std::byte> m_image;
    std::span<const std::byte> m_data;
    const std::string& m_name;
};

} // namespace

Result<void> readSafetensors(std::span<const std::byte> image, const std::string& name,
                             TensorDirectory& directory) {
    return Reader(image, name).run(directory);
}

} // namespace phidelity
