// SPDX-License-Identifier: MIT
#include "app/code_command_desk.h"

#include <algorithm>

#include <QLocale>

#include "app/model_desk.h"
#include "app/request_ids.h"
#include "ui/code/code_commands.h"
#include "ui/code/code_page.h"

namespace phidelity {

namespace {

/// What the first try counts on; a prompt that is refused tells its true length.
constexpr int kCharactersPerToken = 3;
/// No code has longer tokens in the mean, so more is refused without a look at it.
constexpr int kMostCharactersPerToken = 40;
constexpr int kMostTries = 6;
/// With less room an answer is not worth asking for.
constexpr int kLeastRoom = 24;

} // namespace

CodeCommandDesk::CodeCommandDesk(CodePage* page, const ModelDesk* models, const QString& path,
                                 QObject* parent)
    : QObject(parent), m_page(page), m_models(models), m_store(path) {
    CodeCommands* commands = page->commands();
    connect(commands, &CodeCommands::commandWanted, this, &CodeCommandDesk::ask);
    connect(commands, &CodeCommands::commandCancelled, this, &CodeCommandDesk::cancel);
    connect(commands, &CodeCommands::ownCommandsChanged, this,
            [this](const QList<CodeCommand>& own) {
                if (const QString problem = m_store.save(own); !problem.isEmpty()) {
                    m_page->showNotice(problem);
                }
            });
    QString problem;
    commands->setOwnCommands(m_store.load(&problem));
    if (!problem.isEmpty()) {
        page->showNotice(problem);
    }
}

void CodeCommandDesk::cancel() {
    raiseStop(m_stop);
    m_stop.reset();
    m_request = 0;
}

void CodeCommandDesk::ask(quint64 ticket, const CommandTask& task, int attempt) {
    cancel();
    m_ticket = ticket;
    m_task = task;
    m_attempt = attempt;
    m_tries = 0;
    const int context = m_models->model().context;
    if (!m_models->isReady()) {
        m_page->commands()->showProblem(
            ticket, m_models->isOpening()
                        ? tr("The model is still being opened; ask again in a moment.")
                        : tr("No model is open: File › Open Model."));
        return;
    }
    m_task.command.maxTokens = std::min(m_task.command.maxTokens, std::max(1, context / 2));
    m_room = m_task.command.maxTokens;
    const qsizetype selected = task.region.to - task.region.from;
    if (selected > static_cast<qsizetype>(context) * kMostCharactersPerToken) {
        m_page->commands()->showProblem(
            ticket, tr("The selection is too long: %1 characters, and the model holds %2 tokens "
                       "with its answer. Select less.")
                        .arg(QLocale().toString(selected), QLocale().toString(context)));
        return;
    }
    m_characters = static_cast<qsizetype>(context - m_room) * kCharactersPerToken;
    send();
}

void CodeCommandDesk::send() {
    ++m_tries;
    m_plan = planFor(m_task, m_characters);
    GenerateRequest request;
    request.id = nextRequestId();
    request.prompt = m_plan.prompt;
    request.stops = m_plan.stops;
    request.room = m_room;
    // The first answer is what the model finds most likely; others shall differ, and repeatably.
    request.settings.temperature = m_attempt == 0 ? 0.0 : 0.8;
    request.settings.randomSeed = false;
    request.settings.seed = static_cast<quint64>(m_attempt);
    request.settings.maxTokens = m_plan.maxTokens;
    request.stop = newStop();
    m_request = request.id;
    m_stop = request.stop;
    m_written.clear();
    m_page->commands()->showReading(m_ticket, tr("Waiting for the model…"), m_plan.leftOut);
    emit generateRequested(request);
}

void CodeCommandDesk::fit(const PromptPreview& refused) {
    const auto tokens = static_cast<int>(refused.tokens.size());
    const qsizetype length = std::max<qsizetype>(1, m_plan.prompt.size());
    const int most = refused.context - m_room;
    // A little less than in proportion: lines come whole, and code is not alike everywhere.
    const qsizetype less =
        std::min(m_characters, length) * std::max(1, most) / std::max(1, tokens) * 95 / 100;
    const CommandPlan smaller = planFor(m_task, less);
    if (smaller.prompt.size() < m_plan.prompt.size() && m_tries < kMostTries) {
        m_characters = less;
        send();
        return;
    }
    const CommandPlan smallest = planFor(m_task, 0);
    if (smallest.prompt.size() < m_plan.prompt.size() && m_tries < kMostTries + 1) {
        m_characters = 0;
        m_tries = kMostTries;
        send();
        return;
    }
    if (refused.context - tokens >= kLeastRoom && m_room > kLeastRoom) {
        m_room = kLeastRoom; // a short answer then
        send();
        return;
    }
    m_request = 0;
    m_page->commands()->showProblem(
        m_ticket, tr("The selection is too long: with what the command says it takes %1 tokens, "
                     "and the model holds %2 with its answer. Select less.")
                      .arg(QLocale().toString(tokens), QLocale().toString(refused.context)));
}

void CodeCommandDesk::show(const QString& sentence) {
    const CommandAnswer answer = answerOf(m_plan, m_written);
    m_page->commands()->showAnswer(m_ticket, answer.text, editOf(m_plan, answer.text), sentence);
    if (answer.whole) {
        raiseStop(m_stop); // more of it would be cut off
    }
}

void CodeCommandDesk::onPromptProgress(const PromptProgress& progress) {
    if (progress.id == m_request && m_request != 0 && progress.total > 0) {
        m_page->commands()->showReading(
            m_ticket,
            tr("Reading %1 of %2 tokens…")
                .arg(QLocale().toString(progress.done), QLocale().toString(progress.total)),
            m_plan.leftOut);
    }
}

void CodeCommandDesk::onTextArrived(const TextArrived& arrived) {
    if (arrived.id == m_request && m_request != 0) {
        m_written += arrived.text;
        show(tr("Writing… %1 tokens/s").arg(QLocale().toString(arrived.tokensPerSecond, 'f', 1)));
    }
}

void CodeCommandDesk::onGenerationEnded(const GenerationEnded& ended) {
    if (ended.id != m_request || m_request == 0) {
        return;
    }
    m_request = 0;
    m_written = ended.text;
    show({});
    CodeCommands* commands = m_page->commands();
    const bool empty = answerOf(m_plan, m_written).text.trimmed().isEmpty();
    if (ended.reason == EndReason::Interrupted) {
        commands->showProblem(m_ticket, ended.problem.isEmpty() ? tr("The answer was interrupted.")
                                                                : ended.problem);
        return;
    }
    if (empty) {
        commands->showEnd(m_ticket, tr("The model has nothing to say here. Another answer may have "
                                       "more."));
        return;
    }
    const QString count = QLocale().toString(ended.generatedTokens);
    QString sentence = tr("%1 tokens").arg(count);
    if (ended.reason == EndReason::MaxTokens) {
        sentence = tr("Cut at %1 tokens, the most that this command may write.").arg(count);
    } else if (ended.reason == EndReason::ContextFull) {
        sentence = tr("Cut at %1 tokens: the model's context is full.").arg(count);
    }
    commands->showEnd(m_ticket, sentence);
}

void CodeCommandDesk::onFailed(const EngineFailed& failed) {
    if (failed.id != m_request || m_request == 0) {
        return;
    }
    if (failed.prompt.context > 0) {
        fit(failed.prompt);
        return;
    }
    m_request = 0;
    m_page->commands()->showProblem(m_ticket, failed.sentence);
}

} // namespace phidelity
