// SPDX-License-Identifier: MIT
#include "inference/file/tensor_directory.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <set>

#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

/// A layer has at least this many tensors, however they are packed.
constexpr std::size_t kFewestTensorsPerLayer = 10;

std::string extentsText(std::vector<std::uint64_t> extents, ExtentOrder order) {
    if (order == ExtentOrder::ContiguousFirst) {
        std::reverse(extents.begin(), extents.end());
    }
    std::string text = "{";
    for (std::size_t i = 0; i < extents.size(); ++i) {
        text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
    }
    return text + "}";
}

std::vector<std::uint64_t> withoutOuterOnes(std::vector<std::uint64_t> extents, std::size_t rank) {
    while (extents.size() > rank && extents.front() == 1) {
        extents.erase(extents.begin());
    }
    return extents;
}

class Placer {
public:
    Placer(const TensorDirectory& directory, CheckpointParts& parts)
        : m_directory(directory), m_parts(parts) {}

    Result<void> run() {
        const ModelShape& shape = m_parts.shape;
        if (shape.layers > m_directory.tensors.size() / kFewestTensorsPerLayer) {
            return fail(ErrorCode::ShapeMismatch,
                        m_directory.file + ": " + m_directory.layersField +
                            ": expected as many layers as the file has tensors for (" +
                            std::to_string(m_directory.tensors.size()) + " in all), found " +
                            std::to_string(shape.layers));
        }
        m_parts.tensors.assign(std::size_t{shape.layers} * kTensorRoles, TensorView{});
        for (const TensorSpec& spec : tensorTable()) {
            for (std::uint32_t layer = 0; layer < (spec.perLayer ? shape.layers : 1); ++layer) {
                PHIDELITY_CHECK(place(spec, layer));
            }
        }
        return refuseUnknown();
    }

private:
    struct Match {
        const StoredTensor* tensor = nullptr;
        std::string name;
        Packing packing = Packing::Alone;
    };

    [[nodiscard]] Match match(const TensorSpec& spec, std::uint32_t layer) const {
        for (const TensorName& name : spec.names) {
            const auto& styles = m_directory.styles;
            if (std::find(styles.begin(), styles.end(), name.style) == styles.end()) {
                continue;
            }
            std::string full = tensorName(name, layer, m_parts.shape.layers);
            const auto found = m_directory.tensors.find(full);
            if (found != m_directory.tensors.end()) {
                return {&found->second, std::move(full), name.packing};
            }
        }
        return {};
    }

    [[nodiscard]] std::string firstName(const TensorSpec& spec, std::uint32_t layer) const {
        const auto name =
            std::find_if(spec.names.begin(), spec.names.end(), [this](const TensorName& n) {
                return n.style == m_directory.styles.front();
            });
        return tensorName(*name, layer, m_parts.shape.layers);
    }

    Result<void> place(const TensorSpec& spec, std::uint32_t layer) {
        const Match found = match(spec, layer);
        if (found.tensor == nullptr) {
            return fail(ErrorCode::TensorMissing, m_directory.file + ": " + firstName(spec, layer) +
                                                      ": expected in the file, not found");
        }
        const StoredTensor& stored = *found.tensor;
        const std::string where = stored.file + ": " + forMessage(found.name);
        if (!stored.type) {
            return fail(ErrorCode::Unsupported, where +
                                                    ": type: expected F32, F16 or BF16, found " +
                                                    forMessage(stored.typeName));
        }
        const std::uint64_t parts = found.packing == Packing::Alone ? 1 : 3;
        const std::uint64_t rows = extentOf(spec.rows, m_parts.shape);
        const std::uint64_t columns = extentOf(spec.columns, m_parts.shape);
        const std::vector<std::uint64_t> expected =
            spec.isVector() ? std::vector{parts * columns} : std::vector{parts * rows, columns};
        if (withoutOuterOnes(stored.extents, expected.size()) != expected) {
            return fail(ErrorCode::ShapeMismatch,
                        where + ": expected " + extentsText(expected, m_directory.order) +
                            ", found " + extentsText(stored.extents, m_directory.order));
        }
        m_used.insert(found.name);
        TensorView& view = m_parts.tensors[tensorIndex(spec.role, layer)];
        if (found.packing == Packing::Alone) {
            view = {*stored.type, stored.data.data(), rows, columns};
            return {};
        }
        // A packed bias is one long row: cut it as if it were three rows.
        if (columns % blockLayout(*stored.type).elements != 0) {
            return fail(ErrorCode::Unsupported, where + ": " +
                                                    std::string(tensorTypeName(*stored.type)) +
                                                    " blocks cross the borders of q, k and v");
        }
        const TensorView packed{*stored.type, stored.data.data(), parts * rows, columns};
        if (found.packing == Packing::QueryKeyValue) {
            view = packed.slice(packedPart(spec.role) * rows, rows);
            return {};
        }
        return gather(spec, packed, view);
    }

    /// Collects the rows of one of q, k, v, which lie as [head][q, k, v][headSize].
    Result<void> gather(const TensorSpec& spec, const TensorView& packed, TensorView& view) {
        const ModelShape& shape = m_parts.shape;
        const BlockLayout block = blockLayout(packed.type);
        if (block.elements != 1) {
            return fail(ErrorCode::Unsupported,
                        "query_key_value: expected F32, F16 or BF16, found " +
                            std::string(tensorTypeName(packed.type)));
        }
        const std::size_t rowSize =
            spec.isVector() ? block.bytes : rowBytes(packed.type, packed.columns);
        const std::size_t headBytes = rowSize * shape.headSize;
        const std::shared_ptr<std::byte[]> own(new (std::nothrow)
                                                   std::byte[headBytes * shape.heads]);
        if (!own) {
            return fail(ErrorCode::OutOfMemory, "no memory to reorder query_key_value");
        }
        for (std::size_t head = 0; head < shape.heads; ++head) {
            std::memcpy(own.get() + head * headBytes,
                        packed.data + (3 * head + packedPart(spec.role)) * headBytes, headBytes);
        }
        view = {packed.type, own.get(), extentOf(spec.rows, shape), packed.columns};
        m_parts.owned.push_back(own);
        // The copy replaces these pages; the other parts of q, k and v bring them back if needed.
        for (const auto& mapping : m_parts.mappings) {
            mapping->release({packed.data, packed.bytes()});
        }
        return {};
    }

    /// Values that files may hold although they follow from the shape.
    static bool isDerived(std::string_view name) { return name.ends_with(".rotary_emb.inv_freq"); }

    /// A tensor that we would not use means another model than the one that we would run.
    Result<void> refuseUnknown() const {
        for (const auto& [name, stored] : m_directory.tensors) {
            if (m_used.find(name) == m_used.end() && !isDerived(name)) {
                return fail(ErrorCode::ShapeMismatch,
                            stored.file + ": " + forMessage(name) + ": a Phi model of " +
                                std::to_string(m_parts.shape.layers) + " layers (" +
                                m_directory.layersField + ") has no such tensor");
            }
        }
        return {};
    }

    const TensorDirectory& m_directory;
    CheckpointParts& m_parts;
    std::set<std::string, std::less<>> m_used;
};

} // namespace

Result<void> placeTensors(const TensorDirectory& directory, CheckpointParts& parts) {
    return Placer(directory, parts).run();
}

} // namespace phidelity
