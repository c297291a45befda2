// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QObject>
#include <QStringList>

#include "chat/generation_settings.h"
#include "chat/message.h"
#include "engine/messages.h"

namespace phidelity {

/// Owns the conversations of the session and turns what the user wants into requests to the engine,
/// and the engine's answers into changes of messages. Answers to anything but the request that runs
/// are dropped. QtCore only; lives on the window's thread; touches neither widget nor model.
class ChatController : public QObject {
    Q_OBJECT

public:
    explicit ChatController(QObject* parent = nullptr);
    /// Asks whatever runs to stop.
    ~ChatController() override;

    void setSettings(const GenerationSettings& settings) { m_settings = settings; }
    [[nodiscard]] const GenerationSettings& settings() const { return m_settings; }
    [[nodiscard]] FormatId format() const { return m_format; }

    /// `device`: "auto", "cpu", ...; `threads`: 0 = automatic. For models opened from now on.
    void setDevice(const QString& device, int threads);
    /// What was picked at another time; in force until setDevice or chooseDevice.
    void setDevicePick(const DevicePick& pick);
    /// What the user picked last, to be remembered; setDevice does not change it.
    [[nodiscard]] const DevicePick& devicePick() const { return m_pick; }

public slots:
    // What the user wants.
    void submit(const QString& text);
    void stop();
    void regenerate();
    /// Lets the model go on with its last reply; what a stop rule cut off comes back first.
    void continueReply();
    void showVersion(int version);
    void newConversation();
    /// Index in the list that conversationsChanged gave.
    void selectConversation(int index);
    /// Empty = the demo model. A generation that runs is stopped first and kept.
    void openModel(const QString& path);
    /// Loads the model again on that device. Conversations stay; a pick that fails is taken back.
    void chooseDevice(const phidelity::DevicePick& pick);
    /// Tries the model that was too large again.
    void openWithContext(int context);
    void cancelOpening();
    void setFormat(phidelity::FormatId format);
    void shutDown();

    // What the engine answers.
    void onModelOpening(const phidelity::ModelOpening& progress);
    void onModelOpened(const phidelity::ModelOpened& model);
    void onModelMoved(const phidelity::ModelMoved& move);
    void onPromptProgress(const phidelity::PromptProgress& progress);
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& end);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    // To the engine.
    void openRequested(const phidelity::OpenModelRequest& request);
    void generateRequested(const phidelity::GenerateRequest& request);

    // To the window: the messages of the conversation that is shown.
    void messagesReset(const QList<phidelity::Message>& messages);
    void messageAdded(const phidelity::Message& message);
    void textAppended(int row, const QString& text);
    void messageChanged(int row, const phidelity::Message& message);
    void messageRemoved(int row);

    // To the window: the rest.
    void conversationsChanged(const QStringList& titles, int current);
    void busyChanged(bool busy);
    void formatChanged(phidelity::FormatId format);
    void modelOpening(const QString& path, double fraction);
    void modelOpened(const phidelity::ModelOpened& model);
    void openingEnded();
    /// No model is open any more.
    void modelClosed();
    void promptProgress(int done, int total);
    void speedChanged(double tokensPerSecond, double firstTokenMs);
    void contextUsed(int tokens);
    void activityCleared();
    void seedUsed(quint64 seed);
    void noticeRaised(const QString& sentence, const QString& detail);
    void noticeCleared();
    /// After noticeRaised: it would help to open the model with this context.
    void contextOffered(int context);
    /// The pick in force, for those who show it.
    void devicePickChanged(const phidelity::DevicePick& pick);

private:
    struct Entry {
        Message message;         ///< the version that is shown
        QList<Message> versions; ///< all of a reply that was regenerated, else empty
    };
    struct Conversation {
        quint64 id = 0;
        QString title;
        FormatId format = FormatId::Chat;
        int contextUsed = 0;
        QList<Entry> entries;
    };
    /// What was asked of the engine and has not ended.
    struct Running {
        RequestId id = 0; ///< 0 = nothing runs
        quint64 conversation = 0;
        SharedStop stop;
        QStringList stops;
        qsizetype before = 0; ///< length of the reply's text when it was asked for
    };

    [[nodiscard]] Conversation* find(quint64 id);
    [[nodiscard]] Conversation& current() { return m_conversations[m_current]; }
    [[nodiscard]] bool isShown(const Conversation& conversation) const;
    [[nodiscard]] Entry* lastReply();
    [[nodiscard]] bool canGenerate() const;
    void startReply(Conversation& conversation);
    void startWaiting();
    void ask(Conversation& conversation);
    void setMessage(Conversation& conversation, qsizetype row, const Message& message);
    [[nodiscard]] QString openingFailed(const EngineFailed& failure) const;
    void endReply(Conversation& conversation, const GenerationEnded& end);
    void announceConversations();
    void announceBusy();
    [[nodiscard]] QList<Message> shownMessages(const Conversation& conversation) const;

    GenerationSettings m_settings;
    FormatId m_format = FormatId::Chat;
    void requestOpening(const QString& path, int context);

    DevicePick m_device; ///< in force
    DevicePick m_pick;   ///< remembered
    DevicePick m_before; ///< in force before a pick that is being tried
    bool m_trying = false;
    QString m_modelPath; ///< of the model that is open
    int m_modelContext = 0;
    int m_openingContext = 0;
    int m_threads = 0;
    RequestId m_lastId = 0;
    quint64 m_lastConversation = 0;
    QList<Conversation> m_conversations; ///< newest first
    qsizetype m_current = 0;
    Running m_running;
    quint64 m_waiting = 0; ///< the conversation whose reply comes next, 0 = none
    RequestId m_opening = 0;
    QString m_openingPath;
    SharedStop m_openingStop;
    bool m_modelReady = false;
    QString m_modelName;
    bool m_replyNotice =
        false; ///< the notice that was raised last tells of the reply that is shown
    bool m_shuttingDown = false;
};

} // namespace phidelity
