// SPDX-License-Identifier: MIT
#include "ui/conversation_model.h"

#include <algorithm>

#include <QDateTime>

#include "ui/plain_tip.h"

namespace phidelity {

namespace {

/// A heading for conversations that are in no folder.
QString ageOf(qint64 changedMs, const QDate& today) {
    const qint64 days = QDateTime::fromMSecsSinceEpoch(changedMs).date().daysTo(today);
    if (days <= 0) {
        return ConversationModel::tr("Today");
    }
    if (days == 1) {
        return ConversationModel::tr("Yesterday");
    }
    if (days <= 7) {
        return ConversationModel::tr("Last 7 days");
    }
    return days <= 30 ? ConversationModel::tr("Last 30 days") : ConversationModel::tr("Older");
}

} // namespace

void ConversationModel::setConversations(const QList<ConversationInfo>& conversations,
                                         const QStringList& folders) {
    m_conversations = conversations;
    m_folders = folders;
    if (m_mode != Mode::Search) {
        rebuild();
    }
}

void ConversationModel::setMode(Mode mode) {
    if (mode != m_mode) {
        m_mode = mode;
        rebuild();
    }
}

void ConversationModel::setFound(const Found& found) {
    m_found = found;
    if (m_mode == Mode::Search) {
        rebuild();
    }
}

void ConversationModel::toggleFolder(const QString& folder) {
    if (!m_closed.remove(folder)) {
        m_closed.insert(folder);
    }
    rebuild();
}

qsizetype ConversationModel::trashCount() const {
    return std::count_if(m_conversations.begin(), m_conversations.end(),
                         [](const ConversationInfo& info) { return info.trashedMs != 0; });
}

int ConversationModel::rowOfConversation(const QString& id) const {
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& row) {
        return row.kind == Kind::Conversation && row.id == id;
    });
    return found == m_rows.end() ? -1 : static_cast<int>(std::distance(m_rows.begin(), found));
}

// ---- Rows

QList<ConversationModel::Row> ConversationModel::allRows() const {
    const auto rowOf = [](const ConversationInfo& info) {
        return Row{Kind::Conversation, info.title, info.id, info.pinned, true, info.folder, {}};
    };
    QList<Row> pinned;
    QList<Row> loose;
    QHash<QString, QList<Row>> inFolders;
    const QDate today = QDate::currentDate();
    QString age;
    for (const ConversationInfo& info : m_conversations) {
        if (info.trashedMs != 0) {
            continue;
        }
        if (!info.folder.isEmpty()) {
            inFolders[info.folder].append(rowOf(info));
        } else if (info.pinned) {
            pinned.append(rowOf(info));
        } else {
            if (const QString its = ageOf(info.changedMs, today); its != age) {
                age = its;
                loose.append(Row{Kind::Heading, age, {}, false, true, {}, {}});
            }
            loose.append(rowOf(info));
        }
    }
    QList<Row> rows;
    if (!pinned.isEmpty()) {
        rows.append(Row{Kind::Heading, tr("Pinned"), {}, false, true, {}, {}});
        rows.append(pinned);
    }
    for (const QString& folder : m_folders) {
        const bool open = !m_closed.contains(folder);
        rows.append(Row{Kind::Folder, folder, folder, false, open, {}, {}});
        if (open) {
            rows.append(inFolders.value(folder));
        }
    }
    // A single heading over everything tells nothing.
    const bool oneAge = rows.isEmpty() && age == tr("Today");
    rows.append(oneAge ? loose.mid(1) : loose);
    return rows;
}

QList<ConversationModel::Row> ConversationModel::trashRows() const {
    QList<Row> rows{Row{Kind::Heading, tr("Trash"), {}, false, true, {}, {}}};
    for (const ConversationInfo& info : m_conversations) {
        if (info.trashedMs != 0) {
            rows.append(
                Row{Kind::Conversation, info.title, info.id, info.pinned, true, info.folder, {}});
        }
    }
    if (rows.size() == 1) {
        rows.append(Row{Kind::Remark, tr("The trash is empty."), {}, false, true, {}, {}});
    }
    return rows;
}

QList<ConversationModel::Row> ConversationModel::foundRows() const {
    QList<Row> rows;
    for (const SearchHit& hit : m_found.hits) {
        rows.append(Row{Kind::Hit, hit.title, hit.conversation, false, true, {}, hit});
    }
    if (rows.isEmpty() && !m_found.text.isEmpty()) {
        rows.append(Row{Kind::Remark, tr("Nothing was found."), {}, false, true, {}, {}});
    } else if (!m_found.complete) {
        rows.append(Row{
            Kind::Remark, tr("There is more: search for longer words."), {}, false, true, {}, {}});
    }
    return rows;
}

/// Rows that stay keep their place in the view: only the middle that differs is exchanged.
void ConversationModel::rebuild() {
    const QList<Row> rows = m_mode == Mode::All     ? allRows()
                            : m_mode == Mode::Trash ? trashRows()
                                                    : foundRows();
    const auto [oldStart, newStart] =
        std::mismatch(m_rows.cbegin(), m_rows.cend(), rows.cbegin(), rows.cend());
    const auto start = std::distance(m_rows.cbegin(), oldStart);
    qsizetype tail = 0;
    const qsizetype most = std::min(m_rows.size(), rows.size()) - start;
    while (tail < most && m_rows.at(m_rows.size() - 1 - tail) == rows.at(rows.size() - 1 - tail)) {
        ++tail;
    }
    const auto first = static_cast<int>(start);
    if (const auto gone = m_rows.size() - tail - start; gone > 0) {
        beginRemoveRows({}, first, first + static_cast<int>(gone) - 1);
        m_rows.remove(start, gone);
        endRemoveRows();
    }
    if (const auto fresh = rows.size() - tail - start; fresh > 0) {
        beginInsertRows({}, first, first + static_cast<int>(fresh) - 1);
        m_rows = rows;
        endInsertRows();
    }
}

// ---- As a model

int ConversationModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant ConversationModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const Row& row = m_rows.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return row.text;
    case Qt::ToolTipRole:
        return row.kind == Kind::Conversation || row.kind == Kind::Hit ? plainTip(row.text)
                                                                       : QString();
    case Qt::AccessibleTextRole:
        return row.kind == Kind::Hit ? tr("%1: %2").arg(row.text, row.hit.excerpt) : row.text;
    case KindRole:
        return static_cast<int>(row.kind);
    case IdRole:
        return row.id;
    case NodeRole:
        return row.hit.node;
    case ExcerptRole:
        return row.hit.node == 0 ? QString() : row.hit.excerpt;
    case MarksRole:
        return QVariant::fromValue(row.hit.node == 0 ? row.hit.marks : row.hit.excerptMarks);
    case PinnedRole:
        return row.pinned;
    case FolderRole:
        return row.folder;
    case OpenRole:
        return row.open;
    default:
        return {};
    }
}

Qt::ItemFlags ConversationModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) {
        return Qt::NoItemFlags;
    }
    switch (m_rows.at(index.row()).kind) {
    case Kind::Heading:
    case Kind::Remark:
        return Qt::NoItemFlags;
    case Kind::Hit:
        return Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    case Kind::Folder:
    case Kind::Conversation:
        break;
    }
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable;
}

bool ConversationModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const QString text = value.toString().simplified();
    if (role != Qt::EditRole || !index.isValid() || text.isEmpty() ||
        text == m_rows.at(index.row()).text) {
        return false;
    }
    Row& row = m_rows[index.row()];
    row.text = text;
    emit dataChanged(index, index);
    // Whoever keeps it answers with a new list, which must not take the field away while it closes.
    const auto tell = [this, kind = row.kind, id = row.id, text] {
        if (kind == Kind::Folder) {
            emit folderRenamed(id, text);
        } else {
            emit renamed(id, text);
        }
    };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    return true;
}

} // namespace phidelity
