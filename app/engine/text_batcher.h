// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include <QElapsedTimer>

#include "engine/messages.h"

namespace phidelity {

/// Gathers the text of a running reply and passes it on about 30 times a second: a window that is
/// told of every token spends its time laying out. The first text goes at once. One thread.
class TextBatcher {
public:
    /// `send` gets each batch, on the calling thread. The clock of firstTokenMs starts here.
    TextBatcher(RequestId id, int promptTokens, std::function<void(const TextArrived&)> send);

    /// A token was drawn; `text` is what it made safe to show, perhaps nothing. `detail`, where
    /// details were asked for, goes with the next batch.
    void addToken(const QString& text, const std::optional<TokenDetail>& detail = std::nullopt);
    /// Text that no token brings: what was held back until the end.
    void addText(const QString& text) { m_batch.text += text; }
    /// Sends what is left, if anything.
    void flush();

    [[nodiscard]] double firstTokenMs() const { return m_batch.firstTokenMs; }

private:
    void send();

    std::function<void(const TextArrived&)> m_send;
    TextArrived m_batch; ///< what has gathered since the last one was sent
    int m_promptTokens;
    QElapsedTimer m_sinceRequest;
    QElapsedTimer m_sinceFirstToken;
    QElapsedTimer m_sinceSent; ///< invalid until the first batch went
};

} // namespace phidelity
