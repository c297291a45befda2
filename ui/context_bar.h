// SPDX-License-Identifier: MIT
#pragma once

#include <QFrame>

#include "chat/context_plan.h"

class QCheckBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace phidelity {

/// A question over the composer: the conversation leaves too little room for a reply, and what is
/// to be done? Hidden while there is nothing to ask.
class ContextBar : public QFrame {
    Q_OBJECT

public:
    explicit ContextBar(QWidget* parent = nullptr);

    void ask(const ContextQuestion& question);
    void dismiss() { hide(); }

signals:
    /// `summary`: of Summarise, what is sent in place of the turns.
    void answered(phidelity::ContextAnswer answer, phidelity::ContextMemory memory,
                  const QString& summary);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QPushButton* addAnswer(const char* name);
    void offer(const QList<QPushButton*>& offered);
    void answer(ContextAnswer answer, const QString& summary = {});
    void summarise();
    void applyLook();

    QGridLayout* m_grid;
    QLabel* m_sentence;
    QPushButton* m_drop;
    QPushButton* m_summarise;
    QPushButton* m_squeeze;
    QPushButton* m_stop;
    QCheckBox* m_always;
    ContextQuestion m_question;
};

} // namespace phidelity
