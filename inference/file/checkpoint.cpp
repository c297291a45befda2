// SPDX-License-Identifier: MIT
#include "inference/file/checkpoint.h"

#include <new>
#include <stdexcept>
#include <system_error>

#include "inference/file/gguf_model.h"
#include "inference/file/hf_model.h"
#include "inference/file/loaded_checkpoint.h"
#include "inference/file/random_model.h"

namespace phidelity {

namespace {

using CheckpointResult = Result<std::shared_ptr<const Checkpoint>>;

/// Runs a loader; what the standard library throws ends here.
template <class Loader>
CheckpointResult guarded(const std::string& what, Loader load) {
    try {
        PHIDELITY_TRY(CheckpointParts parts, load());
        return std::make_shared<const LoadedCheckpoint>(std::move(parts));
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, what + ": not enough memory to open it");
    } catch (const std::exception& error) {
        return fail(ErrorCode::FileUnreadable, what + ": " + error.what());
    }
}

} // namespace

CheckpointResult Checkpoint::open(const std::filesystem::path& path) {
    return guarded(path.string(), [&]() -> Result<CheckpointParts> {
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored)) {
            return openHuggingFace(path);
        }
        const std::filesystem::path extension = path.extension();
        if (extension == ".safetensors" || extension == ".json") {
            const std::filesystem::path folder = path.parent_path();
            return openHuggingFace(folder.empty() ? std::filesystem::path(".") : folder);
        }
        return openGguf(path);
    });
}

CheckpointResult Checkpoint::openMemory(std::span<const std::byte> gguf, std::string name) {
    return guarded(name, [&] { return openGgufImage(gguf, name); });
}

CheckpointResult Checkpoint::random(const ModelShape& shape, TensorType type, std::uint64_t seed) {
    return guarded("random weights", [&] { return makeRandomModel(shape, type, seed); });
}

} // namespace phidelity
