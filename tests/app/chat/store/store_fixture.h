// SPDX-License-Identifier: MIT
#pragma once

#include <QTemporaryDir>
#include <QtTest>

#include "store/chat_store.h"

namespace phidelity {

inline ConversationInfo conversationNamed(const QString& id, const QString& title = {}) {
    ConversationInfo info;
    info.id = id;
    info.title = title;
    info.createdMs = 1'700'000'000'000;
    info.changedMs = info.createdMs;
    return info;
}

inline MessageNode userNode(NodeId id, const QString& text) {
    MessageNode node;
    node.id = id;
    node.parent = id - 1;
    node.createdMs = 1'700'000'000'000 + id;
    node.message.text = text;
    return node;
}

inline MessageNode replyNode(NodeId id, const QString& text,
                             MessageState state = MessageState::Complete) {
    MessageNode node = userNode(id, text);
    node.message.speaker = Speaker::Model;
    node.message.state = state;
    node.message.author = QStringLiteral("Phi-2");
    return node;
}

/// Fails the test where a result is an error.
#define STORE_OK(result)                                                                           \
    do {                                                                                           \
        const auto& checked = (result);                                                            \
        QVERIFY2(checked, checked ? "" : qPrintable(checked.error().detail));                      \
    } while (false)

/// A store in a folder of its own that can be closed and opened again.
class StoreFixture {
public:
    [[nodiscard]] QString folder() const { return m_folder.filePath(QStringLiteral("data")); }
    [[nodiscard]] QString file() const { return folder() + QStringLiteral("/conversations.db"); }
    StoreResult<void> open(const StoreOptions& options = {}) {
        m_store.reset();
        auto opened = ChatStore::open(folder(), options);
        if (!opened) {
            return tl::unexpected<StoreError>(opened.error());
        }
        m_store = std::move(*opened);
        return {};
    }
    void close() { m_store.reset(); }
    ChatStore* operator->() { return m_store.get(); }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<ChatStore> m_store;
};

} // namespace phidelity
