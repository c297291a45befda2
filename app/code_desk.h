// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "code/completion.h"
#include "engine/messages.h"
#include "ui/code/code_page.h"

namespace phidelity {

class MainWindow;
class ModelDesk;
class RunDesk;

/// Between the code page and the engine: what surrounds the cursor becomes a prompt, what comes
/// back a completion. A new request stops the one that runs. Window's thread.
class CodeDesk : public QObject {
    Q_OBJECT

public:
    /// Both outlive it.
    CodeDesk(CodePage* page, const ModelDesk* models, QObject* parent = nullptr);

public slots:
    void onTextArrived(const phidelity::TextArrived& arrived);
    void onGenerationEnded(const phidelity::GenerationEnded& ended);
    void onFailed(const phidelity::EngineFailed& failed);

signals:
    /// To the engine.
    void generateRequested(const phidelity::GenerateRequest& request);

private:
    void complete(quint64 ticket, const CompletionPlace& place, int alternative);
    void cancel();
    void show(double probability, bool ended);

    CodePage* m_page;
    const ModelDesk* m_models;
    RequestId m_request = 0;
    SharedStop m_stop;
    quint64 m_ticket = 0;
    CompletionPlace m_place;
    QString m_written;
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
    QObject::connect(&engine, &E::failed, &desk, &D::onFailed, kQueued);
}

} // namespace phidelity
