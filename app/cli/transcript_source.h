// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <QString>

#include "chat/transcript/import.h"
#include "inference/result.h"
#include "store/chat_store.h"

namespace phidelity {

/// A failure that has its own sentence: exit code 1.
struct TranscriptFailure : std::runtime_error {
    explicit TranscriptFailure(const QString& sentence)
        : std::runtime_error(sentence.toStdString()) {}
};

/// The conversations of a file, or of standard input for "-". Throws TranscriptFailure.
[[nodiscard]] Import readTranscripts(const std::string& path);

/// Writes a file whole or not at all. Throws TranscriptFailure.
void writeWhole(const QString& path, const QByteArray& bytes);

/// The conversations of a folder; to be read beside the window, or to be written while it is
/// closed. To be read, the store must be there. Throws TranscriptFailure.
[[nodiscard]] std::unique_ptr<ChatStore> openStore(const std::string& folder,
                                                   StoreOptions::Use use);

/// What a call of the store gave. Throws TranscriptFailure.
template <class Value>
Value valueOf(StoreResult<Value> result) {
    if (!result) {
        throw TranscriptFailure(describeStoreError(result.error().code) + QLatin1String(" (") +
                                result.error().detail + u')');
    }
    if constexpr (!std::is_void_v<Value>) {
        return std::move(*result);
    }
}

/// The conversation with this id or, where it is the only one, this title. Throws
/// TranscriptFailure.
[[nodiscard]] Transcript storedTranscript(ChatStore& store, const QString& idOrTitle);

/// Adds all of them or none, each as a conversation of its own. Returns their ids. Throws
/// TranscriptFailure.
QStringList addToStore(ChatStore& store, const QList<Transcript>& transcripts);

} // namespace phidelity
