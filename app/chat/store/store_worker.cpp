// SPDX-License-Identifier: MIT
#include "store/store_worker.h"

#include <algorithm>
#include <utility>

#include <QThread>

namespace phidelity {

namespace {
constexpr int kFirstRetryMs = 2000;
constexpr int kLastRetryMs = 30000;
} // namespace

StoreWorker::StoreWorker(QString folder) : m_folder(std::move(folder)), m_retryTimer(this) {
    m_retryTimer.setSingleShot(true);
    m_retryTimer.setInterval(kFirstRetryMs);
    connect(&m_retryTimer, &QTimer::timeout, this, [this] { tryAgain(Asked::ByItself); });
}

StoreWorker::~StoreWorker() = default;

void StoreWorker::open() {
    Q_ASSERT(QThread::currentThread() == thread());
    openNow(StoreOptions::Repair::WhenFound);
    if (!m_store) {
        emit openFailed(
            {m_openError.code, describeStoreError(m_openError.code), m_openError.detail});
        m_retryTimer.start();
    }
}

void StoreWorker::openNow(StoreOptions::Repair repair) {
    // Its lock is given back first.
    m_store.reset();
    StoreOptions options;
    options.repair = repair;
    auto opened = ChatStore::open(m_folder, options);
    if (!opened) {
        m_openError = opened.error();
        return;
    }
    m_store = std::move(*opened);
    // A disk that is still read-only is no news at every attempt.
    const bool isReadOnly = m_store->opened().access == StoreAccess::ReadOnly;
    if (!(isReadOnly && std::exchange(m_isReadOnlyTold, isReadOnly))) {
        m_isReadOnlyTold = isReadOnly;
        emit this->opened(m_store->opened());
    }
}

StoreResult<void> StoreWorker::attempt(const QList<StoreChange>& changes) {
    if (!m_store) {
        return tl::unexpected<StoreError>(m_openError);
    }
    StoreResult<void> kept = m_store->save(changes);
    if (!kept && kept.error().code == StoreErrorCode::Damaged && !m_hasRepaired) {
        m_hasRepaired = true;
        openNow(StoreOptions::Repair::Always);
        kept = m_store ? m_store->save(changes) : tl::unexpected<StoreError>(m_openError);
    }
    return kept;
}

void StoreWorker::save(const SaveRequest& request) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_backlog.add(request);
    const StoreResult<void> kept = attempt(m_backlog.changes());
    if (kept) {
        m_retryTimer.setInterval(kFirstRetryMs);
        m_retryTimer.stop();
        for (const SaveRequest& done : m_backlog.takeAll()) {
            emit saved({done.id});
        }
    } else if (isWorthRetrying(kept.error().code)) {
        failSave(request.id, kept.error());
        if (!m_retryTimer.isActive()) {
            m_retryTimer.start();
        }
    } else {
        keepOneByOne();
    }
}

/// One of those that wait can never be kept: it must not hold up the others.
void StoreWorker::keepOneByOne() {
    for (const SaveRequest& request : m_backlog.takeAll()) {
        // Once one waits, all behind it do.
        const StoreResult<void> kept =
            m_backlog.isEmpty() ? attempt(request.changes) : StoreResult<void>();
        if (!m_backlog.isEmpty()) {
            m_backlog.add(request);
        } else if (kept) {
            emit saved({request.id});
        } else {
            failSave(request.id, kept.error());
            if (isWorthRetrying(kept.error().code)) {
                m_backlog.add(request);
                m_retryTimer.start();
            }
        }
    }
}

void StoreWorker::failSave(StoreRequestId id, const StoreError& error) {
    emit saveFailed({id, error.code, describeStoreError(error.code), error.detail,
                     isWorthRetrying(error.code) ? AfterFailure::Waits : AfterFailure::GivenUp});
}

void StoreWorker::retry() {
    Q_ASSERT(QThread::currentThread() == thread());
    tryAgain(Asked::ByUser);
}

void StoreWorker::tryAgain(Asked asked) {
    const bool cannotWrite = m_store && m_store->opened().access == StoreAccess::ReadOnly;
    if (!m_store || (cannotWrite && !m_backlog.isEmpty())) {
        openNow(StoreOptions::Repair::WhenFound);
        if (!m_store && asked == Asked::ByUser) {
            emit openFailed(
                {m_openError.code, describeStoreError(m_openError.code), m_openError.detail});
        }
    }
    if (m_store && m_backlog.isEmpty()) {
        return;
    }
    const StoreResult<void> kept = attempt(m_backlog.changes());
    if (kept) {
        m_retryTimer.setInterval(kFirstRetryMs);
        m_retryTimer.stop();
        for (const SaveRequest& done : m_backlog.takeAll()) {
            emit saved({done.id});
        }
        return;
    }
    if (!isWorthRetrying(kept.error().code) && !m_backlog.isEmpty()) {
        keepOneByOne();
        return;
    }
    if (asked == Asked::ByUser && !m_backlog.isEmpty()) {
        failSave(m_backlog.requests().front().id, kept.error());
    }
    m_retryTimer.setInterval(std::min(2 * m_retryTimer.interval(), kLastRetryMs));
    m_retryTimer.start();
}

template <class Answer>
void StoreWorker::answerRead(StoreRequestId id,
                             const std::function<StoreResult<Answer>(ChatStore&)>& read,
                             void (StoreWorker::*answer)(const Answer&)) {
    Q_ASSERT(QThread::currentThread() == thread());
    StoreResult<Answer> got = m_store ? read(*m_store) : tl::unexpected<StoreError>(m_openError);
    if (!got && got.error().code == StoreErrorCode::Damaged && m_store && !m_hasRepaired) {
        m_hasRepaired = true;
        openNow(StoreOptions::Repair::Always);
        got = m_store ? read(*m_store) : tl::unexpected<StoreError>(m_openError);
    }
    if (got) {
        got->id = id;
        emit(this->*answer)(*got);
        return;
    }
    const StoreError& error = got.error();
    emit readFailed({id, error.code, describeStoreError(error.code), error.detail});
}

void StoreWorker::list(const ListRequest& request) {
    answerRead<Listed>(
        request.id, [](ChatStore& store) { return store.list(); }, &StoreWorker::listed);
}

void StoreWorker::load(const LoadRequest& request) {
    answerRead<Loaded>(
        request.id, [&](ChatStore& store) { return store.load(request.conversation); },
        &StoreWorker::loaded);
}

void StoreWorker::records(const RecordsRequest& request) {
    answerRead<RecordsLoaded>(
        request.id,
        [&](ChatStore& store) { return store.records(request.conversation, request.node); },
        &StoreWorker::recordsLoaded);
}

void StoreWorker::search(const SearchRequest& request) {
    answerRead<Found>(
        request.id, [&](ChatStore& store) { return store.search(request); }, &StoreWorker::found);
}

void StoreWorker::finish(const std::function<void(bool)>& done) {
    Q_ASSERT(QThread::currentThread() == thread());
    if (!m_backlog.isEmpty()) {
        tryAgain(Asked::ByItself);
    }
    m_retryTimer.stop();
    const bool allKept = m_backlog.isEmpty();
    m_store.reset();
    done(allKept);
}

} // namespace phidelity
