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

/// Of the tokens that are shown; the labels of most are as long as their text.
double probabilityOf(const GenerationEnded& ended, qsizetype shown) {
    double logprob = 0;
    qsizetype length = 0;
    for (const ReplyToken& token : ended.tokens) {
        if (length >= shown) {
            break;
        }
        length += token.text.size();
        logprob += static_cast<double>(token.logprob);
    }
    return std::exp(logprob);
}

} // namespace

CodeDesk::CodeDesk(CodePage* page, const ModelDesk* models, QObject* parent)
    : QObject(parent), m_page(page), m_models(models) {
    connect(page, &CodePage::completionWanted, this, &CodeDesk::complete);
    connect(page, &CodePage::alternativesWanted, this, &CodeDesk::completeOthers);
    connect(page, &CodePage::alternativeShown, this, &CodeDesk::tell);
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

void CodeDesk::complete(quint64 ticket, const CompletionPlace& place) {
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
    request.settings.maxTokens =
        m_settings.maxTokens > 0 ? std::min(m_settings.maxTokens, kMostTokens) : kMostTokens;
    request.alternatives = m_detailsWanted ? kAlternatives : 0;
    request.stop = newStop();
    m_request = request.id;
    m_stop = request.stop;
    m_ticket = ticket;
    m_place = place;
    m_written.clear();
    m_ends.clear();
    m_asked = request;
    emit generateRequested(request);
}

void CodeDesk::completeOthers(quint64 ticket, const CompletionPlace& place, int count) {
    cancel();
    SamplesRequest request;
    request.id = nextRequestId();
    request.prompt = m_asked.prompt;
    request.promptTokens = m_asked.promptTokens;
    request.alternatives = m_detailsWanted ? kAlternatives : 0;
    request.stop = newStop();
    for (int index = 0; index < count; ++index) {
        SampleWish wish{m_asked.settings, m_asked.stops};
        // The most likely one is there already.
        wish.settings.temperature =
            wish.settings.temperature > 0 ? wish.settings.temperature : kOtherTemperature;
        wish.settings.seed += static_cast<quint64>(index) + 1;
        request.wishes.append(wish);
    }
    m_request = request.id;
    m_stop = request.stop;
    m_ticket = ticket;
    m_place = place;
    m_ends.resize(std::min<qsizetype>(m_ends.size(), 1));
    m_others = QStringList(count);
    emit samplesRequested(request);
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
    m_ends = {ended};
    show(probabilityOf(ended, fitCompletion(m_place, m_written).text.size()), true);
    tell(m_ticket, 0);
}

void CodeDesk::showOthers(bool ended) {
    QList<OfferedCompletion> offered;
    bool all = true;
    for (int index = 0; index < m_others.size(); ++index) {
        const FittedCompletion fitted = fitCompletion(m_place, m_others.at(index));
        const int number = index + 1;
        const double probability = ended && number < m_ends.size()
                                       ? probabilityOf(m_ends.at(number), fitted.text.size())
                                       : 0;
        offered.append({fitted.text, probability, fitted.joins, number});
        all = all && fitted.ended;
    }
    if (all && !ended) {
        raiseStop(m_stop); // more of them would be cut off
    }
    m_page->showAlternatives(m_ticket, offered, ended);
}

void CodeDesk::onSampleArrived(const SampleArrived& arrived) {
    if (arrived.id == m_request && m_request != 0 && arrived.index < m_others.size()) {
        m_others[arrived.index] += arrived.text;
        showOthers(false);
    }
}

void CodeDesk::onSamplesEnded(const SamplesEnded& ended) {
    if (ended.id != m_request || m_request == 0) {
        return;
    }
    m_request = 0;
    for (int index = 0; index < m_others.size() && index < ended.ends.size(); ++index) {
        m_others[index] = ended.ends.at(index).text;
    }
    m_ends += ended.ends;
    showOthers(true);
}

void CodeDesk::tell(quint64 ticket, int index) {
    if (ticket != m_ticket || index >= m_ends.size()) {
        return;
    }
    const GenerationEnded& end = m_ends.at(index);
    emit written({static_cast<int>(m_place.before.size()), fitCompletion(m_place, end.text).text,
                  end.record.prompt, end.details});
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
