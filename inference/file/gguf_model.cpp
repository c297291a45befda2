// SPDX-License-Identifier: MIT
#include "inference/file/gguf_model.h"

#include <charconv>
#include <cstdio>

#include "inference/file/tensor_directory.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::string_view kArchitecture = "phi2";
constexpr std::uint64_t kMostSplits = 999;
/// Converters of phi2 always meant this where they left the key out; a full head would be wrong.
constexpr std::uint64_t kMissingRotary = 32;

std::string phiKey(std::string_view rest) {
    return std::string(kArchitecture) + "." + std::string(rest);
}

Result<void> checkArchitecture(const GgufFile& file) {
    PHIDELITY_TRY(const std::string found, file.text("general.architecture"));
    if (found != kArchitecture) {
        return fail(ErrorCode::Unsupported,
                    file.name() +
                        ": general.architecture: expected phi2 (Phi-1, Phi-1.5, Phi-2), "
                        "found " +
                        forMessage(found));
    }
    return {};
}

Result<std::uint32_t> count(const GgufFile& file, std::string_view rest, std::uint64_t most,
                            std::optional<std::uint64_t> missing = {}) {
    PHIDELITY_TRY(const std::uint64_t value, file.integer(phiKey(rest), 1, most, missing));
    return static_cast<std::uint32_t>(value);
}

/// Refuses a key that would change the arithmetic, unless it has the value that we compute with.
Result<void> expectInteger(const GgufFile& file, std::string_view rest, std::uint64_t expected) {
    PHIDELITY_TRY(const std::uint64_t found, file.integer(phiKey(rest), 0, UINT32_MAX, expected));
    if (found != expected) {
        return fail(ErrorCode::ShapeMismatch, file.name() + ": " + phiKey(rest) + ": expected " +
                                                  std::to_string(expected) + ", found " +
                                                  std::to_string(found));
    }
    return {};
}

/// The files of a split set, by name; just the given one where its name is none of a set.
struct SplitName {
    std::string prefix;
    std::uint64_t total = 0;
};

/// Takes "-00001-of-00003.gguf" off a file name.
std::optional<SplitName> parseSplitName(const std::string& fileName) {
    constexpr std::string_view kForm = "-00000-of-00000.gguf";
    if (fileName.size() <= kForm.size()) {
        return std::nullopt;
    }
    const std::string tail = fileName.substr(fileName.size() - kForm.size());
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool digit = tail[i] >= '0' && tail[i] <= '9';
        if (kForm[i] == '0' ? !digit : tail[i] != kForm[i]) {
            return std::nullopt;
        }
    }
    SplitName name;
    name.prefix = fileName.substr(0, fileName.size() - kForm.size());
    std::from_chars(tail.data() + 10, tail.data() + 15, name.total);
    return name;
}

std::filesystem::path splitPath(const std::filesystem::path& folder, const SplitName& name,
                                std::uint64_t number) {
    char tail[32];
    std::snprintf(tail, sizeof tail, "-%05u-of-%05u.gguf", static_cast<unsigned>(number),
                  static_cast<unsigned>(name.total));
    return folder / (name.prefix + tail);
}

/// Checks the split keys of the file at `index` (from 0) of a set.
Result<void> checkSplitKeys(const GgufFile& file, std::uint64_t index, std::uint64_t total) {
    PHIDELITY_TRY(const std::uint64_t no, file.integer("split.no", 0, kMostSplits));
    PHIDELITY_TRY(const std::uint64_t found, file.integer("split.count", 0, kMostSplits));
    if (no != index || found != total) {
        return fail(ErrorCode::BadFile, file.name() + ": split.no of split.count: expected " +
                                            std::to_string(index) + " of " + std::to_string(total) +
                                            ", found " + std::to_string(no) + " of " +
                                            std::to_string(found));
    }
    return {};
}

Result<void> addTensors(const GgufFile& file, TensorDirectory& directory) {
    for (const GgufTensor& tensor : file.tensors()) {
        StoredTensor stored;
        stored.type = tensor.type;
        stored.typeName = tensorTypeName(tensor.type);
        for (std::uint32_t i = tensor.dimensions; i > 0; --i) {
            stored.extents.push_back(tensor.extent[i - 1]);
        }
        stored.data = tensor.data;
        stored.file = file.name();
        if (!directory.tensors.emplace(tensor.name, std::move(stored)).second) {
            return fail(ErrorCode::BadFile, file.name() + ": tensor \"" + forMessage(tensor.name) +
                                                "\" is in two files of the set");
        }
        if (directory.tensors.size() > GgufFile::kMostTensors) {
            return fail(ErrorCode::BadFile, file.name() + ": the set has too many tensors");
        }
    }
    return {};
}

/// Fills shape, vocabulary and tensors from the first file and the tensors of all.
Result<void> assemble(const GgufFile& first, TensorDirectory& directory, CheckpointParts& parts) {
    PHIDELITY_TRY(parts.shape, readGgufShape(first));
    directory.styles = {NameStyle::Gguf};
    directory.order = ExtentOrder::ContiguousFirst;
    directory.layersField = phiKey("block_count");
    directory.file = first.name();
    const auto embedding = directory.tensors.find("token_embd.weight");
    if (embedding == directory.tensors.end()) {
        return fail(ErrorCode::TensorMissing,
                    first.name() + ": token_embd.weight: expected in the file, not found");
    }
    PHIDELITY_TRY(parts.tokenizer, readGgufTokenizer(first));
    parts.shape.vocabulary = static_cast<std::uint32_t>(parts.tokenizer.tokens.size());
    PHIDELITY_TRY(parts.name, first.text("general.name", parts.name));
    return placeTensors(directory, parts);
}

} // namespace

Result<ModelShape> readGgufShape(const GgufFile& file) {
    PHIDELITY_CHECK(checkArchitecture(file));
    ModelShape shape;
    PHIDELITY_TRY(shape.layers, count(file, "block_count", kMostLayers));
    PHIDELITY_TRY(shape.width, count(file, "embedding_length", kMostWidth));
    PHIDELITY_TRY(shape.heads, count(file, "attention.head_count", shape.width));
    PHIDELITY_TRY(shape.hidden, count(file, "feed_forward_length", kMostWidth));
    PHIDELITY_TRY(shape.context, count(file, "context_length", kMostContext));
    if (shape.width % shape.heads != 0) {
        return fail(ErrorCode::ShapeMismatch,
                    file.name() + ": phi2.attention.head_count: expected a divisor of " +
                        std::to_string(shape.width) + ", found " + std::to_string(shape.heads));
    }
    shape.headSize = shape.width / shape.heads;
    PHIDELITY_CHECK(expectInteger(file, "attention.head_count_kv", shape.heads));
    PHIDELITY_CHECK(expectInteger(file, "attention.key_length", shape.headSize));
    PHIDELITY_CHECK(expectInteger(file, "attention.value_length", shape.headSize));
    PHIDELITY_TRY(shape.rotary, count(file, "rope.dimension_count", UINT32_MAX, kMissingRotary));
    if (shape.rotary % 2 != 0 || shape.rotary > shape.headSize) {
        return fail(ErrorCode::ShapeMismatch,
                    file.name() + ": phi2.rope.dimension_count: expected an even number up to " +
                        std::to_string(shape.headSize) + ", found " + std::to_string(shape.rotary));
    }
    PHIDELITY_TRY(const double epsilon,
                  file.number(phiKey("attention.layer_norm_epsilon"), 1e-12, 1.0));
    PHIDELITY_TRY(const double theta, file.number(phiKey("rope.freq_base"), 1.0, 1e12, 10000.0));
    shape.normEpsilon = static_cast<float>(epsilon);
    shape.ropeTheta = static_cast<float>(theta);
    PHIDELITY_TRY(const std::string scaling, file.text(phiKey("rope.scaling.type"), "none"));
    if (scaling != "none") {
        return fail(ErrorCode::Unsupported, file.name() +
                                                ": phi2.rope.scaling.type: expected none, found " +
                                                forMessage(scaling));
    }
    return shape;
}

Result<CheckpointParts> openGguf(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> paths{path};
    const std::optional<SplitName> split = parseSplitName(path.filename().string());
    if (split && split->total >= 1 && split->total <= kMostSplits) {
        paths.clear();
        for (std::uint64_t i = 1; i <= split->total; ++i) {
            paths.push_back(splitPath(path.parent_path(), *split, i));
        }
    }

    CheckpointParts parts;
    parts.name = split ? split->prefix : path.stem().string();
    TensorDirectory directory;
    std::optional<GgufFile> first;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        PHIDELITY_TRY(const auto mapping, MappedFile::open(paths[i]));
        PHIDELITY_TRY(GgufFile file, GgufFile::parse(mapping->bytes(), displayName(paths[i])));
        if (paths.size() > 1 || file.find("split.count") != nullptr) {
            PHIDELITY_CHECK(checkSplitKeys(file, i, paths.size()));
        }
        PHIDELITY_CHECK(addTensors(file, directory));
        parts.mappings.push_back(mapping);
        if (i == 0) {
            first = std::move(file);
        }
    }
    if (first->find("split.tensors.count") != nullptr) {
        PHIDELITY_TRY(const std::uint64_t told,
                      first->integer("split.tensors.count", 0, UINT32_MAX));
        if (told != directory.tensors.size()) {
            return fail(ErrorCode::BadFile, first->name() + ": split.tensors.count: expected " +
                                                std::to_string(directory.tensors.size()) +
                                                ", found " + std::to_string(told));
        }
    }
    parts.files = std::move(paths);
    PHIDELITY_CHECK(assemble(*first, directory, parts));
    return parts;
}

Result<CheckpointParts> openGgufImage(std::span<const std::byte> image, const std::string& name) {
    CheckpointParts parts;
    parts.name = name;
    parts.image = image;
    PHIDELITY_TRY(const GgufFile file, GgufFile::parse(image, name));
    PHIDELITY_TRY(const std::uint64_t splits, file.integer("split.count", 0, UINT32_MAX, 1));
    if (splits > 1) {
        return fail(ErrorCode::Unsupported,
                    name + ": split.count: expected 1 in memory, found " + std::to_string(splits));
    }
    TensorDirectory directory;
    PHIDELITY_CHECK(addTensors(file, directory));
    PHIDELITY_CHECK(assemble(file, directory, parts));
    return parts;
}

} // namespace phidelity
