// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QObject>

#include "chat/conversation.h"
#include "chat/prompt_warnings.h"
#include "engine/preview_messages.h"
#include "store/store_messages.h"

namespace phidelity {

class ChatController;

/// Knows the prompt that goes to the model next: of the conversation that is shown and what stands
/// in the composer. Asks the engine for its tokens a moment after something of that has changed, at
/// most ten times a second. QtCore only; window's thread.
class PromptDesk : public QObject {
    Q_OBJECT

public:
    /// `controller` outlives it.
    explicit PromptDesk(ChatController& controller, QObject* parent = nullptr);

public slots:
    /// What stands in the composer; `row`: of the message in whose place it is to stand, or -1.
    void setTyped(const QString& text, int row);
    /// Whether tokens are looked at while a reply is being written; if not, it is told at its end.
    void setWatched(bool watched);
    /// Something that a prompt is made of may have changed.
    void refresh();
    void onPreviewed(const phidelity::PromptPreview& preview);

signals:
    /// To the engine.
    void previewRequested(const phidelity::PromptPreviewRequest& request);
    /// To the window.
    void promptShown(phidelity::PromptOccasion occasion, const phidelity::PromptPreview& preview,
                     const QList<phidelity::PromptWarning>& warnings);

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    /// A prompt but for its tokens.
    struct Next {
        PromptOccasion occasion = PromptOccasion::None;
        PromptFormat format = FormatId::Raw;
        QString prompt;
        qsizetype typedFrom = 0;
        NodeId continued = 0; ///< the reply whose record generate() goes on from
    };
    [[nodiscard]] Next next() const;
    void ask();
    void send(const QList<quint32>& recorded);

    ChatController& m_controller;
    QString m_typed;
    int m_row = -1;
    bool m_watched = false;
    Next m_asked;
    quint64 m_request = 0;       ///< the last one; answers to others are dropped
    StoreRequestId m_record = 0; ///< what is loaded for it before
    QBasicTimer m_timer;
};

} // namespace phidelity
