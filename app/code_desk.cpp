// SPDX-License-Identifier: MIT
#include "app/code_desk.h"

#include <cmath>

#include <QAction>
#include <QPointer>
#include <QSettings>

#include "app/model_desk.h"
#include "app/request_ids.h"
#include "app/run_desk.h"
#include "code/swap_store.h"
#include "ui/main_window.h"

namespace phidelity {

namespace {

constexpr int kMostTokens = 96;
constexpr double kOtherTemperature = 0.8;
/// Code has some three characters a token; a little less than that leaves room for what is written.
constexpr int kCharactersPerToken = 2;

} // namespace

CodeDesk::CodeDesk(CodePage* page, const ModelDesk* models, QObject* parent)
    : QObject(parent), m_page(page), m_models(models) {
    connect(page, &CodePage::completionWanted, this, &CodeDesk::complete);
    connect(page, &CodePage::completionCancelled, this, &CodeDesk::cancel);
}

GenerationSettings CodeDesk::usualSettings() {
    GenerationSettings settings;
    settings.temperature = 0;
    settings.randomSeed = false; // alternatives come out the same again
    settings.seed = 0;
    settings.maxTokens = kMostTokens;
    return settings;
}

int CodeDesk::promptCharacters() const {
    return std::max(200, (m_models->model().context - kMostTokens) * kCharactersPerToken);
}

void CodeDesk::cancel() {
    raiseStop(m_stop);
    m_stop.reset();
    m_request = 0;
}

void CodeDesk::complete(quint64 ticket, const CompletionPlace& place, int alternative) {
    cancel();
    const QList<quint32> given = std::exchange(m_given, {});
    if (m_models->model().context <= 0) {
        m_page->showCompletionProblem(ticket, tr("No model is open: File › Open Model."));
        return;
    }
    if (place.before.trimmed().isEmpty()) {
        m_page->showCompletionProblem(ticket, tr("There is nothing to complete yet."));
        return;
    }
    GenerateRequest request;
    request.id = nextRequestId();
    request.prompt = completionPrompt(place, promptCharacters());
    request.promptTokens = given;
    request.stops = {QStringLiteral("\n\n\n")};
    request.settings = m_settings;
    if (alternative > 0) {
        // The most likely one is there already.
        request.settings.temperature =
            m_settings.temperature > 0 ? m_settings.temperature : kOtherTemperature;
        request.settings.seed += static_cast<quint64>(alternative);
    }
    request.settings.maxTokens =
        m_settings.maxTokens > 0 ? std::min(m_settings.maxTokens, kMostTokens) : kMostTokens;
    request.alternatives = m_detailsWanted ? kAlternatives : 0;
    request.stop = newStop();
    m_request = request.id;
    m_stop = request.stop;
    m_ticket = ticket;
    m_place = place;
    m_written.clear();
    emit generateRequested(request);
}

void CodeDesk::show(double probability, bool ended) {
    const FittedCompletion fitted = fitCompletion(m_place, m_written);
    m_page->showCompletion(m_ticket, fitted.text, probability, fitted.joins, ended);
    if (fitted.ended && !ended) {
        raiseStop(m_stop); // more of it would be cut off
    }
}

void CodeDesk::onTextArrived(const TextArrived& arrived) {
    if (arrived.id == m_request && m_request != 0) {
        m_written += arrived.text;
        show(0, false);
    }
}

void CodeDesk::onGenerationEnded(const GenerationEnded& ended) {
    if (ended.id != m_request || m_request == 0) {
        return;
    }
    m_request = 0;
    m_written = ended.text;
    // Of the tokens that are shown; the labels of most are as long as their text.
    const QString offered = fitCompletion(m_place, m_written).text;
    const qsizetype shown = offered.size();
    double logprob = 0;
    qsizetype length = 0;
    for (const ReplyToken& token : ended.tokens) {
        if (length >= shown) {
            break;
        }
        length += token.text.size();
        logprob += static_cast<double>(token.logprob);
    }
    show(std::exp(logprob), true);
    emit written(
        {static_cast<int>(m_place.before.size()), offered, ended.record.prompt, ended.details});
}

CodePage* addCode(MainWindow& window, RunDesk& runs) {
    const QString kOpen = QStringLiteral("code/open");
    const auto settings = [] {
        return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope,
                                           QStringLiteral("phidelity"),
                                           QStringLiteral("phidelity"));
    };
    auto* page = new CodePage(SwapStore::defaultFolder());
    page->addAction(runs.askAction());
    window.addPage(page, QStringLiteral("code"));
    page->restore(settings()->value(kOpen).toStringList());
    QObject::connect(&window, &MainWindow::closing, page,
                     [page, settings, kOpen] { settings()->setValue(kOpen, page->openFiles()); });
    QObject::connect(page, &CodePage::runRequested, &runs, [page, &runs](const QString& code) {
        runs.run(QStringLiteral("code"), code, [page = QPointer(page)](const CodeNote& note) {
            if (page) {
                page->showRun(note);
            }
        });
    });
    return page;
}

void CodeDesk::onFailed(const EngineFailed& failed) {
    if (failed.id == m_request && m_request != 0) {
        m_request = 0;
        m_page->showCompletionProblem(m_ticket, failed.sentence);
    }
}

} // namespace phidelity
