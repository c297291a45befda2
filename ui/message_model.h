// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractListModel>
#include <QList>

#include "chat/message.h"

namespace phidelity {

/// The messages of the conversation that is shown, for views. Text that is appended to a message is
/// one dataChanged of its row with the one role AppendedRole.
class MessageModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { TextRole = Qt::UserRole, SpeakerRole, StateRole, AppendedRole };

    explicit MessageModel(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    /// By reference, since a message may be long; valid until the model changes.
    [[nodiscard]] const Message& at(int row) const { return m_messages.at(row); }

public slots:
    void reset(const QList<phidelity::Message>& messages);
    void add(const phidelity::Message& message);
    /// From this row on there are these messages now. Rows that stay are changed, not made anew.
    void replaceFrom(int firstRow, const QList<phidelity::Message>& messages);
    void appendText(int row, const QString& text);
    void change(int row, const phidelity::Message& message);

private:
    QList<Message> m_messages;
};

/// A message as one reads it: without the space that belongs to the format.
[[nodiscard]] QString shownText(const Message& message);
/// What stands under a message: why it ended. Empty for one that is complete.
[[nodiscard]] QString noteOf(const Message& message);

} // namespace phidelity
