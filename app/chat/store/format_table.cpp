// SPDX-License-Identifier: MIT
#include "store/format_table.h"

#include <QJsonDocument>

#include "chat/format_json.h"

namespace phidelity {

StoreResult<void> FormatTable::keep(const PromptFormat& format) {
    const QString key = format.key();
    if (!format.isOwn() || m_kept.contains(key)) {
        return {};
    }
    STORE_CHECK(m_database.run("INSERT OR IGNORE INTO format(key, json) VALUES(?, ?)", key,
                               rulesBytes(format.rules())));
    m_kept.insert(key);
    m_found.insert(key, format);
    return {};
}

StoreResult<PromptFormat> FormatTable::find(const QString& key) {
    bool builtIn = false;
    const FormatId id = formatFromKey(key, &builtIn);
    if (builtIn) {
        return PromptFormat(id);
    }
    if (const auto found = m_found.constFind(key); found != m_found.cend()) {
        return *found;
    }
    Query row = m_database.query("SELECT json FROM format WHERE key = ?", key);
    STORE_TRY(const bool any, row.next());
    const auto own = any ? read(key, row.bytes(0)) : std::nullopt;
    const PromptFormat format = own.value_or(PromptFormat::unknown(key));
    m_found.insert(key, format);
    return format;
}

StoreResult<void> FormatTable::dropUnused() {
    STORE_TRY(const qint64 any, m_database.number("SELECT EXISTS(SELECT 1 FROM format)"));
    if (any == 0) {
        return {};
    }
    forget();
    return m_database.run("DELETE FROM format WHERE key NOT IN (SELECT format FROM conversation "
                          "UNION SELECT format FROM message)");
}

void FormatTable::forget() {
    m_found.clear();
    m_kept.clear();
}

std::optional<PromptFormat> FormatTable::read(const QString& key, const QByteArray& json) {
    const auto rules = rulesFromJson(QJsonDocument::fromJson(json).object(), nullptr);
    if (!rules) {
        return {};
    }
    const PromptFormat format = PromptFormat::own(*rules);
    return format.key() == key ? std::optional(format) : std::nullopt;
}

} // namespace phidelity
