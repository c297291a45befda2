// SPDX-License-Identifier: MIT
#include "engine/text_batcher.h"

#include <utility>

namespace phidelity {

namespace {

constexpr qint64 kBatchMs = 33;

double milliseconds(const QElapsedTimer& timer) {
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

} // namespace

TextBatcher::TextBatcher(RequestId id, int promptTokens,
                         std::function<void(const TextArrived&)> send)
    : m_send(std::move(send)), m_promptTokens(promptTokens) {
    m_batch.id = id;
    m_sinceRequest.start();
}

void TextBatcher::addToken(const QString& text, const std::optional<TokenDetail>& detail) {
    if (m_batch.tokens == 0) {
        m_batch.firstTokenMs = milliseconds(m_sinceRequest);
        m_sinceFirstToken.start();
    }
    ++m_batch.tokens;
    m_batch.text += text;
    if (detail) {
        m_batch.details.append(*detail);
    }
    const bool due = !m_sinceSent.isValid() || m_sinceSent.elapsed() >= kBatchMs;
    if (due && !m_batch.text.isEmpty()) {
        send();
    }
}

void TextBatcher::flush() {
    if (!m_batch.text.isEmpty() || !m_batch.details.isEmpty()) {
        send();
    }
}

void TextBatcher::send() {
    m_batch.contextUsed = m_promptTokens + m_batch.tokens;
    // The first token belongs to the prompt's time, so that the rate is that of decoding alone.
    const double decodeMs = milliseconds(m_sinceFirstToken);
    m_batch.tokensPerSecond =
        m_batch.tokens > 1 && decodeMs > 0 ? (m_batch.tokens - 1) * 1000.0 / decodeMs : 0;
    m_send(m_batch);
    m_batch.text.clear();
    m_batch.details.clear();
    m_sinceSent.start();
}

} // namespace phidelity
