// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <QElapsedTimer>
#include <QObject>

#include "app/model_desk.h"
#include "app/page_keeper.h"
#include "engine/token_messages.h"
#include "playground/comparison.h"
#include "playground/piece_maker.h"
#include "playground/reading.h"
#include "ui/playground/playground_page.h"

namespace phidelity {

/// Owns the pages of the playground: what is changed is kept, what is to be written is asked of the
/// engine, and its answers become text, branches and comparisons. One thing is written at a time.
/// GUI thread; touches no widget.
class PlaygroundDesk : public QObject {
    Q_OBJECT

public:
    /// Alternatives asked for with each token.
    static constexpr int kAlternatives = 20;

    /// `models` is not owned and must outlive this. Pages are kept in `folder`.
    PlaygroundDesk(ModelDesk* models, const QString& folder);
    ~PlaygroundDesk() override;

    /// Reads the pages and shows them; one empty page where there are none.
    void start();
    /// Everything that was told is on the disk when it returns.
    void flush() { m_keeper.flush(); }
    [[nodiscard]] const QList<PlayPage>& pages() const { return m_pages; }
    [[nodiscard]] bool isBusy() const { return m_task != Task::None; }

public slots:
    void setSettings(const phidelity::GenerationSettings& settings) { m_settings = settings; }

    // What the user wants.
    void takeEdit(const QString& page, int branch, const QList<phidelity::TextPiece>& pieces,
                  qsizetype cursor);
    void write(const phidelity::PlayWish& wish);
    void stop();
    void addPage();
    void closePage(const QString& page);
    void reopenPage();
    void movePages(const QStringList& pages);
    void showBranch(const QString& page, int branch);
    void forkPage(const QString& page);
    /// Leaves the branch with `alternative` in the place of its token (of placedTokens()), and
    /// writes on from there, from the very tokens that were read before.
    void branchAt(const QString& page, int branch, int token, quint32 alternative);
    /// It can be brought back, also after a restart.
    void removeBranch(const QString& page, int branch);
    void restoreBranch(const QString& page, int branch);
    /// The one that was removed last.
    void restoreLastBranch(const QString& page);
    /// Lets the model read the text up to `to` and say what it thinks of each token; those from
    /// `from` on are summed up. What was read before is what stands before them.
    void score(const QString& page, int branch, qsizetype from, qsizetype to);
    void compare(const phidelity::CompareWish& wish);

    // What the engine answers.
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& end);
    void onSampleArrived(const phidelity::SampleArrived& arrived);
    void onSamplesEnded(const phidelity::SamplesEnded& end);
    void onScoreArrived(const phidelity::ScoreArrived& arrived);
    void onScoreEnded(const phidelity::ScoreEnded& end);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    // To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);
    void samplesRequested(const phidelity::SamplesRequest& request);
    void scoreRequested(const phidelity::ScoreRequest& request);

    // To the page.
    void pagesShown(const QList<phidelity::PlayPage>& pages, const QString& shown);
    void branchesChanged(const phidelity::PlayPage& page);
    void writingBegan(const QString& page, int branch, int at);
    void written(const QList<phidelity::TextPiece>& pieces);
    void samplesBegan(const QList<int>& branches);
    void sampleWritten(int index, const QList<phidelity::TextPiece>& pieces);
    void sampleEnded(int index, const QString& note);
    /// The model has read more of a branch.
    void readingChanged(const QString& page, int branch, const phidelity::Reading& reading);
    void scoringChanged(bool scoring);
    void busyChanged(bool busy);
    void noteShown(const QString& note);

    // To the comparison.
    void sideBegan(int side);
    void sideWritten(int side, const QList<phidelity::TextPiece>& pieces);
    void sideEnded(int side, const QString& note);
    void comparisonEnded();

    void noticeRaised(const QString& sentence, const QString& detail);

private:
    enum class Task { None, Writing, Samples, Comparing, Scoring };

    PlayPage* find(const QString& id);
    [[nodiscard]] QList<PlayPage> openPages() const;
    void keep(const PlayPage& page) { m_keeper.save(page); }
    bool begin(Task task);
    void finish(const QString& note);
    void generate(const QString& prompt, const QList<quint32>& tokens,
                  const GenerationSettings& settings, const QStringList& stops);
    [[nodiscard]] QList<quint32> idsOf(const QList<TokenDetail>& tokens) const;
    [[nodiscard]] QList<quint32> promptTokens(const PlayWish& wish) const;
    void keepPrompt(const QString& page, const QList<int>& branches, const GenerationEnded& end);
    void setReading(PlayPage& page, int branch, const Reading& fresh);
    void showScored();
    [[nodiscard]] QString scoreNote() const;
    void runSide();
    void endSide(const QString& note);
    void onModelSettled();

    ModelDesk* m_models;
    PageKeeper m_keeper;
    QList<PlayPage> m_pages; ///< closed ones, too
    GenerationSettings m_settings;

    Task m_task = Task::None;
    RequestId m_running = 0; ///< 0 = none
    SharedStop m_stop;
    PlayWish m_wish; ///< that is being written
    PieceMaker m_maker;

    QList<int> m_samples; ///< their branches
    std::vector<PieceMaker> m_sampleMakers;
    QList<TextPiece> m_base;               ///< the text that they continue
    QList<QList<TextPiece>> m_sampleTexts; ///< written so far

    struct Scoring {
        QString page;
        int branch = 0;
        QString text;        ///< that is read
        qsizetype begin = 0; ///< where that begins which is summed up
        QList<TokenDetail> tokens;
        QElapsedTimer shown; ///< since the page was told of them
    } m_scored;

    CompareWish m_comparison;
    int m_side = 0;
    bool m_awaitsModel = false;
    QString m_modelBefore; ///< what was open when the comparison began
};

} // namespace phidelity
