// SPDX-License-Identifier: MIT
#pragma once

#include <map>

#include <QObject>
#include <QPointer>
#include <QTimer>

#include "app/code_desk.h"
#include "chat/branch_tree.h"
#include "chat/reply_branch.h"
#include "engine/token_messages.h"
#include "ui/code/code_stretches.h"

namespace phidelity {

class InspectorView;

/// The tokens of the code page: of completions, offered or taken, and of text that the model was
/// asked to read. Follows the cursor while the inspector is open. Nothing of it is kept beyond the
/// program's end: what is kept is the file. Window's thread.
class CodeInspector : public QObject {
    Q_OBJECT

public:
    /// All outlive it.
    CodeInspector(CodePage* page, CodeDesk* desk, const ModelDesk* models);
    ~CodeInspector() override;

public slots:
    void setOpen(bool open);
    /// The user has walked to a token.
    void setCurrent(int token);
    /// Puts another token in the place of this one. Of a completion what follows it goes, and the
    /// model is asked to go on from there; of other text only the token itself is replaced.
    void branch(int token, quint32 alternative);
    /// Puts another tried way in the place of the one that is there.
    void showWay(phidelity::NodeId way);
    /// Lets the model read what is selected, or as much of the beginning of the file as it can.
    void score();
    void stopScore();

    void onScoreArrived(const phidelity::ScoreArrived& arrived);
    void onScoreEnded(const phidelity::ScoreEnded& end);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    /// To the engine.
    void scoreRequested(const phidelity::ScoreRequest& request);

    // To the panel.
    void tokensShown(const QList<phidelity::TokenDetail>& tokens);
    void currentShown(int token);
    void headingShown(const QString& heading);
    void statusShown(const QString& sentence);
    void scoreOffered(phidelity::ScoreOffer offer);
    void branchableShown(bool branchable);
    void treeShown(const phidelity::BranchTree& tree);

private:
    using Stretch = CodeStretches::Stretch;

    /// Of the editor that is shown; made when it is asked for first.
    CodeStretches* stretches();
    [[nodiscard]] CodeStretches::Offer offer() const;
    void follow(CodeEdit* edit);
    void look();
    void showTokens(const Stretch* stretch);
    void showTree(const Stretch* stretch);
    void showOffer();
    void mark(int token, bool intoSight);
    void onWritten(const CompletionWritten& written);
    void putInPlace(int from, int to, const QString& text);
    [[nodiscard]] QString statusSentence() const;

    CodePage* m_page;
    CodeDesk* m_desk;
    const ModelDesk* m_models;
    bool m_open = false;
    std::map<CodeEdit*, CodeStretches> m_stretches;
    QTimer m_looking; ///< once for all that happens at a key
    QPointer<CodeEdit> m_edit;
    QList<QMetaObject::Connection> m_followed; ///< to it
    int m_shown = 0;                           ///< id of the stretch that is shown; 0 = none
    TokenSpans m_spans;
    int m_current = -1;
    int m_cursor = -1; ///< where the cursor was when the current token was set

    RequestId m_scoring = 0;
    SharedStop m_scoreStop;
    QPointer<CodeEdit> m_scored;
    int m_scoredId = 0;          ///< the stretch that it fills; 0 = nothing of it is known yet
    int m_scoredAt = 0;          ///< where it begins in the document
    qsizetype m_scoredFrom = 0;  ///< bytes of what is read that stand before it
    qsizetype m_scoredBytes = 0; ///< and how long it is
    qsizetype m_scoredBegun = 0; ///< bytes that were read
    QList<quint32> m_scoredContext;
    int m_scoreDone = 0; ///< tokens
    int m_scoreTotal = 0;
    QString m_problem; ///< a sentence
};

/// Gives the window the inspector's panel for its code page. The window owns it.
InspectorView* addCodeInspector(MainWindow& window, CodePage& page, CodeInspector& inspector);

/// Connects the inspector with the engine, or with anything that has its slots and signals.
template <class EngineLike>
void connectCodeInspector(EngineLike& engine, CodeInspector& inspector) {
    constexpr auto kQueued = Qt::QueuedConnection;
    using E = EngineLike;
    using I = CodeInspector;
    QObject::connect(&inspector, &I::scoreRequested, &engine, &E::score, kQueued);
    QObject::connect(&engine, &E::scoreArrived, &inspector, &I::onScoreArrived, kQueued);
    QObject::connect(&engine, &E::scoreEnded, &inspector, &I::onScoreEnded, kQueued);
    QObject::connect(&engine, &E::failed, &inspector, &I::onFailed, kQueued);
}

} // namespace phidelity
