// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <QObject>

#include "app/model_desk.h"
#include "app/page_keeper.h"
#include "engine/token_messages.h"
#include "playground/comparison.h"
#include "playground/piece_maker.h"
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
    /// Leaves the text at a place with this token, and writes on from there.
    void branchAt(const QString& page, qsizetype at, const phidelity::TokenDetail& token);
    void compare(const phidelity::CompareWish& wish);

    // What the engine answers.
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& end);
    void onSampleArrived(const phidelity::SampleArrived& arrived);
    void onSamplesEnded(const phidelity::SamplesEnded& end);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    // To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);
    void samplesRequested(const phidelity::SamplesRequest& request);

    // To the page.
    void pagesShown(const QList<phidelity::PlayPage>& pages, const QString& shown);
    void branchesChanged(const phidelity::PlayPage& page);
    void writingBegan(const QString& page, int branch, int at);
    void written(const QList<phidelity::TextPiece>& pieces);
    void samplesBegan(const QList<int>& branches);
    void sampleWritten(int index, const QList<phidelity::TextPiece>& pieces);
    void sampleEnded(int index, const QString& note);
    void busyChanged(bool busy);
    void noteShown(const QString& note);

    // To the comparison.
    void sideBegan(int side);
    void sideWritten(int side, const QList<phidelity::TextPiece>& pieces);
    void sideEnded(int side, const QString& note);
    void comparisonEnded();

    void noticeRaised(const QString& sentence, const QString& detail);

private:
    enum class Task { None, Writing, Samples, Comparing };

    PlayPage* find(const QString& id);
    [[nodiscard]] QList<PlayPage> openPages() const;
    void keep(const PlayPage& page) { m_keeper.save(page); }
    bool begin(Task task);
    void finish(const QString& note);
    void generate(const QString& prompt, const GenerationSettings& settings,
                  const QStringList& stops);
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

    CompareWish m_comparison;
    int m_side = 0;
    bool m_awaitsModel = false;
    QString m_modelBefore; ///< what was open when the comparison began
};

} // namespace phidelity
