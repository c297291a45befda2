// SPDX-License-Identifier: MIT
#include "inference/file/gguf_writer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

#include "inference/file/atomic_file.h"
#include "inference/file/gguf_file.h"
#include "inference/file/parallel_for.h"
#include "inference/file/tensor_table.h"

namespace phidelity {

namespace {

constexpr std::uint64_t kFileAlignment = 32;
constexpr std::uint64_t kPieceBytes = std::uint64_t{32} << 20;
constexpr float kLargestHalf = 65504.0F;
constexpr float kLargestBf16 = 0x1.FEp127F;
constexpr std::uint32_t kVersion = 3;
constexpr std::uint32_t kQuantizationVersion = 2;

std::uint64_t padded(std::uint64_t size) {
    return (size + kFileAlignment - 1) / kFileAlignment * kFileAlignment;
}

/// Builds the part before the tensor data.
class Header {
public:
    template <class T>
    void raw(T value) {
        const std::size_t at = m_bytes.size();
        m_bytes.resize(at + sizeof(T));
        std::memcpy(m_bytes.data() + at, &value, sizeof(T));
    }
    void text(std::string_view value) {
        raw(std::uint64_t{value.size()});
        const auto bytes = std::as_bytes(std::span(value));
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }

    void key(std::string_view name, GgufType type) {
        text(name);
        raw(static_cast<std::uint32_t>(type));
        ++m_keys;
    }
    void set(std::string_view name, std::string_view value) {
        key(name, GgufType::String);
        text(value);
    }
    void set(std::string_view name, std::uint32_t value) {
        key(name, GgufType::U32);
        raw(value);
    }
    void set(std::string_view name, float value) {
        key(name, GgufType::F32);
        raw(value);
    }
    void setFalse(std::string_view name) {
        key(name, GgufType::Bool);
        raw(std::uint8_t{0});
    }
    void array(std::string_view name, GgufType type, std::uint64_t count) {
        key(name, GgufType::Array);
        raw(static_cast<std::uint32_t>(type));
        raw(count);
    }

    [[nodiscard]] std::uint64_t keys() const { return m_keys; }
    std::vector<std::byte>& bytes() { return m_bytes; }

private:
    std::vector<std::byte> m_bytes;
    std::uint64_t m_keys = 0;
};

/// One tensor of the new file.
struct Item {
    TensorRole role;
    std::uint32_t layer;
    std::string name;
    TensorView source; ///< without data
    TensorType type;

    [[nodiscard]] std::uint64_t bytes() const {
        return source.rows * rowBytes(type, source.columns);
    }
};

/// The rows of a model that is in memory or mapped.
class CheckpointRows final : public RowSource {
public:
    explicit CheckpointRows(const Checkpoint& checkpoint) : m_checkpoint(checkpoint) {}

    [[nodiscard]] const ModelShape& shape() const override { return m_checkpoint.shape(); }
    [[nodiscard]] const TokenizerData& tokenizer() const override {
        return m_checkpoint.tokenizer();
    }
    [[nodiscard]] const std::string& name() const override { return m_checkpoint.name(); }
    [[nodiscard]] TensorView layout(TensorRole role, std::uint32_t layer) const override {
        TensorView view = m_checkpoint.tensor(role, layer);
        view.data = nullptr;
        return view;
    }
    [[nodiscard]] const std::byte* rows(TensorRole role, std::uint32_t layer, std::uint64_t first,
                                        std::uint64_t count) override {
        return m_checkpoint.tensor(role, layer).slice(first, count).data;
    }
    void finished(TensorRole role, std::uint32_t layer) override {
        m_checkpoint.release(m_checkpoint.tensor(role, layer));
    }

private:
    const Checkpoint& m_checkpoint;
};

std::vector<Item> planItems(const RowSource& model, QuantPreset preset) {
    const ModelShape& shape = model.shape();
    std::vector<Item> items;
    const auto add = [&](const TensorSpec& spec, std::uint32_t layer) {
        const TensorView source = model.layout(spec.role, layer);
        const auto name =
            std::find_if(spec.names.begin(), spec.names.end(),
                         [](const TensorName& n) { return n.style == NameStyle::Gguf; });
        items.push_back({spec.role, layer, tensorName(*name, layer, shape.layers), source,
                         presetTensorType(preset, spec.role, layer, shape, source.type)});
    };
    // Embedding first and head last, in the order in which a pass reads them.
    for (const TensorSpec& spec : tensorTable()) {
        if (!spec.perLayer && spec.role == TensorRole::Embedding) {
            add(spec, 0);
        }
    }
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        for (const TensorSpec& spec : tensorTable()) {
            if (spec.perLayer) {
                add(spec, layer);
            }
        }
    }
    for (const TensorSpec& spec : tensorTable()) {
        if (!spec.perLayer && spec.role != TensorRole::Embedding) {
            add(spec, 0);
        }
    }
    return items;
}

/// `general.file_type` of a file whose types were kept: that of its commonest type.
std::uint32_t fileTypeOf(QuantPreset preset, const std::vector<Item>& items) {
    if (preset != QuantPreset::Keep) {
        return presetFileType(preset);
    }
    std::uint64_t best = 0;
    std::uint32_t result = presetFileType(preset);
    for (const TensorType type : kTensorTypes) {
        std::uint64_t bytes = 0;
        for (const Item& item : items) {
            bytes += item.type == type && item.source.rows > 1 ? item.bytes() : 0;
        }
        if (bytes > best) {
            best = bytes;
            result =
                presetFileType(presetFromName(tensorTypeName(type)).value_or(QuantPreset::Keep));
        }
    }
    return result;
}

void addModelKeys(Header& header, const RowSource& model, std::uint32_t fileType, bool quantised) {
    const ModelShape& shape = model.shape();
    header.set("general.architecture", std::string_view("phi2"));
    header.set("general.name", std::string_view(model.name()));
    header.set("general.file_type", fileType);
    if (quantised) {
        header.set("general.quantization_version", kQuantizationVersion);
    }
    header.set("phi2.context_length", shape.context);
    header.set("phi2.embedding_length", shape.width);
    header.set("phi2.feed_forward_length", shape.hidden);
    header.set("phi2.block_count", shape.layers);
    header.set("phi2.attention.head_count", shape.heads);
    header.set("phi2.attention.head_count_kv", shape.heads);
    header.set("phi2.attention.layer_norm_epsilon", shape.normEpsilon);
    header.set("phi2.rope.dimension_count", shape.rotary);
    header.set("phi2.rope.freq_base", shape.ropeTheta);
}

void addTokenizerKeys(Header& header, const TokenizerData& data) {
    header.set("tokenizer.ggml.model", std::string_view("gpt2"));
    header.set("tokenizer.ggml.pre", std::string_view("phi-2"));
    header.array("tokenizer.ggml.tokens", GgufType::String, data.tokens.size());
    for (const std::string& token : data.tokens) {
        header.text(token);
    }
    header.array("tokenizer.ggml.token_type", GgufType::I32, data.kinds.size());
    for (const TokenKind kind : data.kinds) {
        header.raw(static_cast<std::int32_t>(kind));
    }
    header.array("tokenizer.ggml.merges", GgufType::String, data.merges.size());
    for (const auto& [left, right] : data.merges) {
        header.text(left + " " + right);
    }
    header.set("tokenizer.ggml.bos_token_id", data.endOfText);
    header.set("tokenizer.ggml.eos_token_id", data.endOfText);
    header.set("tokenizer.ggml.unknown_token_id", data.endOfText);
    header.setFalse("tokenizer.ggml.add_bos_token");
}

/// Everything before the tensor data, padded.
std::vector<std::byte> makeHeader(const RowSource& model, QuantPreset preset,
                                  const std::vector<Item>& items) {
    Header body;
    const bool quantised = std::any_of(items.begin(), items.end(), [](const Item& item) {
        return blockLayout(item.type).elements > 1;
    });
    addModelKeys(body, model, fileTypeOf(preset, items), quantised);
    addTokenizerKeys(body, model.tokenizer());
    std::uint64_t offset = 0;
    for (const Item& item : items) {
        body.text(item.name);
        if (item.source.rows == 1 && !item.name.ends_with("embd.weight")) {
            body.raw(std::uint32_t{1});
            body.raw(item.source.columns);
        } else {
            body.raw(std::uint32_t{2});
            body.raw(item.source.columns);
            body.raw(item.source.rows);
        }
        body.raw(static_cast<std::uint32_t>(item.type));
        body.raw(offset);
        offset += padded(item.bytes());
    }
    Header whole;
    for (const char c : {'G', 'G', 'U', 'F'}) {
        whole.raw(c);
    }
    whole.raw(kVersion);
    whole.raw(std::uint64_t{items.size()});
    whole.raw(body.keys());
    whole.bytes().insert(whole.bytes().end(), body.bytes().begin(), body.bytes().end());
    whole.bytes().resize(padded(whole.bytes().size()));
    return std::move(whole.bytes());
}

/// The largest number that a type can store.
float largestOf(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return std::numeric_limits<float>::max();
    case TensorType::BF16:
        return kLargestBf16;
    default: // numbers or scales in half precision
        return kLargestHalf;
    }
}

/// Converts `count` rows of an item, which begin at `from`, into `out`. False where a number cannot
/// be stored.
bool convertRows(const Item& item, const std::byte* from, std::uint64_t count, std::byte* out) {
    const float limit = largestOf(item.type);
    const std::uint64_t fromBytes = rowBytes(item.source.type, item.source.columns);
    const std::uint64_t toBytes = rowBytes(item.type, item.source.columns);
    std::vector<float> row(item.source.columns);
    for (std::uint64_t r = 0; r < count; ++r) {
        dequantizeRow(item.source.type, from + r * fromBytes, row);
        for (const float value : row) {
            if (!(std::fabs(value) <= limit)) {
                return false;
            }
        }
        quantizeRow(item.type, row, out + r * toBytes);
    }
    return true;
}

/// Writes the data of all items and reports on the way.
class Body {
public:
    Body(RowSource& model, AtomicFile& file, const WriteProgress& progress,
         const std::atomic<bool>* stop, std::uint64_t total)
        : m_model(model), m_file(file), m_progress(progress), m_stop(stop), m_total(total) {}

    Result<void> writeItem(const Item& item) {
        const std::uint64_t fromBytes = rowBytes(item.source.type, item.source.columns);
        const std::uint64_t toBytes = rowBytes(item.type, item.source.columns);
        const std::uint64_t step =
            std::max<std::uint64_t>(1, kPieceBytes / std::max(fromBytes, toBytes));
        for (std::uint64_t first = 0; first < item.source.rows; first += step) {
            if (m_stop != nullptr && m_stop->load(std::memory_order_relaxed)) {
                return fail(ErrorCode::BadArgument, "stopped");
            }
            const std::uint64_t count = std::min(step, item.source.rows - first);
            const std::byte* rows = m_model.rows(item.role, item.layer, first, count);
            if (item.type == item.source.type) {
                PHIDELITY_CHECK(write({rows, count * toBytes}));
                continue;
            }
            m_buffer.resize(count * toBytes);
            PHIDELITY_CHECK(convert(item, rows, first, count));
            PHIDELITY_CHECK(write(m_buffer));
        }
        const std::byte zeros[kFileAlignment]{};
        return write(std::span(zeros).first(padded(item.bytes()) - item.bytes()));
    }

private:
    Result<void> convert(const Item& item, const std::byte* rows, std::uint64_t first,
                         std::uint64_t count) {
        const std::uint64_t fromBytes = rowBytes(item.source.type, item.source.columns);
        const std::uint64_t toBytes = rowBytes(item.type, item.source.columns);
        std::atomic<bool> good{true};
        parallelFor(count, 4, [&](std::uint64_t from, std::uint64_t to) {
            if (good && !convertRows(item, rows + from * fromBytes, to - from,
                                     m_buffer.data() + from * toBytes)) {
                good = false;
            }
        });
        if (!good) {
            return fail(ErrorCode::NotFinite, item.name + ": expected finite numbers that " +
                                                  std::string(tensorTypeName(item.type)) +
                                                  " can store, found others in rows " +
                                                  std::to_string(first) + " to " +
                                                  std::to_string(first + count - 1));
        }
        return {};
    }

    Result<void> write(std::span<const std::byte> bytes) {
        PHIDELITY_CHECK(m_file.write(bytes));
        m_done += bytes.size();
        if (m_progress && !bytes.empty()) {
            m_progress(m_done, m_total);
        }
        return {};
    }

    RowSource& m_model;
    AtomicFile& m_file;
    const WriteProgress& m_progress;
    const std::atomic<bool>* m_stop;
    std::uint64_t m_total;
    std::uint64_t m_done = 0;
    std::vector<std::byte> m_buffer;
};

Result<void> writeAll(RowSource& model, const std::filesystem::path& out, QuantPreset preset,
                      const WriteProgress& progress, const std::atomic<bool>* stop) {
    const std::vector<Item> items = planItems(model, preset);
    const std::vector<std::byte> header = makeHeader(model, preset, items);
    std::uint64_t total = 0;
    for (const Item& item : items) {
        total += padded(item.bytes());
    }
    PHIDELITY_TRY(AtomicFile file, AtomicFile::create(out, header.size() + total));
    PHIDELITY_CHECK(file.write(header));
    Body body(model, file, progress, stop, total);
    for (const Item& item : items) {
        PHIDELITY_CHECK(body.writeItem(item));
        model.finished(item.role, item.layer);
    }
    return file.commit();
}

} // namespace

Result<void> writeGguf(RowSource& source, const std::filesystem::path& out, QuantPreset preset,
                       const WriteProgress& progress, const std::atomic<bool>* stop) {
    try {
        return writeAll(source, out, preset, progress, stop);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, out.string() + ": not enough memory to write it");
    } catch (const std::exception& error) {
        return fail(ErrorCode::WriteFailed, out.string() + ": " + error.what());
    }
}

Result<void> writeGguf(const Checkpoint& checkpoint, const std::filesystem::path& out,
                       QuantPreset preset, const WriteProgress& progress,
                       const std::atomic<bool>* stop) {
    CheckpointRows rows(checkpoint);
    return writeGguf(rows, out, preset, progress, stop);
}

} // namespace phidelity
