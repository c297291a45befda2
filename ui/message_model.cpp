// SPDX-License-Identifier: MIT
#include "ui/message_model.h"

#include <QCoreApplication>

namespace phidelity {

MessageModel::MessageModel(QObject* parent) : QAbstractListModel(parent) {}

int MessageModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_messages.size());
}

QVariant MessageModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const Message& message = m_messages.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case TextRole:
        return shownText(message);
    case Qt::AccessibleTextRole:
        return message.speaker == Speaker::User
                   ? tr("You: %1").arg(shownText(message))
                   : tr("%1: %2").arg(message.author, shownText(message));
    case SpeakerRole:
        return static_cast<int>(message.speaker);
    case StateRole:
        return static_cast<int>(message.state);
    default:
        return {};
    }
}

QHash<int, QByteArray> MessageModel::roleNames() const {
    return {{Qt::DisplayRole, "display"},
            {TextRole, "text"},
            {SpeakerRole, "speaker"},
            {StateRole, "state"}};
}

void MessageModel::reset(const QList<Message>& messages) {
    beginResetModel();
    m_messages = messages;
    endResetModel();
}

void MessageModel::add(const Message& message) {
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_messages.append(message);
    endInsertRows();
}

void MessageModel::appendText(int row, const QString& text) {
    if (row < 0 || row >= rowCount() || text.isEmpty()) {
        return;
    }
    m_messages[row].text += text;
    const QModelIndex changed = index(row);
    emit dataChanged(changed, changed, {AppendedRole});
}

void MessageModel::change(int row, const Message& message) {
    if (row < 0 || row >= rowCount()) {
        return;
    }
    m_messages[row] = message;
    const QModelIndex changed = index(row);
    emit dataChanged(changed, changed);
}

void MessageModel::replaceFrom(int firstRow, const QList<Message>& messages) {
    if (firstRow < 0 || firstRow > rowCount()) {
        return;
    }
    int kept = firstRow;
    for (const Message& message : messages) {
        if (kept == rowCount() || m_messages.at(kept).speaker != message.speaker) {
            break;
        }
        change(kept++, message);
    }
    if (kept < rowCount()) {
        beginRemoveRows({}, kept, rowCount() - 1);
        m_messages.resize(kept);
        endRemoveRows();
    }
    const QList<Message> rest = messages.mid(kept - firstRow);
    if (!rest.isEmpty()) {
        beginInsertRows({}, kept, kept + static_cast<int>(rest.size()) - 1);
        m_messages.append(rest);
        endInsertRows();
    }
}

QString shownText(const Message& message) {
    return message.speaker == Speaker::Model ? displayedReply(message.format, message.text)
                                             : message.text;
}

QString noteOf(const Message& message) {
    const auto translated = [](const char* text) {
        return QCoreApplication::translate("Message", text);
    };
    if (message.unsent) {
        return translated("Not sent to the model any more");
    }
    switch (message.state) {
    case MessageState::Stopped:
        return translated("Stopped by you");
    case MessageState::LengthReached:
        return translated("Length limit reached");
    case MessageState::ContextFull:
        return translated("The model's context is full");
    case MessageState::TurnCut:
        return hasCut(message) ? translated("Cut here, where the model began the next turn itself")
                               : QString();
    case MessageState::Edited:
        return translated("Changed by you");
    case MessageState::Failed:
        return message.problem.isEmpty() ? translated("No reply") : message.problem;
    case MessageState::Interrupted:
        return message.problem;
    case MessageState::Waiting:
        return translated("Waiting for the model");
    case MessageState::Complete:
    case MessageState::Writing:
        break;
    }
    return {};
}

} // namespace phidelity
