// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>
#include <QWidget>

#include "chat/conversation.h"

class QListWidget;
class QPushButton;

namespace phidelity {

/// The conversations of this session, newest first, and the button for a new one.
class ConversationList : public QWidget {
    Q_OBJECT

public:
    explicit ConversationList(QWidget* parent = nullptr);

public slots:
    void setConversations(const QList<phidelity::ConversationInfo>& conversations,
                          const QStringList& folders, const QString& current);

signals:
    void newRequested();
    void selected(const QString& id);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyLook();

    QPushButton* m_new;
    QListWidget* m_list;
};

} // namespace phidelity
