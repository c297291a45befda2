// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "code/completion.h"
#include "engine/messages.h"
#include "engine/token_messages.h"
#include "ui/code/code_page.h"

namespace phidelity {

class MainWindow;
class ModelDesk;
class RunDesk;

/// A completion as it was offered, with all that is known of its tokens.
struct CompletionWritten {
    int position = 0; ///< in the text
    QString text;     ///< that is offered: a beginning of what the tokens say
    QList<quint32> context;
    QList<TokenDetail> tokens; ///< none where details were not wanted
};

/// Between the code page and the engine: what surrounds the cursor becomes a prompt, what comes
/// back a completion. A new request stops the one that runs. Window's thread.
class CodeDesk : public QObject {
    Q_OBJECT

public:
    /// Asked for with each token, where details are wanted.
    static constexpr int kAlternatives = 20;
    /// What a completion is written with unless the user says otherwise: the most likely tokens.
    [[nodiscard]] static GenerationSettings usualSettings();

    /// Both outlive it.
    CodeDesk(CodePage* page, const ModelDesk* models, QObject* parent = nullptr);

    /// So many characters of text the model can read and still write behind them.
    [[nodiscard]] int promptCharacters() const;
    /// Whether written() is to tell of tokens.
    void setDetailsWanted(bool wanted) { m_detailsWanted = wanted; }
    /// The completion that is asked for next follows these very tokens.
    void goOnFrom(const QList<quint32>& tokens) { m_given = tokens; }

public slots:
    void setSettings(const phidelity::GenerationSettings& settings) { m_settings = settings; }
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& ended);
    void onSampleArrived(const phidelity::SampleArrived& arrived);
    void onSamplesEnded(const phidelity::SamplesEnded& ended);
    void onFailed(const phidelity::EngineFailed& failed);

signals:
    // To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);
    void samplesRequested(const phidelity::SamplesRequest& request);
    /// A completion that is offered has ended.
    void written(const phidelity::CompletionWritten& written);

private:
    void complete(quint64 ticket, const CompletionPlace& place);
    /// Others than the one that was asked for last, side by side over the same prompt.
    void completeOthers(quint64 ticket, const CompletionPlace& place, int count);
    void showOthers(bool ended);
    void tell(quint64 ticket, int index);
    void cancel();
    void show(double probability, bool ended);

    CodePage* m_page;
    const ModelDesk* m_models;
    RequestId m_request = 0;
    SharedStop m_stop;
    quint64 m_ticket = 0;
    CompletionPlace m_place;
    QString m_written;
    GenerateRequest m_asked;       ///< for the first completion
    QList<GenerationEnded> m_ends; ///< of the first completion, then of the others
    QStringList m_others;          ///< as far as they are written
    bool m_detailsWanted = false;
    QList<quint32> m_given;
    GenerationSettings m_settings = usualSettings();
};

/// Gives the window its code page, with what was open the last time, and lets `runs` run its code.
/// The window owns the page. The tabs are remembered when the window closes.
CodePage* addCode(MainWindow& window, RunDesk& runs);

/// Connects the desk with the engine, or with anything that has its slots and signals.
template <class EngineLike>
void connectCode(EngineLike& engine, CodeDesk& desk) {
    constexpr auto kQueued = Qt::QueuedConnection;
    using E = EngineLike;
    using D = CodeDesk;
    QObject::connect(&desk, &D::generateRequested, &engine, &E::generate, kQueued);
    QObject::connect(&engine, &E::textArrived, &desk, &D::onTextArrived, kQueued);
    QObject::connect(&engine, &E::generationEnded, &desk, &D::onGenerationEnded, kQueued);
    QObject::connect(&desk, &D::samplesRequested, &engine, &E::samples, kQueued);
    QObject::connect(&engine, &E::sampleArrived, &desk, &D::onSampleArrived, kQueued);
    QObject::connect(&engine, &E::samplesEnded, &desk, &D::onSamplesEnded, kQueued);
    QObject::connect(&engine, &E::failed, &desk, &D::onFailed, kQueued);
}

} // namespace phidelity
