// SPDX-License-Identifier: MIT
#include "app/library.h"

#include <algorithm>

#include <QDateTime>
#include <QUuid>

#include "app/request_ids.h"

namespace phidelity {

namespace {

constexpr qsizetype kKeptLoaded = 8;
const QString kOpenKey = QStringLiteral("open");

qint64 now() {
    return QDateTime::currentMSecsSinceEpoch();
}

/// What the list shows first stands first.
bool comesBefore(const ConversationInfo& a, const ConversationInfo& b) {
    if ((a.trashedMs != 0) != (b.trashedMs != 0)) {
        return a.trashedMs == 0;
    }
    if (a.pinned != b.pinned) {
        return a.pinned;
    }
    return a.changedMs > b.changedMs;
}

} // namespace

Library::Library(QObject* parent)
    : QObject(parent),
      m_keeper([this](const QString& id) { return std::as_const(*this).find(id); }) {
    connect(this, &Library::recordsLoaded, this, &Library::copyLoaded);
}

const ConversationInfo* Library::info(const QString& id) const {
    const auto found = std::find_if(m_infos.begin(), m_infos.end(),
                                    [&](const ConversationInfo& one) { return one.id == id; });
    return found == m_infos.end() ? nullptr : &*found;
}

Conversation* Library::find(const QString& id) {
    const auto found = m_loaded.find(id);
    return found == m_loaded.end() ? nullptr : &found->second;
}

const Conversation* Library::find(const QString& id) const {
    const auto found = m_loaded.find(id);
    return found == m_loaded.end() ? nullptr : &found->second;
}

/// Puts what the list knows of a conversation up to date.
void Library::noteInfo(const ConversationInfo& info) {
    m_infos.removeIf([&](const ConversationInfo& one) { return one.id == info.id; });
    m_infos.insert(std::upper_bound(m_infos.begin(), m_infos.end(), info, comesBefore), info);
}

// ---- Conversations

Conversation& Library::create(const PromptFormat& format) {
    Conversation fresh;
    fresh.info.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    fresh.info.createdMs = fresh.info.changedMs = now();
    fresh.info.format = format;
    m_order.append(fresh.info.id);
    return m_loaded.insert_or_assign(fresh.info.id, fresh).first->second;
}

Conversation& Library::adopt(Conversation conversation) {
    conversation.info.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    const QString id = conversation.info.id;
    m_order.append(id);
    Conversation& kept = m_loaded.insert_or_assign(id, std::move(conversation)).first->second;
    QList<NodeId> nodes;
    for (const MessageNode& node : kept.nodes()) {
        nodes.append(node.id);
    }
    commit(id, nodes);
    return kept;
}

void Library::load(const QString& id) {
    if (find(id)) {
        m_order.removeOne(id);
        m_order.append(id);
        emit loaded(id);
        return;
    }
    if (!m_readable || m_loads.values().contains(id)) {
        return;
    }
    LoadRequest request;
    request.id = nextStoreRequestId();
    request.conversation = id;
    m_loads.insert(request.id, id);
    emit loadRequested(request);
}

void Library::dropUnused(const QStringList& needed) {
    // What the keeper still looks up must stay.
    if (m_keeper.state() != KeptState::Kept) {
        return;
    }
    qsizetype over = m_order.size() - kKeptLoaded;
    const QStringList order = m_order;
    for (const QString& id : order) {
        if (over > 0 && !needed.contains(id)) {
            m_loaded.erase(id);
            m_order.removeOne(id);
            --over;
        }
    }
}

// ---- Changes of a conversation that is loaded

StoreRequestId Library::commit(const QString& id, const QList<NodeId>& nodes) {
    const Conversation* conversation = std::as_const(*this).find(id);
    if (!conversation) {
        return 0;
    }
    QList<StoreChange> changes{PutConversation{conversation->info},
                               PutSettings{id, toJson(conversation->setup)}};
    for (const NodeId node : nodes) {
        const MessageNode* one = conversation->find(node);
        changes.append(PutMessage{id, *one});
        changes.append(PutShown{id, one->parent, conversation->shownAfter(one->parent)});
    }
    if (id == m_openOnceKept) {
        m_openOnceKept.clear();
        m_state.insert(kOpenKey, id);
        changes.append(PutState{kOpenKey, id});
    }
    noteInfo(conversation->info);
    emit listChanged();
    return m_keeper.send(changes);
}

void Library::shownChanged(const QString& id, NodeId parent) {
    const Conversation* conversation = std::as_const(*this).find(id);
    if (!conversation || conversation->isEmpty()) {
        return;
    }
    m_keeper.send({PutShown{id, parent, conversation->shownAfter(parent)}});
}

void Library::changed(const QString& id) {
    const Conversation* conversation = std::as_const(*this).find(id);
    if (!conversation || conversation->isEmpty()) {
        return;
    }
    noteInfo(conversation->info);
    m_keeper.infoChanged(id);
}

// ---- What the user does with conversations

void Library::edit(const QString& id, const std::function<void(ConversationInfo&)>& change) {
    const ConversationInfo* listed = info(id);
    if (!listed) {
        return;
    }
    ConversationInfo edited = *listed;
    if (Conversation* conversation = find(id)) {
        change(conversation->info);
        edited = conversation->info;
    } else {
        change(edited);
    }
    noteInfo(edited);
    m_keeper.send({PutConversation{edited}});
    emit listChanged();
}

void Library::rename(const QString& id, const QString& title) {
    const QString simple = title.simplified();
    if (!simple.isEmpty()) {
        edit(id, [&](ConversationInfo& info) { info.title = simple; });
    }
}

void Library::setPinned(const QString& id, bool pinned) {
    edit(id, [&](ConversationInfo& info) { info.pinned = pinned; });
}

void Library::move(const QString& id, const QString& folder) {
    const QString simple = folder.simplified();
    if (!simple.isEmpty()) {
        addFolder(simple);
    }
    edit(id, [&](ConversationInfo& info) { info.folder = simple; });
}

void Library::trash(const QString& id) {
    edit(id, [](ConversationInfo& info) { info.trashedMs = now(); });
}

void Library::restore(const QString& id) {
    edit(id, [](ConversationInfo& info) { info.trashedMs = 0; });
}

void Library::erase(const QString& id) {
    m_keeper.forget(id);
    m_loaded.erase(id);
    m_order.removeOne(id);
    m_infos.removeIf([&](const ConversationInfo& one) { return one.id == id; });
    m_keeper.send({EraseConversation{id}});
    emit listChanged();
}

void Library::setFolders(QStringList folders) {
    folders.removeDuplicates();
    folders.removeAll(QString());
    folders.sort(Qt::CaseInsensitive);
    m_folders = folders;
    emit listChanged();
}

void Library::addFolder(const QString& name) {
    const QString simple = name.simplified();
    if (!simple.isEmpty() && !m_folders.contains(simple)) {
        m_keeper.send({PutFolder{simple}});
        setFolders(m_folders + QStringList{simple});
    }
}

void Library::renameFolder(const QString& from, const QString& to) {
    const QString simple = to.simplified();
    if (simple.isEmpty() || simple == from || !m_folders.contains(from)) {
        return;
    }
    m_keeper.send({RenameFolder{from, simple}});
    const auto rename = [&](ConversationInfo& info) {
        if (info.folder == from) {
            info.folder = simple;
        }
    };
    std::for_each(m_infos.begin(), m_infos.end(), rename);
    for (auto& [id, conversation] : m_loaded) {
        rename(conversation.info);
    }
    QStringList folders = m_folders;
    folders.removeAll(from);
    setFolders(folders + QStringList{simple});
}

void Library::eraseFolder(const QString& name) {
    if (!m_folders.contains(name)) {
        return;
    }
    m_keeper.send({EraseFolder{name}});
    const auto leave = [&](ConversationInfo& info) {
        if (info.folder == name) {
            info.folder.clear();
        }
    };
    std::for_each(m_infos.begin(), m_infos.end(), leave);
    for (auto& [id, conversation] : m_loaded) {
        leave(conversation.info);
    }
    QStringList folders = m_folders;
    folders.removeAll(name);
    setFolders(folders);
}

void Library::setState(const QString& key, const QString& value) {
    if (m_state.value(key) != value) {
        m_state.insert(key, value);
        m_keeper.send({PutState{key, value}});
    }
}

void Library::markOpen(const QString& id) {
    if (info(id)) {
        setState(kOpenKey, id);
    } else {
        m_openOnceKept = id;
    }
}

QString Library::lastOpen() const {
    return state(kOpenKey);
}

StoreRequestId Library::loadRecords(const QString& id, NodeId node) {
    RecordsRequest request;
    request.id = nextStoreRequestId();
    request.conversation = id;
    request.node = node;
    if (m_readable) {
        m_recordRequests.insert(request.id);
        emit recordsRequested(request);
        return request.id;
    }
    RecordsLoaded held;
    held.id = request.id;
    held.conversation = id;
    held.records = m_keeper.heldRecords(id, node);
    QMetaObject::invokeMethod(
        this, [this, held] { emit recordsLoaded(held); }, Qt::QueuedConnection);
    return request.id;
}

void Library::search(const QString& text) {
    SearchRequest request;
    request.id = m_searching = nextStoreRequestId();
    request.text = text;
    if (m_readable) {
        emit searchRequested(request);
    } else {
        Found nothing;
        nothing.id = request.id;
        nothing.text = text;
        onFound(nothing);
    }
}

void Library::copyRecords(const QString& from, const QString& to,
                          const QHash<NodeId, NodeId>& nodes) {
    for (const NodeId node : nodes) {
        m_keeper.expectNoRecords(to, node);
    }
    m_copies.insert(loadRecords(from, 0), {to, nodes});
}

void Library::copyLoaded(const RecordsLoaded& records) {
    const Copy copy = m_copies.take(records.id);
    for (const KeptRecord& one : records.records) {
        if (const NodeId node = copy.nodes.value(one.node); node != 0) {
            m_keeper.addRecord(copy.to, node, one.record);
        }
    }
}

// ---- What the store answers

void Library::onOpened(const StoreOpened& opened) {
    m_readable = true;
    if (!opened.notice.isEmpty()) {
        emit noticeRaised(opened.notice, opened.path);
    }
    m_keeper.setWritable(opened.access == StoreAccess::Full);
    m_listing = nextStoreRequestId();
    emit listRequested({m_listing});
}

void Library::onOpenFailed(const StoreOpenFailed& failure) {
    emit noticeRaised(failure.sentence, failure.detail);
}

void Library::onListed(const Listed& answer) {
    if (answer.id != m_listing) {
        return;
    }
    // What was begun before the store answered is newer.
    for (const ConversationInfo& one : answer.conversations) {
        if (!info(one.id)) {
            noteInfo(one);
        }
    }
    QList<StoreChange> states;
    for (auto entry = m_state.cbegin(); entry != m_state.cend(); ++entry) {
        states.append(PutState{entry.key(), entry.value()});
    }
    for (auto entry = answer.state.begin(); entry != answer.state.end(); ++entry) {
        if (!m_state.contains(entry.key())) {
            m_state.insert(entry.key(), entry.value());
        }
    }
    setFolders(m_folders + answer.folders);
    for (const auto& [id, conversation] : m_loaded) {
        if (!conversation.isEmpty()) {
            QList<NodeId> nodes;
            for (const MessageNode& node : conversation.nodes()) {
                nodes.append(node.id);
            }
            commit(id, nodes);
        }
    }
    // Behind the conversations that they name.
    m_keeper.send(states);
    m_keeper.sendHeldRecords();
    emit listed();
}

/// A format of which only the name is left does not become another one unnoticed.
void Library::tellUnknownFormats(const Conversation& conversation) {
    QStringList keys;
    if (conversation.info.format.isUnknown()) {
        keys.append(conversation.info.format.key());
    }
    for (const MessageNode& node : conversation.nodes()) {
        if (node.message.format.isUnknown() && !keys.contains(node.message.format.key())) {
            keys.append(node.message.format.key());
        }
    }
    if (!keys.isEmpty()) {
        emit noticeRaised(tr("This conversation uses a prompt format whose rules are not known "
                             "here. Its texts are all there; choose another format to go on, or "
                             "they go to the model as they stand."),
                          keys.join(QLatin1String(", ")));
    }
}

void Library::onLoaded(const Loaded& answer) {
    const QString id = m_loads.take(answer.id);
    if (id.isEmpty()) {
        return;
    }
    qsizetype leftOut = 0;
    Conversation conversation(answer.info, answer.nodes, &leftOut);
    if (leftOut > 0) {
        emit noticeRaised(
            tr("%n message(s) of this conversation cannot be shown: the stored places "
               "of them contradict each other.",
               nullptr, static_cast<int>(leftOut)),
            answer.info.id);
    }
    conversation.setup = setupFromJson(answer.settings);
    tellUnknownFormats(conversation);
    // The list may have changed while it was loaded.
    if (const ConversationInfo* listed = info(id)) {
        conversation.info = *listed;
    }
    m_loaded.insert_or_assign(id, std::move(conversation));
    m_order.append(id);
    emit loaded(id);
}

void Library::onRecordsLoaded(const RecordsLoaded& records) {
    if (m_recordRequests.remove(records.id)) {
        emit recordsLoaded(records);
    }
}

void Library::onFound(const Found& answer) {
    if (answer.id == m_searching) {
        emit found(answer);
    }
}

void Library::onReadFailed(const ReadFailed& failure) {
    if (m_recordRequests.remove(failure.id)) {
        emit noticeRaised(failure.sentence, failure.detail);
        m_copies.remove(failure.id);
        emit recordsFailed(failure.id);
        return;
    }
    const QString id = m_loads.take(failure.id);
    if (id.isEmpty() && failure.id != m_listing && failure.id != m_searching) {
        return;
    }
    emit noticeRaised(failure.sentence, failure.detail);
    if (!id.isEmpty()) {
        emit loadFailed(id);
    }
}

} // namespace phidelity
