// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "chat/prompt_warnings.h"
#include "engine/preview_messages.h"

class QLabel;
class QPushButton;

namespace phidelity {

class TokenView;

/// Shows the prompt that goes to the model next, token by token: which of them the cache holds, how
/// many there is room for, and what is probably wrong with it. Follows what is typed while it
/// stands open beside the window. Shows values; decides nothing.
class PromptView : public QDialog {
    Q_OBJECT

public:
    explicit PromptView(QWidget* window);

    void showPrompt(PromptOccasion occasion, const PromptPreview& preview,
                    const QList<PromptWarning>& warnings);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyLook();
    void showToken(int index);

    QLabel* m_occasion;
    QLabel* m_counts;
    QLabel* m_legend;
    QLabel* m_warnings;
    TokenView* m_tokens;
    QLabel* m_token;
    QPushButton* m_copyText;
    QPushButton* m_copyIds;
    PromptPreview m_preview;
};

} // namespace phidelity
