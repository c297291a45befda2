// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QStackedWidget;

namespace phidelity {

class Composer;
class ContextBar;
class MessageModel;
class MessageView;
class NoticeBar;
class PromptStrip;
class WelcomePage;

/// A conversation: notices over its messages (or the welcome page while there are none), and the
/// composer under them.
class ChatPage : public QWidget {
    Q_OBJECT

public:
    explicit ChatPage(QWidget* parent = nullptr);

    [[nodiscard]] MessageModel* messages() const { return m_messages; }
    [[nodiscard]] MessageView* view() const { return m_view; }
    [[nodiscard]] Composer* composer() const { return m_composer; }
    [[nodiscard]] ContextBar* contextBar() const { return m_contextBar; }
    [[nodiscard]] PromptStrip* promptStrip() const { return m_promptStrip; }
    [[nodiscard]] NoticeBar* notice() const { return m_notice; }
    [[nodiscard]] WelcomePage* welcome() const { return m_welcome; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void choosePage();
    void applyLook();

    MessageModel* m_messages;
    NoticeBar* m_notice;
    QStackedWidget* m_pages;
    WelcomePage* m_welcome;
    MessageView* m_view;
    QWidget* m_composerRow;
    ContextBar* m_contextBar;
    PromptStrip* m_promptStrip;
    Composer* m_composer;
};

} // namespace phidelity
