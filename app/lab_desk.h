// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QMap>
#include <QObject>
#include <QString>

#include "app/chat_controller.h"
#include "app/preset_store.h"
#include "engine/next_distribution.h"
#include "engine/preview_messages.h"
#include "engine/token_messages.h"
#include "ui/lab/lab_panel.h"
#include "ui/main_window.h"

namespace phidelity {

/// Offers the sampling lab in the window: follows the text of the page that is shown, asks the
/// engine once for the next token's chances where that text changes, and lets the sampler's own
/// stages run over them whenever a setting does. Nothing is asked while the lab is not seen. Keeps
/// the user's presets. Window's thread.
class LabDesk : public QObject {
    Q_OBJECT

public:
    /// Adds the panel "lab" and its action to the window; both outlive this.
    LabDesk(MainWindow& window, ChatController& controller,
            const PresetStore& presets = PresetStore());

    [[nodiscard]] LabPanel* panel() const { return m_panel; }
    /// Behind which text the next token is looked for while this page is shown; empty = none yet.
    /// `unread`: tokens of it that the engine would have to read first; many are read only if the
    /// user says so. The chat's is followed without this.
    void setPageText(const QString& page, const QString& text, int unread);
    /// Likewise; how much is unread is guessed by the text that was looked at last.
    void setPageText(const QString& page, const QString& text);
    /// This page has settings of its own, which the lab shows beside it in place of those of the
    /// Settings panel; `heading` says whose they are.
    void setPageSettings(const QString& page, const QString& heading,
                         const GenerationSettings& settings);

public slots:
    void onNextArrived(const phidelity::NextArrived& next);
    void onPreviewed(const phidelity::PromptPreview& preview);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    /// Settings of a page of its own were changed by hand.
    void pageSettingsChanged(const QString& page, const phidelity::GenerationSettings& settings);
    /// To the engine.
    void nextRequested(const phidelity::NextRequest& request);
    void previewRequested(const phidelity::PromptPreviewRequest& request);

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    struct Text {
        QString text;
        int unread = 0;
    };

    struct PageSettings {
        QString heading;
        GenerationSettings settings;
    };

    void connectWindow(MainWindow& window);
    void showSettings();
    void connectPresets();
    void followChat(PromptOccasion occasion, const PromptPreview& preview);
    /// Something that decides which text is followed has changed.
    void follow();
    void ask();
    void evaluate();
    void askTokens();
    [[nodiscard]] Text wanted() const;

    MainWindow& m_window;
    ChatController& m_controller;
    LabPanel* m_panel;
    PresetStore m_store;
    QMap<QString, Text> m_texts; ///< by page
    QMap<QString, PageSettings> m_pageSettings;
    QString m_ownText;
    bool m_shown = false;
    bool m_allowed = false; ///< the user wants this text read, however long
    NextDistribution m_chain;
    std::shared_ptr<const NextTokenLogits> m_next; ///< of m_known; none = nothing is known
    QString m_known;
    RequestId m_request = 0; ///< that is under way; 0 = none
    QString m_asked;
    QBasicTimer m_wait; ///< until typing pauses
    QString m_tokensOf; ///< a text whose tokens are wanted
    quint64 m_tokensRequest = 0;
    QBasicTimer m_tokensWait;
};

/// Connects the lab with the engine, or with anything that has its slots and signals.
template <class EngineLike>
void connectLab(EngineLike& engine, LabDesk& desk) {
    constexpr auto kQueued = Qt::QueuedConnection;
    using E = EngineLike;
    using D = LabDesk;
    QObject::connect(&desk, &D::nextRequested, &engine, &E::next, kQueued);
    QObject::connect(&engine, &E::nextArrived, &desk, &D::onNextArrived, kQueued);
    // At once: the engine takes it between two steps of a reply.
    QObject::connect(&desk, &D::previewRequested, &engine, &E::previewPrompt, Qt::DirectConnection);
    QObject::connect(&engine, &E::promptPreviewed, &desk, &D::onPreviewed, kQueued);
    QObject::connect(&engine, &E::failed, &desk, &D::onFailed, kQueued);
}

} // namespace phidelity
