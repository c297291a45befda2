// SPDX-License-Identifier: MIT
#pragma once

#include "chat/transcript/transcript.h"
#include "store/store_messages.h"

namespace phidelity {

/// What brings a transcript into the store as the conversation `id`: itself, its messages, its
/// records. To be saved in one go, so that it is there whole or not at all.
[[nodiscard]] QList<StoreChange> storeChanges(const Transcript& transcript, const QString& id);

/// An id for a conversation that is imported: its own where that is a UUID and not among `taken`,
/// else a new one.
[[nodiscard]] QString idForImport(const Transcript& transcript, const QStringList& taken);

/// What the store gave, as a transcript.
[[nodiscard]] Transcript transcriptFrom(const Loaded& loaded, const RecordsLoaded& records);

} // namespace phidelity
