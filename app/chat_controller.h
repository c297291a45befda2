// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QHash>
#include <QList>
#include <QObject>
#include <QStringList>

#include "app/library.h"
#include "app/model_desk.h"
#include "app/prompt_desk.h"
#include "chat/context_plan.h"
#include "chat/conversation.h"
#include "chat/generation_settings.h"
#include "chat/reply_branch.h"
#include "engine/messages.h"
#include "engine/replay_messages.h"

namespace phidelity {

/// Turns what the user wants into requests to the engine,
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
    [[nodiscard]] const ModelDesk& models() const { return m_models; }
    /// Which prompt goes to the model next.
    [[nodiscard]] PromptDesk* prompt() { return &m_prompt; }
    /// Which conversations there are.
    [[nodiscard]] Library* library() { return &m_library; }

    void setSettings(const GenerationSettings& settings);
    [[nodiscard]] const GenerationSettings& settings() const { return m_settings; }
    [[nodiscard]] const PromptFormat& format() const { return m_format; }
    /// What of a conversation is sent.
    [[nodiscard]] ContextPlan planOf(const QString& conversation) const;
    /// A reply, wherever it stands.
    struct Place {
        QString conversation;
        NodeId node = 0; ///< 0 = none
        bool operator==(const Place&) const = default;
    };
    /// The reply that the engine writes; none while nothing runs.
    [[nodiscard]] Place writing() const { return m_running.place; }
    /// Details of so many alternatives come with replies that begin from now on; 0 = none.
    void setAlternatives(int alternatives) { m_alternatives = alternatives; }
    /// The one that is shown.
    [[nodiscard]] const Conversation& conversation() const { return *m_library.find(m_current); }

public slots:
    // What the user wants.
    void submit(const QString& text);
    void stop();
    /// Writes the reply of this row again, beside the one that is there.
    void regenerate(int row);
    /// Lets the model go on with its last reply; what a stop rule cut off comes back first.
    void continueReply();
    /// Puts the text in a message beside the one of this row. Behind a user's message a new reply
    /// is written; a reply is taken as it was typed.
    void editMessage(int row, const QString& text);
    /// Shows another message of this place, 1 to Message::versions, and what followed it.
    void showVersion(int row, int version);
    /// A new conversation that begins with the messages up to this row.
    void branch(int row);
    /// Writes another version of a reply of the conversation that is shown, from a beginning on. A
    /// reply that is being written there is stopped.
    void branchReply(const phidelity::ReplyBranch& branch);
    void newConversation();
    /// Shows it as soon as it is loaded.
    void selectConversation(const QString& id);
    /// Shows the message in its conversation, in whatever branch it stands.
    void showMessage(const QString& conversation, phidelity::NodeId node);
    /// To the trash, and another one is shown.
    void trashConversation(const QString& id);
    /// What stands in the composer, to be there again.
    void setDraft(const QString& text);
    /// What is read, to be there again: ConversationInfo::scroll.
    void setScroll(double place);
    void setFormat(const phidelity::PromptFormat& format);
    /// To the last contextAsked. `summary`: of Summarise.
    void answerContext(phidelity::ContextAnswer answer, phidelity::ContextMemory memory,
                       const QString& summary);
    /// What was left out of the conversation that is shown is sent again.
    void sendWholeConversation();
    void shutDown();

    // What the engine answers.
    void onPromptProgress(const phidelity::PromptProgress& progress);
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& end);
    /// The model's hash of a reply that has ended.
    void onModelHashed(const phidelity::ReplyModelHashed& hash);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    /// To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);
    /// A reply has ended and left this; its model's hash may follow.
    void recordMade(const QString& conversation, phidelity::NodeId node,
                    const phidelity::GenerationRecord& record);

    // To the window: the messages of the conversation that is shown.
    void messagesReset(const QList<phidelity::Message>& messages);
    /// From this row on there are these messages now.
    void messagesReplaced(int firstRow, const QList<phidelity::Message>& messages);
    void textAppended(int row, const QString& text);
    void messageChanged(int row, const phidelity::Message& message);

    // To the window: the rest.
    void conversationsChanged(const QList<phidelity::ConversationInfo>& conversations,
                              const QStringList& folders, const QString& current);
    /// What belongs into the composer, and what is to be read, of a conversation that was opened.
    void draftShown(const QString& text);
    void scrollShown(double place);
    /// A message was asked for by showMessage and is in this row now.
    void rowShown(int row);
    /// The notice that was raised last can be answered by trying to save again.
    void retryOffered();
    /// The model cannot hold all of the conversation that is shown: answered by answerContext.
    void contextAsked(const phidelity::ContextQuestion& question);
    /// There is nothing to be asked any more.
    void contextSettled();
    void busyChanged(bool busy);
    void formatChanged(const phidelity::PromptFormat& format);
    /// Those of a conversation that was opened.
    void settingsShown(const phidelity::GenerationSettings& settings);
    void promptProgress(int done, int total);
    void speedChanged(double tokensPerSecond, double firstTokenMs);
    void contextUsed(int tokens);
    void activityCleared();
    void seedUsed(quint64 seed);
    void noticeRaised(const QString& sentence, const QString& detail);
    void noticeCleared();

private:
    /// What was asked of the engine and has not ended.
    struct Running {
        RequestId id = 0; ///< 0 = nothing runs
        Place place;
        SharedStop stop;
        QStringList stops;
        qsizetype before = 0; ///< length of the reply's text when it was asked for
        QList<float> given;   ///< GenerationRecord::given
        QByteArray tail;      ///< of a character that the beginning has left unfinished
    };

    /// A reply for which there was too little room.
    struct Room {
        Place place;
        ContextQuestion question;
        NodeId firstSent = 0; ///< if the oldest turns are dropped
    };

    [[nodiscard]] Conversation& current() { return *m_library.find(m_current); }
    [[nodiscard]] bool isShown(const Conversation& conversation) const;
    [[nodiscard]] const Message* shownMessage(int row) const;
    [[nodiscard]] QList<Message> shownFrom(qsizetype row) const;

    [[nodiscard]] Message freshReply() const;
    void addShown(NodeId parent, const Message& message);
    NodeId addReply(NodeId parent);
    enum class Begin { Fresh, BehindItsText };
    void startReply(NodeId node, const QList<NodeId>& changed, Begin begin = Begin::Fresh);
    void startReply(const Place& place, const QList<NodeId>& changed, Begin begin,
                    std::optional<ReplyBranch> branch = std::nullopt);
    void setPlan(const QString& conversation, const ContextPlan& plan);
    [[nodiscard]] int roomFor(const Place& place, const SentTurns& sent);
    [[nodiscard]] int wantedTokens(const Place& place) const;
    [[nodiscard]] GenerationSettings settingsOf(const Place& place) const;
    void askForRoom(const Place& place, const PromptPreview& prompt);
    void announceQuestion();
    void show(const QString& id);
    void restoreSession();
    void onListChanged();
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
    PromptFormat m_format;
    Library m_library;
    PromptDesk m_prompt{*this}; ///< listens to the library
    QString m_current;          ///< the conversation that is shown; always loaded
    QString m_empty;            ///< the last that was begun
    QString m_wanted;           ///< is being loaded to be shown; mostly empty
    NodeId m_wantedNode = 0;    ///< to be shown in it; mostly 0
    Running m_running;
    Room m_room;                     ///< waits for the user's answer; mostly none
    Place m_squeezed;                ///< is to be written in the room that is left; mostly none
    Place m_waiting;                 ///< the reply that comes next
    StoreRequestId m_committing = 0; ///< and what has to be kept before
    StoreRequestId m_records = 0;    ///< and what is loaded of it before
    std::optional<GenerationRecord> m_continues; ///< the record that it goes on from
    std::optional<ReplyBranch> m_branch;         ///< the beginning that it has
    int m_alternatives = 0;
    QHash<RequestId, std::pair<Place, GenerationRecord>> m_unhashed; ///< without the model's hash
    /// The notice that was raised last tells of the reply that is shown.
    bool m_replyNotice = false;
    bool m_shuttingDown = false;
};

} // namespace phidelity
