// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QObject>
#include <QStringList>

#include "app/model_desk.h"
#include "chat/conversation.h"
#include "chat/generation_settings.h"
#include "engine/messages.h"

namespace phidelity {

/// Owns the conversations of the session and turns what the user wants into requests to the engine,
/// and the engine's answers into changes of messages. Answers to anything but the request that runs
/// are dropped. Rows are those of the conversation that is shown, from 0. QtCore only; lives on the
/// window's thread; touches neither widget nor model.
class ChatController : public QObject {
    Q_OBJECT

public:
    explicit ChatController(QObject* parent = nullptr);
    /// Asks whatever runs to stop.
    ~ChatController() override;

    /// Which model is open on which device.
    [[nodiscard]] ModelDesk* models() { return &m_models; }

    void setSettings(const GenerationSettings& settings) { m_settings = settings; }
    [[nodiscard]] const GenerationSettings& settings() const { return m_settings; }
    [[nodiscard]] FormatId format() const { return m_format; }
    /// The one that is shown.
    [[nodiscard]] const Conversation& conversation() const { return m_conversations[m_current]; }

public slots:
    // What the user wants.
    void submit(const QString& text);
    void stop();
    /// Writes the reply of this row again, beside the one that is there.
    void regenerate(int row);
    void regenerateLast();
    /// Lets the model go on with its last reply; what a stop rule cut off comes back first.
    void continueReply();
    /// Puts the text in a message beside the one of this row. Behind a user's message a new reply
    /// is written; a reply is taken as it was typed.
    void editMessage(int row, const QString& text);
    /// Shows another message of this place, 1 to Message::versions, and what followed it.
    void showVersion(int row, int version);
    /// A new conversation that begins with the messages up to this row.
    void branch(int row);
    void newConversation();
    /// Index in the list that conversationsChanged gave.
    void selectConversation(int index);
    void setFormat(phidelity::FormatId format);
    void shutDown();

    // What the engine answers.
    void onPromptProgress(const phidelity::PromptProgress& progress);
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& end);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    /// To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);

    // To the window: the messages of the conversation that is shown.
    void messagesReset(const QList<phidelity::Message>& messages);
    /// From this row on there are these messages now.
    void messagesReplaced(int firstRow, const QList<phidelity::Message>& messages);
    void textAppended(int row, const QString& text);
    void messageChanged(int row, const phidelity::Message& message);

    // To the window: the rest.
    void conversationsChanged(const QStringList& titles, int current);
    void busyChanged(bool busy);
    void formatChanged(phidelity::FormatId format);
    void promptProgress(int done, int total);
    void speedChanged(double tokensPerSecond, double firstTokenMs);
    void contextUsed(int tokens);
    void activityCleared();
    void seedUsed(quint64 seed);
    void noticeRaised(const QString& sentence, const QString& detail);
    void noticeCleared();

private:
    /// A reply, wherever it stands.
    struct Place {
        QString conversation;
        NodeId node = 0; ///< 0 = none
        bool operator==(const Place&) const = default;
    };
    /// What was asked of the engine and has not ended.
    struct Running {
        RequestId id = 0; ///< 0 = nothing runs
        Place place;
        SharedStop stop;
        QStringList stops;
        qsizetype before = 0; ///< length of the reply's text when it was asked for
    };

    [[nodiscard]] Conversation* find(const QString& id);
    [[nodiscard]] Conversation& current() { return m_conversations[m_current]; }
    [[nodiscard]] bool isShown(const Conversation& conversation) const;
    [[nodiscard]] const Message* shownMessage(int row) const;
    [[nodiscard]] QList<Message> shownFrom(qsizetype row) const;

    [[nodiscard]] Message freshReply() const;
    void addShown(NodeId parent, const Message& message);
    void writeReply(NodeId parent);
    void startReply(const Place& place);
    void startWaiting();
    void ask(const Place& place);
    void stopWaiting();
    void setMessage(Conversation& conversation, NodeId node, const Message& message);
    void endReply(Conversation& conversation, const GenerationEnded& end);
    void raiseModelNotice(const QString& sentence, const QString& detail);
    void announceConversations();
    void announceBusy();

    ModelDesk m_models;
    GenerationSettings m_settings;
    FormatId m_format = FormatId::Chat;
    QList<Conversation> m_conversations; ///< newest first, never none
    qsizetype m_current = 0;
    Running m_running;
    Place m_waiting; ///< the reply that comes next
    /// The notice that was raised last tells of the reply that is shown.
    bool m_replyNotice = false;
    bool m_shuttingDown = false;
};

} // namespace phidelity
