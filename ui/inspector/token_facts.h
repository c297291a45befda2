// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "engine/token_detail.h"

class QFormLayout;
class QLabel;

namespace phidelity {

/// All about one token: its text, and in plain words what the model thought of it.
class TokenFacts : public QWidget {
    Q_OBJECT

public:
    explicit TokenFacts(QWidget* parent = nullptr);

    /// `index` of `count`, from 0.
    void showToken(const TokenDetail& token, int index, int count);
    void clear();

protected:
    void changeEvent(QEvent* event) override;

private:
    QLabel* addRow(const char* name, const QString& title);
    void setRow(QLabel* row, const QString& text);
    void applyLook();

    QLabel* m_text;
    QLabel* m_sentence;
    QFormLayout* m_rows;
    QLabel* m_id;
    QLabel* m_bytes;
    QLabel* m_logprob;
    QLabel* m_uncertainty;
    QLabel* m_chain;
};

} // namespace phidelity
