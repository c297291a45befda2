// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench_page.h"

class QStackedWidget;
class QVBoxLayout;

namespace phidelity {

class ChatFind;
class Composer;
class ContextBar;
class MessageModel;
class MessageView;
class PromptStrip;
class WelcomePage;

/// A conversation: its messages (or the welcome page while there are none), and the composer under
/// them.
class ChatPage : public WorkbenchPage {
    Q_OBJECT

public:
    explicit ChatPage(QWidget* parent = nullptr);

    [[nodiscard]] MessageModel* messages() const { return m_messages; }
    [[nodiscard]] MessageView* view() const { return m_view; }
    [[nodiscard]] ChatFind* find() const { return m_find; }
    [[nodiscard]] Composer* composer() const { return m_composer; }
    [[nodiscard]] ContextBar* contextBar() const { return m_contextBar; }
    [[nodiscard]] PromptStrip* promptStrip() const { return m_promptStrip; }
    [[nodiscard]] WelcomePage* welcome() const { return m_welcome; }

    [[nodiscard]] QString title() const override { return tr("Chat"); }
    [[nodiscard]] QString symbol() const override { return QStringLiteral("chat"); }
    /// The title of the conversation.
    [[nodiscard]] QString heading() const override { return m_heading; }
    void setHeading(const QString& heading);
    void activated() override;
    /// Ends what goes on nearest to the cursor: finding, the editing of a message.
    bool escape() override;

protected:
    void changeEvent(QEvent* event) override;

private:
    void choosePage();
    void applyLook();

    MessageModel* m_messages;
    QString m_heading;
    QStackedWidget* m_pages;
    WelcomePage* m_welcome;
    MessageView* m_view;
    ChatFind* m_find;
    QWidget* m_composerRow;
    QVBoxLayout* m_writing; ///< the composer and what stands over it
    ContextBar* m_contextBar;
    PromptStrip* m_promptStrip;
    Composer* m_composer;
};

} // namespace phidelity
