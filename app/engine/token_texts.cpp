// SPDX-License-Identifier: MIT
#include "engine/token_texts.h"

#include "engine/utf8_text.h"

namespace phidelity {

std::shared_ptr<const TokenTexts> tokenTextsOf(const Tokenizer& tokenizer) {
    auto texts = std::make_shared<TokenTexts>();
    const std::uint32_t size = tokenizer.size();
    texts->bytes.reserve(static_cast<qsizetype>(size));
    texts->labels.reserve(static_cast<qsizetype>(size));
    for (TokenId id = 0; id < size; ++id) {
        texts->bytes.append(bytesOf(tokenizer.bytes(id)));
        texts->labels.append(fromUtf8(tokenizer.label(id)));
    }
    return texts;
}

} // namespace phidelity
