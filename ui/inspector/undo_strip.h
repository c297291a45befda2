// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QWidget>

#include "chat/conversation_setup.h"

class QLabel;
class QPushButton;

namespace phidelity {

/// A line that says what was taken away, and brings it back; it goes by itself after a while.
/// Hidden while there is nothing to bring back.
class UndoStrip : public QWidget {
    Q_OBJECT

public:
    explicit UndoStrip(QWidget* parent = nullptr);

    void offer(NodeId node, const QString& sentence);
    void dismiss();
    /// What it brings back; 0 = nothing.
    [[nodiscard]] NodeId offered() const { return m_node; }

signals:
    void undone(phidelity::NodeId node);

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    QLabel* m_text;
    QPushButton* m_undo;
    QBasicTimer m_time;
    NodeId m_node = 0;
};

} // namespace phidelity
