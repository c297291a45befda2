// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QWidget>

#include "engine/messages.h"
#include "store/kept_state.h"

class QLabel;
class QToolButton;

namespace phidelity {

class LinkLabel;
class ThinBar;

/// The line at the bottom: which model on which device, how much of its context is used, how fast
/// it writes; while a model is opened, how far that is.
class StatusLine : public QWidget {
    Q_OBJECT

public:
    explicit StatusLine(QWidget* parent = nullptr);

public slots:
    void showModel(const phidelity::ModelOpened& model);
    void showNoModel();
    /// 0..1; `name` is what is being opened.
    void showOpening(const QString& name, double fraction);
    /// The opening ended; what showModel was given last stands again.
    void endOpening();
    void showContext(int used);
    void showPrompt(int done, int total);
    void showSpeed(double tokensPerSecond, double firstTokenMs);
    void clearActivity();
    void showKept(phidelity::KeptState state);

signals:
    void cancelRequested();
    void deviceActivated();
    void promptActivated();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

private:
    void applyLook();
    void tellKept();
    void showContextText();
    void tellReaders();
    void fit();

    QLabel* m_model;
    LinkLabel* m_device;
    ThinBar* m_progress;
    QToolButton* m_cancel;
    QLabel* m_kept;
    QLabel* m_activity;
    QLabel* m_firstToken;
    LinkLabel* m_context;
    ThinBar* m_contextBar;
    QString m_modelText;
    QString m_deviceText;
    QString m_openingName;
    QString m_firstTokenText;
    int m_contextSize = 0;
    int m_contextUsed = 0;
    QBasicTimer m_keptTimer; ///< until what was kept may be said
    KeptState m_keptState = KeptState::Unknown;
    bool m_opening = false;
};

} // namespace phidelity
