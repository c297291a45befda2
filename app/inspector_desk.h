// SPDX-License-Identifier: MIT
#pragma once

#include <deque>

#include <QHash>
#include <QObject>

#include "app/chat_controller.h"
#include "chat/branch_tree.h"
#include "chat/reply_branch.h"
#include "chat/reply_tokens.h"
#include "engine/token_messages.h"

namespace phidelity {

/// Which text is inspected, what is known of its tokens, and what is asked of the engine to know
/// the rest. Follows the chat while the inspector is open: a reply that is written, another
/// version, another conversation. What a reply's records tell is shown at once; the rest of it is
/// computed without being asked for, but what somebody typed only on demand. QtCore only; window's
/// thread.
class InspectorDesk : public QObject {
    Q_OBJECT

public:
    /// Details are asked for with so many alternatives.
    static constexpr int kAlternatives = 20;

    /// Not owned; must outlive this.
    explicit InspectorDesk(ChatController* controller, QObject* parent = nullptr);
    ~InspectorDesk() override;

public slots:
    // What the user wants.
    void setOpen(bool open);
    /// The message in this row of the chat, at a character of its text (-1: none in particular).
    void inspect(int row, qsizetype offset);
    /// A character of the chat was clicked, or is pointed at; row -1: none.
    void point(int row, qsizetype offset);
    void hoverText(int row, qsizetype offset);
    void setCurrent(int token);
    void hoverToken(int token);
    /// Writes another version of the reply, with this token in the place of that one.
    void branch(int token, quint32 alternative);
    void showVersion(phidelity::NodeId node);
    void score();
    void stopScore();

    // What the engine answers.
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& end);
    void onScoreArrived(const phidelity::ScoreArrived& arrived);
    void onScoreEnded(const phidelity::ScoreEnded& end);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    /// To the engine.
    void scoreRequested(const phidelity::ScoreRequest& request);

    // To the panel.
    void tokensShown(const QList<phidelity::TokenDetail>& tokens);
    void tokensAdded(const QList<phidelity::TokenDetail>& tokens);
    void currentShown(int token);
    void hoveredShown(int token);
    void headingShown(const QString& heading);
    void statusShown(const QString& sentence);
    void scoreOffered(phidelity::ScoreOffer offer);
    void branchableShown(bool branchable);
    void treeShown(const phidelity::BranchTree& tree);
    // To the chat: the characters of a token; row -1: none.
    void tokenMarked(int row, qsizetype from, qsizetype to);
    void hotTokenMarked(int row, qsizetype from, qsizetype to);
    /// The panel is wanted.
    void wanted();

private:
    using Place = ChatController::Place;
    /// What is known of one message.
    struct Known {
        QList<quint32> context;    ///< what the model had read before it
        QList<TokenDetail> tokens; ///< of its text
        /// Bytes of the first token that are not the message's: the blank that a prompt puts
        /// before what was typed.
        qsizetype lead = 0;
        qsizetype textBegin = 0;   ///< characters of the message that the prompt leaves out,
        qsizetype textLength = -1; ///< and how many it takes from there; -1 = all
        bool exact = false;        ///< `context` and ids are known, so that one can go on from them
    };

    [[nodiscard]] const Conversation* conversation() const;
    [[nodiscard]] const Message* message() const;
    [[nodiscard]] int row() const;
    [[nodiscard]] bool isReply() const;
    [[nodiscard]] QByteArray bytesOf(quint32 id) const;
    [[nodiscard]] TokenSpans spansIn(const Known& known, const QString& text) const;

    void follow();
    void onMessagesReplaced(int firstRow);
    void onGenerateRequested(const GenerateRequest& request);
    void onRecordsLoaded(const RecordsLoaded& loaded);
    void onRecordMade(const QString& conversation, NodeId node, const GenerationRecord& record);
    void setSubject(const Place& place);
    void loadRecords();
    void build();
    [[nodiscard]] Known knownFromRecords(NodeId node) const;
    [[nodiscard]] bool isComplete(const QList<TokenDetail>& tokens) const;
    void showTokens();
    void layOver();
    void showHeading();
    void showOffer();
    void showTree();
    void markCurrent();
    [[nodiscard]] int tokenAt(int row, qsizetype offset) const;
    void keep(const Place& place, const Known& known);
    bool requestKnownTokens(ScoreRequest* request) const;
    bool requestText(ScoreRequest* request);
    void takeScoredText();
    [[nodiscard]] QString statusSentence() const;

    ChatController* m_controller;
    bool m_open = false;
    Place m_place; ///< what is inspected; node 0 = nothing
    Known m_known;
    TokenSpans m_spans; ///< of its tokens in its text
    int m_current = -1;
    qsizetype m_wantedOffset = -1; ///< to become the current token as soon as there are any
    bool m_atEnd = false;          ///< the current token is the last one of a reply that grows

    QHash<StoreRequestId, NodeId> m_loading;
    QHash<NodeId, QList<GenerationRecord>> m_records; ///< of the versions in its place
    std::deque<std::pair<Place, Known>> m_kept;       ///< that were computed, the last used last

    RequestId m_live = 0;           ///< the request that writes what is inspected; 0 = none
    qsizetype m_liveFrom = 0;       ///< tokens that stood before it
    QList<TokenDetail> m_beginning; ///< of the branch that was asked for last

    RequestId m_scoring = 0;
    SharedStop m_scoreStop;
    int m_scoreDone = 0;         ///< tokens
    int m_scoreTotal = 0;        ///< 0 = not known yet
    QString m_problem;           ///< why the last one failed; a sentence
    bool m_resume = false;       ///< a reply went first
    QList<TokenDetail> m_scored; ///< of a text whose tokens were not known before
    qsizetype m_scoredFrom = 0;  ///< where in its bytes the message begins
    qsizetype m_scoredBytes = 0; ///< and how long it is there
    Known m_scoredKnown;         ///< what is known of it so far
    /// A token and what is to stand in its place as soon as the reply that is written has ended.
    std::pair<int, quint32> m_branchWish{-1, 0};
};

} // namespace phidelity
