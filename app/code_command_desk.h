// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "code/command_plan.h"
#include "code/command_store.h"
#include "engine/messages.h"

namespace phidelity {

class CodePage;
class ModelDesk;

/// Between the commands of the code page and the engine: a task becomes a prompt that fits into the
/// model's context, what comes back an answer. A new task stops the one that runs. Keeps the user's
/// own commands. Window's thread.
class CodeCommandDesk : public QObject {
    Q_OBJECT

public:
    /// Both outlive it. `path`: of the file of own commands; empty = in the user's configuration
    /// folder.
    CodeCommandDesk(CodePage* page, const ModelDesk* models, const QString& path = {},
                    QObject* parent = nullptr);

public slots:
    void onPromptProgress(const phidelity::PromptProgress& progress);
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& ended);
    void onFailed(const phidelity::EngineFailed& failed);

signals:
    /// To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);

private:
    void ask(quint64 ticket, const CommandTask& task, int attempt);
    void cancel();
    void send();
    void fit(const PromptPreview& refused);
    void show(const QString& sentence);

    CodePage* m_page;
    const ModelDesk* m_models;
    CommandStore m_store;
    RequestId m_request = 0;
    SharedStop m_stop;
    quint64 m_ticket = 0;
    CommandTask m_task;
    int m_attempt = 0;
    CommandPlan m_plan;
    qsizetype m_characters = 0; ///< of the prompt
    int m_room = 0;             ///< tokens that must be free for the answer
    int m_tries = 0;
    QString m_written;
};

/// Connects the desk with the engine, or with anything that has its slots and signals.
template <class EngineLike>
void connectCodeCommands(EngineLike& engine, CodeCommandDesk& desk) {
    constexpr auto kQueued = Qt::QueuedConnection;
    using E = EngineLike;
    using D = CodeCommandDesk;
    QObject::connect(&desk, &D::generateRequested, &engine, &E::generate, kQueued);
    QObject::connect(&engine, &E::promptProgress, &desk, &D::onPromptProgress, kQueued);
    QObject::connect(&engine, &E::textArrived, &desk, &D::onTextArrived, kQueued);
    QObject::connect(&engine, &E::generationEnded, &desk, &D::onGenerationEnded, kQueued);
    QObject::connect(&engine, &E::failed, &desk, &D::onFailed, kQueued);
}

} // namespace phidelity
