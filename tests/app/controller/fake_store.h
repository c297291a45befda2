// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "store/store_messages.h"

namespace phidelity {

/// Has the store's slots and signals and does what a test tells it to: requests are kept, answers
/// are sent by hand.
class FakeStore : public QObject {
    Q_OBJECT

public:
    QList<SaveRequest> saves;
    QList<LoadRequest> loads;
    QList<RecordsRequest> recordRequests;
    int retries = 0;
    ListRequest lastList;
    SearchRequest lastSearch;

    void open(StoreAccess access = StoreAccess::Full) {
        StoreOpened answer;
        answer.access = access;
        emit opened(answer);
    }
    void answerList(const QList<ConversationInfo>& conversations,
                    const QHash<QString, QString>& state = {}) {
        Listed answer;
        answer.id = lastList.id;
        answer.conversations = conversations;
        answer.state = state;
        emit listed(answer);
    }
    void commitAll() {
        for (const SaveRequest& request : saves) {
            if (request.id > m_answered) {
                m_answered = request.id;
                emit saved({request.id});
            }
        }
    }
    void failLast(const QString& sentence) {
        SaveFailed failure;
        failure.id = saves.last().id;
        failure.code = StoreErrorCode::DiskFull;
        failure.sentence = sentence;
        emit saveFailed(failure);
    }
    /// All changes of one kind, in their order.
    template <class Change>
    [[nodiscard]] QList<Change> changes() const {
        QList<Change> found;
        for (const SaveRequest& request : saves) {
            for (const StoreChange& change : request.changes) {
                if (const auto* one = std::get_if<Change>(&change)) {
                    found.append(*one);
                }
            }
        }
        return found;
    }

public slots:
    void save(const phidelity::SaveRequest& request) { saves.append(request); }
    void list(const phidelity::ListRequest& request) { lastList = request; }
    void load(const phidelity::LoadRequest& request) { loads.append(request); }
    void retry() { ++retries; }
    void search(const phidelity::SearchRequest& request) { lastSearch = request; }
    void records(const phidelity::RecordsRequest& request) { recordRequests.append(request); }

signals:
    void opened(const phidelity::StoreOpened& opened);
    void openFailed(const phidelity::StoreOpenFailed& failure);
    void saved(const phidelity::Saved& saved);
    void saveFailed(const phidelity::SaveFailed& failure);
    void listed(const phidelity::Listed& listed);
    void loaded(const phidelity::Loaded& loaded);
    void found(const phidelity::Found& found);
    void recordsLoaded(const phidelity::RecordsLoaded& records);
    void readFailed(const phidelity::ReadFailed& failure);

private:
    StoreRequestId m_answered = 0;
};

} // namespace phidelity
