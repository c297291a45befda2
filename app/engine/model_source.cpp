// SPDX-License-Identifier: MIT
#include "engine/model_source.h"

#include "inference/file/gguf_model.h"
#include "inference/file/mapped_file.h"
#include "inference/file/tensor_table.h"
#include "resources/embedded.h"

namespace phidelity {

namespace {

Result<std::shared_ptr<const Tokenizer>> openVocabularyFile(const std::filesystem::path& path) {
    PHIDELITY_TRY(const auto mapped, MappedFile::open(path));
    PHIDELITY_TRY(const GgufFile file, GgufFile::parse(mapped->bytes(), displayName(path)));
    if (!file.tensors().empty()) {
        return fail(ErrorCode::BadFile, file.name() + ": expected a vocabulary alone");
    }
    PHIDELITY_TRY(const TokenizerData data, readGgufTokenizer(file));
    return Tokenizer::create(data);
}

} // namespace

Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const std::filesystem::path& path) {
    if (path.empty()) {
        return Checkpoint::openMemory(embeddedDemoModel(), "Phidelity demo");
    }
    return Checkpoint::open(path);
}

Result<std::shared_ptr<const Tokenizer>> openTokenizer(const std::filesystem::path& path) {
    const auto checkpoint = openCheckpoint(path);
    if (checkpoint) {
        return Tokenizer::create((*checkpoint)->tokenizer());
    }
    if (auto alone = openVocabularyFile(path)) {
        return alone;
    }
    return tl::unexpected<Error>(checkpoint.error());
}

ModelSize modelSize(const Checkpoint& checkpoint) {
    ModelSize size;
    for (const TensorSpec& spec : tensorTable()) {
        const std::uint32_t copies = spec.perLayer ? checkpoint.shape().layers : 1;
        for (std::uint32_t layer = 0; layer < copies; ++layer) {
            const TensorView view = checkpoint.tensor(spec.role, layer);
            size.parameters += view.rows * view.columns;
            size.bytes += view.bytes();
        }
    }
    return size;
}

std::vector<TokenId> encodePrompt(const Tokenizer& tokenizer, std::string_view prompt) {
    std::vector<TokenId> ids = tokenizer.encode(prompt);
    if (ids.empty()) {
        ids.push_back(tokenizer.endOfText());
    }
    return ids;
}

Result<void> checkPromptFits(std::size_t promptTokens, std::uint32_t context) {
    if (promptTokens < context) {
        return {};
    }
    return fail(ErrorCode::ContextFull, "prompt: expected fewer than " + std::to_string(context) +
                                            " tokens, found " + std::to_string(promptTokens));
}

} // namespace phidelity
