// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include <QObject>
#include <QTimer>

#include "store/backlog.h"
#include "store/chat_store.h"
#include "store/store_messages.h"

namespace phidelity {

/// The worker object that lives on the store's thread and owns the database. Slots in, signals out,
/// no getters. Every slot asserts its thread.
///
/// Each request is answered as said in store_messages.h. Requests are answered in their order; what
/// is read shows everything that was answered with Saved before.
///
/// What cannot be kept now waits, in order, and everything that comes after it waits behind it. It
/// is tried again with each new request, by retry(), and by itself after 2, 4, 8, ... 30 seconds. A
/// database that turns out to be damaged while it is open is set aside and salvaged; opened() then
/// comes a second time and lists should be asked for again.
class StoreWorker : public QObject {
    Q_OBJECT

public:
    explicit StoreWorker(QString folder);
    ~StoreWorker() override;

public slots:
    /// Answered by opened or openFailed. Called by StoreThread.
    void open();
    void save(const phidelity::SaveRequest& request);
    /// The user asks for it: opens what could not be opened, keeps what waits. Where that fails,
    /// saveFailed comes again for the request that has waited longest.
    void retry();
    void list(const phidelity::ListRequest& request);
    void load(const phidelity::LoadRequest& request);
    void records(const phidelity::RecordsRequest& request);
    void search(const phidelity::SearchRequest& request);
    /// A last attempt to keep what waits, then closes. Called by StoreThread; nothing is answered
    /// after it.
    void finish(const std::function<void(bool allKept)>& done);

signals:
    void opened(const phidelity::StoreOpened& opened);
    void openFailed(const phidelity::StoreOpenFailed& failure);
    void saved(const phidelity::Saved& answer);
    void saveFailed(const phidelity::SaveFailed& answer);
    void listed(const phidelity::Listed& answer);
    void loaded(const phidelity::Loaded& answer);
    void recordsLoaded(const phidelity::RecordsLoaded& answer);
    void found(const phidelity::Found& answer);
    void readFailed(const phidelity::ReadFailed& answer);

private:
    enum class Asked { ByItself, ByUser };
    void openNow(StoreOptions::Repair repair);
    void tryAgain(Asked asked);
    [[nodiscard]] StoreResult<void> attempt(const QList<StoreChange>& changes);
    void keepOneByOne();
    void failSave(StoreRequestId id, const StoreError& error);
    template <class Answer>
    void answerRead(StoreRequestId id, const std::function<StoreResult<Answer>(ChatStore&)>& read,
                    void (StoreWorker::*answer)(const Answer&));

    const QString m_folder;
    std::unique_ptr<ChatStore> m_store; ///< null while it could not be opened
    StoreError m_openError;             ///< why
    Backlog m_backlog;
    QTimer m_retryTimer;
    bool m_isReadOnlyTold = false; ///< by the last opened()
    bool m_hasRepaired =
        false; ///< once a run: a disk that damages everything is not helped by more
};

} // namespace phidelity
