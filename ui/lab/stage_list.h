// SPDX-License-Identifier: MIT
#pragma once

#include <QMap>
#include <QWidget>

#include "chat/sampling_chain.h"

class QLabel;
class QVBoxLayout;

namespace phidelity {

class StageRow;

/// The stages in the order of the chain, to be dragged by their grips or moved by Alt+Up and
/// Alt+Down, and below them those that choose at the end. Values in, intent out.
class StageList : public QWidget {
    Q_OBJECT

public:
    explicit StageList(QWidget* parent = nullptr);

    void setSettings(const GenerationSettings& settings);
    [[nodiscard]] QList<SamplingStage> order() const { return m_order; }
    [[nodiscard]] StageRow* row(SamplingStage stage) const { return m_rows.value(stage); }
    /// How many tokens are left behind each; of a stage that is not there it is not known.
    void setLeft(const QMap<SamplingStage, int>& left);
    /// The stage whose chances are shown, if it is one of these.
    void setPicked(std::optional<SamplingStage> stage);

signals:
    /// By hand.
    void settingsChanged(const phidelity::GenerationSettings& settings);
    void picked(phidelity::SamplingStage stage);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void addRow(SamplingStage stage);
    void switchStage(SamplingStage stage, bool on);
    void move(SamplingStage stage, qsizetype to);
    void dragTo(const QPoint& place);
    void arrange();
    void orderFocus();

    GenerationSettings m_settings;
    GenerationSettings m_remembered; ///< of stages that are off: the values they had
    QList<SamplingStage> m_order;
    QMap<SamplingStage, StageRow*> m_rows;
    QVBoxLayout* m_layout;
    QLabel* m_choice;
    std::optional<SamplingStage> m_dragged;
};

} // namespace phidelity
