// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/file/checkpoint.h"
#include "inference/result.h"
#include "inference/text/token_id.h"

namespace phidelity {

/// Whether `<|endoftext|>` in a text is the control token or thirteen plain characters. User text:
/// Plain.
enum class SpecialTokens { Plain, Parse };

/// Byte-level BPE exactly as Phi-2's (PHI-2 reference section 5): whitespace-run tokens are cut out
/// first (leftmost-longest), the rest is split by GPT-2's pattern over Unicode classes, each piece
/// merged by rank. No BOS, no normalisation, no clean-up. Immutable, safe from any thread.
class Tokenizer {
public:
    /// Checks vocabulary and merges: non-empty, all 256 bytes present, every merge's parts and
    /// result in the vocabulary, end of text in range; duplicates resolved as the reference does.
    static Result<std::shared_ptr<const Tokenizer>> create(const TokenizerData& data);

    virtual ~Tokenizer() = default;

    /// Ids of a text. Invalid UTF-8 becomes U+FFFD first. Linear in the length of the text: 1 MB of
    /// anything in well under a second on one core.
    [[nodiscard]] virtual std::vector<TokenId>
    encode(std::string_view text, SpecialTokens special = SpecialTokens::Plain) const = 0;

    /// The bytes of one id; a lone token may be part of a character. Control and filler ids are
    /// empty, as are ids past the end.
    [[nodiscard]] virtual std::string_view bytes(TokenId id) const = 0;

    /// The text of many ids; bytes that are not UTF-8 become U+FFFD.
    [[nodiscard]] virtual std::string decode(std::span<const TokenId> ids) const = 0;

    /// What an inspector shows for an id: as bytes(), but "<|endoftext|>" for control tokens.
    [[nodiscard]] virtual std::string_view label(TokenId id) const = 0;

    /// Ids below this can be sampled; higher rows of the head are padding. (50295 for Phi-2.)
    [[nodiscard]] virtual std::uint32_t size() const = 0;
    /// The id that ends a generation.
    [[nodiscard]] virtual TokenId endOfText() const = 0;
    [[nodiscard]] virtual bool isControl(TokenId id) const = 0;
};

} // namespace phidelity
