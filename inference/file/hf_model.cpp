// SPDX-License-Identifier: MIT
#include "inference/file/hf_model.h"

#include <set>
#include <system_error>

#include "inference/file/hf_config.h"
#include "inference/file/hf_tokenizer.h"
#include "inference/file/safetensors.h"
#include "inference/file/tensor_directory.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostShards = 999;
constexpr std::string_view kIndex = "model.safetensors.index.json";

/// Opens one safetensors file, keeps its mapping and adds its tensors.
Result<void> addFile(const fs::path& path, CheckpointParts& parts, TensorDirectory& directory) {
    PHIDELITY_TRY(auto mapping, MappedFile::open(path));
    PHIDELITY_CHECK(readSafetensors(mapping->bytes(), displayName(path), directory));
    parts.mappings.push_back(std::move(mapping));
    parts.files.push_back(path);
    return {};
}

/// Opens the shards that the index names and checks that each tensor is where the index says.
Result<void> addShards(const fs::path& folder, CheckpointParts& parts, TensorDirectory& directory) {
    PHIDELITY_TRY(const JsonValue index, readJsonFile(folder / kIndex));
    const std::string where = std::string(kIndex) + ": weight_map: ";
    const JsonValue* map = index.find("weight_map");
    if (map == nullptr || map->object() == nullptr) {
        return fail(ErrorCode::BadFile, where + "expected an object, found another value");
    }
    std::set<std::string> shards;
    for (const auto& [tensor, file] : *map->object()) {
        // A name with a separator could lead out of the folder.
        if (file.string() == nullptr || !file.string()->ends_with(".safetensors") ||
            file.string()->find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
            return fail(ErrorCode::BadFile,
                        where + forMessage(tensor) +
                            ": expected the name of a .safetensors file in the folder, found " +
                            (file.string() != nullptr ? forMessage(*file.string())
                                                      : std::string(file.kind())));
        }
        shards.insert(*file.string());
        if (shards.size() > kMostShards) {
            return fail(ErrorCode::BadFile, where + "expected at most " +
                                                std::to_string(kMostShards) + " files, found more");
        }
    }
    parts.files.push_back(folder / kIndex);
    for (const std::string& shard : shards) {
        PHIDELITY_CHECK(addFile(folder / shard, parts, directory));
    }
    for (const auto& [tensor, file] : *map->object()) {
        const auto found = directory.tensors.find(tensor);
        if (found == directory.tensors.end() || found->second.file != *file.string()) {
            return fail(ErrorCode::TensorMissing, forMessage(*file.string()) + ": " +
                                                      forMessage(tensor) +
                                                      ": expected in this file, not found");
        }
    }
    return {};
}

Result<void> addWeights(const fs::path& folder, CheckpointParts& parts,
                        TensorDirectory& directory) {
    if (isThere(folder / "model.safetensors")) {
        return addFile(folder / "model.safetensors", parts, directory);
    }
    if (isThere(folder / kIndex)) {
        return addShards(folder, parts, directory);
    }
    std::vector<fs::path> candidates;
    bool pickled = false;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const fs::path extension = entry->path().extension();
        if (extension == ".safetensors") {
            candidates.push_back(entry->path());
        }
        pickled = pickled || extension == ".bin" || extension == ".pt" || extension == ".pth";
    }
    if (candidates.size() == 1) {
        return addFile(candidates.front(), parts, directory);
    }
    if (candidates.empty() && pickled) {
        return fail(ErrorCode::Unsupported, folder.string() + ": weights: expected safetensors, "
                                                              "found only pickled ones (.bin)");
    }
    return fail(ErrorCode::FileMissing,
                folder.string() + ": expected model.safetensors or " + std::string(kIndex) +
                    ", found " + std::to_string(candidates.size()) + " other .safetensors files");
}

} // namespace

Result<CheckpointParts> openHuggingFace(const fs::path& folder) {
    CheckpointParts parts;
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(folder, error);
    parts.name = displayName(error ? folder : whole);

    PHIDELITY_TRY(const JsonValue root, readJsonFile(folder / "config.json"));
    PHIDELITY_TRY(const HfConfig config, readHfConfig(root, "config.json"));
    parts.shape = config.shape;
    parts.files.push_back(folder / "config.json");
    PHIDELITY_TRY(parts.tokenizer,
                  readHfTokenizer(folder, config.shape.vocabulary, config.endOfText, parts.files));
    TensorDirectory directory;
    directory.styles = {NameStyle::Transformers, NameStyle::PhiMsft, NameStyle::MixFormer};
    directory.order = ExtentOrder::OutermostFirst;
    directory.layersField = "config.json: " + config.layersField;
    directory.file = parts.name;
    PHIDELITY_CHECK(addWeights(folder, parts, directory));
    PHIDELITY_CHECK(placeTensors(directory, parts));
    return parts;
}

} // namespace phidelity
