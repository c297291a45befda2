// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "chat/branch_tree.h"
#include "chat/reply_branch.h"
#include "engine/token_detail.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTabWidget;

namespace phidelity {

class AlternativeList;
class BranchTreeView;
class TokenChips;
class TokenFacts;
class TokenLegend;
class UndoStrip;

/// The token inspector: the tokens of a text to walk through, what the model thought of the current
/// one, what else could have come there, and the ways that were tried. Values in, intent out.
class InspectorView : public QWidget {
    Q_OBJECT

public:
    explicit InspectorView(QWidget* parent = nullptr);

    [[nodiscard]] int current() const { return m_current; }
    [[nodiscard]] QSize sizeHint() const override;

public slots:
    /// Those that stay keep their places, so that a text that grows can be walked.
    void setTokens(const QList<phidelity::TokenDetail>& tokens);
    void addTokens(const QList<phidelity::TokenDetail>& tokens);
    /// -1 = none.
    void setCurrent(int token);
    void setHovered(int token);
    /// What text it is: "Reply, version 2 of 3". May be empty.
    void setHeading(const QString& heading);
    /// A sentence in place of the score: what is going on, or what to do. Empty: the score stands.
    void setStatus(const QString& sentence);
    void setScoreOffer(phidelity::ScoreOffer offer);
    /// Whether one can go on from another token.
    void setBranchable(bool branchable);
    void setTree(const phidelity::BranchTree& tree);
    /// Puts the focus where one walks.
    void focusTokens();

signals:
    void currentPicked(int token);
    void tokenHovered(int token);
    /// Go on from `alternative` in the place of this token.
    void branchRequested(int token, quint32 alternative);
    void versionRequested(phidelity::NodeId node);
    /// Takes a tried way out of sight, and back.
    void removeRequested(phidelity::NodeId node);
    void restoreRequested(phidelity::NodeId node);
    void scoreRequested();
    void scoreStopRequested();
    /// The panel has come into sight or gone out of it.
    void shownChanged(bool shown);

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void showCurrent();
    void showSummary();
    void applyLook();

    int m_current = -1;
    QString m_statusText;
    ScoreOffer m_offer = ScoreOffer::None;
    bool m_branchable = false;
    QWidget* m_column; ///< all of it
    QLabel* m_heading;
    QComboBox* m_measure;
    TokenLegend* m_legend;
    TokenChips* m_chips;
    QLabel* m_summary;
    QPushButton* m_score;
    TokenFacts* m_facts;
    QTabWidget* m_tabs;
    AlternativeList* m_alternatives;
    QLabel* m_hint;
    BranchTreeView* m_tree;
    UndoStrip* m_undo;     ///< below the tree
    NodeId m_removing = 0; ///< is to go; 0 = none
};

} // namespace phidelity
