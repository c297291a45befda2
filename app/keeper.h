// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include <QBasicTimer>
#include <QHash>
#include <QObject>
#include <QSet>

#include "chat/conversation.h"
#include "store/kept_state.h"
#include "store/store_messages.h"

namespace phidelity {

/// Decides when what changed goes to the store, and follows what became of it. Texts that grow and
/// small things (drafts, places) are held back for up to a second, everything else goes at once.
/// QtCore only; window's thread.
class Keeper : public QObject {
    Q_OBJECT

public:
    /// Gives the conversation of an id as it is at that moment, or null.
    using Lookup = std::function<const Conversation*(const QString&)>;
    explicit Keeper(Lookup lookup, QObject* parent = nullptr);

    /// Without a store nothing is sent. What was held back until now is sent when one is there.
    void setWritable(bool writable);
    [[nodiscard]] bool isWritable() const { return m_writable; }
    [[nodiscard]] KeptState state() const;

    /// At once. Returns what `settled` will say; 0 = there is nothing to wait for.
    StoreRequestId send(const QList<StoreChange>& changes);
    /// Within a second, its setup too.
    void infoChanged(const QString& conversation);
    /// Within a second, and not again before that is answered.
    void replyGrew(const QString& conversation, NodeId node);
    /// Behind the records that the reply has already. Without a store it is held until there is
    /// one.
    void addRecord(const QString& conversation, NodeId node, const GenerationRecord& record);
    /// Of a conversation whose messages are all new to the store: it knows of no records.
    void expectNoRecords(const QString& conversation, NodeId node);
    /// Another value for a record that was added in this run; it is known by its startedMs.
    void changeRecord(const QString& conversation, NodeId node, const GenerationRecord& record);
    /// What is held of these records; node 0 = of all messages. By node and index.
    [[nodiscard]] QList<KeptRecord> heldRecords(const QString& conversation, NodeId node) const;
    /// Sends what is held back.
    void flush();
    /// When the messages that they belong to have been sent.
    void sendHeldRecords();
    /// Nothing more of it is sent.
    void forget(const QString& conversation);

public slots:
    void onSaved(const phidelity::Saved& saved);
    void onSaveFailed(const phidelity::SaveFailed& failure);
    void onRecordsLoaded(const phidelity::RecordsLoaded& records);
    void onReadFailed(const phidelity::ReadFailed& failure);

signals:
    // To the store.
    void saveRequested(const phidelity::SaveRequest& request);
    void recordsRequested(const phidelity::RecordsRequest& request);

    /// It is on the disk, or could not be put there yet: what waits for it may go on.
    void settled(phidelity::StoreRequestId save);
    void stateChanged(phidelity::KeptState state);
    /// `canRetry`: it is held in memory and tried again by itself and on demand.
    void failed(const QString& sentence, const QString& detail, bool canRetry);

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    using Reply = std::pair<QString, NodeId>;
    void holdBack();
    void putRecord(const Reply& reply, int index, const GenerationRecord& record);
    void announce();

    Lookup m_lookup;
    bool m_writable = false;
    QSet<StoreRequestId> m_pending; ///< without an answer
    QSet<StoreRequestId> m_failed;  ///< wait to be tried again

    QBasicTimer m_timer; ///< runs while something is held back
    QSet<QString> m_infos;
    QSet<Reply> m_replies;
    StoreRequestId m_growing = 0; ///< the last save of replies that grow; 0 = answered

    QHash<StoreRequestId, Reply> m_recordRequests;
    QHash<Reply, int> m_recordCounts;
    QHash<Reply, QList<GenerationRecord>> m_waitingRecords; ///< until the count is known
    QHash<Reply, QHash<qint64, int>> m_recordIndexes;       ///< of this run, by startedMs
    QHash<Reply, QList<GenerationRecord>> m_heldRecords;    ///< until there is a store
    KeptState m_announced = KeptState::InWindowOnly;
};

} // namespace phidelity
