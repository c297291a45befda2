// SPDX-License-Identifier: MIT
// What the main window shows of the prompt that goes to the model next.
#include "ui/chat_page.h"
#include "ui/main_window.h"
#include "ui/prompt_strip.h"
#include "ui/prompt_view.h"

namespace phidelity {

void MainWindow::showPrompt(PromptOccasion occasion, const PromptPreview& preview,
                            const QList<PromptWarning>& warnings) {
    m_promptOccasion = occasion;
    m_promptPreview = preview;
    m_promptWarnings = warnings;
    m_page->promptStrip()->setWarnings(warnings);
    if (m_prompt) {
        m_prompt->showPrompt(occasion, preview, warnings);
    }
}

void MainWindow::openPrompt() {
    if (!m_prompt) {
        m_prompt = new PromptView(this);
        connect(m_prompt, &QDialog::finished, this, [this] {
            m_prompt = nullptr;
            emit promptWatched(false);
        });
        m_prompt->showPrompt(m_promptOccasion, m_promptPreview, m_promptWarnings);
        emit promptWatched(true);
    }
    m_prompt->show();
    m_prompt->raise();
    m_prompt->activateWindow();
}

} // namespace phidelity
