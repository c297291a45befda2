// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>

#include <QPointer>
#include <QTextCursor>
#include <QTimer>

#include "chat/reply_branch.h"
#include "playground/play_page.h"
#include "playground/reading.h"
#include "ui/inspector/token_scale.h"
#include "ui/workbench_page.h"

class QHBoxLayout;
class QTabBar;
class QToolButton;

namespace phidelity {

class PlayBar;
class PlayEdit;
class PlayText;
class SampleColumns;
class TokenLegend;

/// What the model is to write in the playground.
struct PlayWish {
    QString page;
    int branch = 0;
    QString prompt;
    qsizetype at = 0; ///< where in the branch it goes
    int count = 1;    ///< more than one: each becomes a branch
    /// Where `prompt` begins in the branch, of which it is all up to `at`.
    qsizetype from = 0;
};

/// The playground: pages of raw text in tabs, which the model goes on with where one wants it to.
/// Values in, intent out. What was typed or generated is told by edited(), a moment later or before
/// anything else is told.
class PlaygroundPage : public WorkbenchPage {
    Q_OBJECT

public:
    explicit PlaygroundPage(QWidget* parent = nullptr);
    ~PlaygroundPage() override;

    [[nodiscard]] QString title() const override { return tr("Playground"); }
    [[nodiscard]] QString symbol() const override { return QStringLiteral("playground"); }
    [[nodiscard]] QString heading() const override;
    void activated() override;
    bool escape() override;

    [[nodiscard]] PlayEdit* edit() const { return m_edit; }
    [[nodiscard]] QString shownPage() const;

public slots:
    /// All open pages, in the order of their tabs, and the one to be shown.
    void setPages(const QList<phidelity::PlayPage>& pages, const QString& shown);
    /// Its branches have changed, or which of them is shown; texts that an editor has stay.
    void setBranches(const phidelity::PlayPage& page);
    /// The model begins to write at a place of a branch; all of it is one step of undo.
    void beginWriting(const QString& page, int branch, int at);
    void addWritten(const QList<phidelity::TextPiece>& pieces);
    void beginSamples(const QList<int>& branches);
    void addSample(int index, const QList<phidelity::TextPiece>& pieces);
    void finishSample(int index, const QString& note);
    void setBusy(bool busy);
    /// A line beside the buttons: what is going on, how it ended.
    void setNote(const QString& note);
    /// What stands in the editor and was not told yet.
    void tellEdited();
    /// Whether tokensShown() and tokenPointed() are to follow the text.
    void setTokensWanted(bool wanted);
    /// Selects what a token said, by its place among those of tokensShown().
    void selectToken(int token);
    /// To go on with another token in the place of this one.
    void branchAt(int token, quint32 alternative);
    /// What the model has read of a branch.
    void setReading(const QString& page, int branch, const phidelity::Reading& reading);
    /// Whether it reads now.
    void setScoring(bool scoring);
    /// What is selected, or all that is shown.
    void score();
    void showBranch(int branch);
    void removeBranch(int branch);
    void restoreBranch(int branch);

signals:
    void edited(const QString& page, int branch, const QList<phidelity::TextPiece>& pieces,
                qsizetype cursor);
    void writeRequested(const phidelity::PlayWish& wish);
    void stopRequested();
    void newPageRequested();
    void closePageRequested(const QString& page);
    void reopenRequested();
    void pagesMoved(const QStringList& pages);
    void branchRequested(const QString& page, int branch);
    /// Of the branch that is shown, from the cursor on another one.
    void forkRequested(const QString& page);
    void compareRequested(const QString& prompt);
    /// The known tokens of the text that is shown, in their order.
    void tokensShown(const QList<phidelity::TokenDetail>& tokens);
    /// The one at the cursor; -1 = none.
    void tokenPointed(int token);
    /// A branch that leaves this one with another token in the place of one of tokensShown().
    void branchAtRequested(const QString& page, int branch, int token, quint32 alternative);
    void scoreRequested(const QString& page, int branch, qsizetype from, qsizetype to);
    void removeRequested(const QString& page, int branch);
    void restoreRequested(const QString& page, int branch);
    void restoreLastRequested(const QString& page);
    /// What can be done about tokens that are not known, and a sentence on it.
    void scoreOffered(phidelity::ScoreOffer offer);
    void statusShown(const QString& sentence);
    /// All branches of the page that is shown.
    void treeShown(const phidelity::BranchTree& tree);

protected:
    void changeEvent(QEvent* event) override;

private:
    using Place = std::pair<QString, int>; ///< page and branch

    void buildActions();
    QAction* addCommand(const char* name, const QString& text, const QKeySequence& shortcut);
    void addLine();
    void showTab(int tab);
    void showText();
    void showTitle(int tab);
    void stepTab(int by);
    void stepBranch(int by);
    void write(int count);
    void setMeasure(TokenMeasure measure);
    void closeTab(int tab);
    void updateActions();
    void applyLook();
    [[nodiscard]] PlayPage* shown();
    PlayText* textOf(const PlayPage& page, int branch);
    void onChanged(const Place& place);
    void tellTokens();
    void tellTree();
    void tellOffer();
    [[nodiscard]] int tokenAt(int position) const;

    QList<PlayPage> m_pages;
    std::map<Place, std::unique_ptr<PlayText>> m_texts;
    QTabBar* m_tabs;
    QToolButton* m_new;
    PlayEdit* m_edit;
    SampleColumns* m_samples;
    TokenLegend* m_legend;
    QHBoxLayout* m_legendRow = nullptr;
    PlayBar* m_bar;
    QAction* m_writeAction = nullptr;
    QAction* m_manyAction = nullptr;
    QAction* m_stopAction = nullptr;
    QAction* m_closeAction = nullptr;
    QAction* m_compareAction = nullptr;
    QAction* m_scoreAction = nullptr;
    QAction* m_removeAction = nullptr;
    QAction* m_restoreAction = nullptr;
    QList<QAction*> m_measureActions;
    QTimer m_telling;
    Place m_changed; ///< what is to be told
    Place m_writing; ///< where the model writes; page empty = nowhere
    QTextCursor m_writeCursor;
    bool m_firstWritten = false; ///< the next piece begins a step of undo
    QList<PlacedToken> m_placed; ///< known tokens of the text that is shown
    bool m_scoring = false;
    bool m_tokensWanted = false;
    bool m_busy = false;
    bool m_loading = false; ///< changes of texts are not the user's
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::PlayWish)
