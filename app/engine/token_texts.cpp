// SPDX-License-Identifier: MIT
#include "engine/token_texts.h"

#include <string_view>

namespace phidelity {

std::shared_ptr<const TokenTexts> tokenTextsOf(const Tokenizer& tokenizer) {
    auto texts = std::make_shared<TokenTexts>();
    const std::uint32_t size = tokenizer.size();
    texts->bytes.reserve(static_cast<qsizetype>(size));
    texts->labels.reserve(static_cast<qsizetype>(size));
    for (TokenId id = 0; id < size; ++id) {
        const std::string_view bytes = tokenizer.bytes(id);
        const std::string_view label = tokenizer.label(id);
        texts->bytes.append(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
        texts->labels.append(QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size())));
    }
    return texts;
}

} // namespace phidelity
