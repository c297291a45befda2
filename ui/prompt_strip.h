// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "chat/prompt_warnings.h"

class QLabel;

namespace phidelity {

class LinkLabel;

/// One quiet line over the composer that warns of what is probably wrong with the prompt; hidden
/// while nothing is. A click, or Enter on it, asks for the prompt view.
class PromptStrip : public QWidget {
    Q_OBJECT

public:
    explicit PromptStrip(QWidget* parent = nullptr);

    /// Shows the first one that is not of an earlier turn, and how many more there are.
    void setWarnings(const QList<PromptWarning>& warnings);

signals:
    void activated();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyLook();
    void fit();

    QLabel* m_symbol;
    LinkLabel* m_text;
    QString m_sentence;
};

} // namespace phidelity
