// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QByteArray>
#include <QHash>
#include <QSet>
#include <QString>

#include "chat/prompt_format.h"
#include "store/database.h"

namespace phidelity {

/// The prompt formats that conversations and messages name by their keys: `format` keeps the rules
/// of those that the user made, each once. Rows never change. keep() and dropUnused() are for the
/// caller's transaction.
class FormatTable {
public:
    explicit FormatTable(Database& database) : m_database(database) {}

    /// Built-in and unknown ones have nothing to keep. Cost: none for one that was kept before.
    [[nodiscard]] StoreResult<void> keep(const PromptFormat& format);
    /// The format of a key; PromptFormat::unknown() where no readable rules are kept.
    [[nodiscard]] StoreResult<PromptFormat> find(const QString& key);
    /// Deletes the rules that nothing names any more.
    [[nodiscard]] StoreResult<void> dropUnused();
    /// After a transaction that was not kept.
    void forget();

    /// What a row holds; nothing where it was damaged: a key follows from its rules.
    [[nodiscard]] static std::optional<PromptFormat> read(const QString& key,
                                                          const QByteArray& json);

private:
    Database& m_database;
    QHash<QString, PromptFormat> m_found;
    QSet<QString> m_kept;
};

} // namespace phidelity
