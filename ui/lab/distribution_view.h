// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "ui/lab/lab_distribution.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace phidelity {

class DistributionModel;

/// The chances of the next token, as the model gives them and behind a stage that can be picked;
/// tokens that a stage has removed are struck out and say which one it was. Values in, intent out.
class DistributionView : public QWidget {
    Q_OBJECT

public:
    explicit DistributionView(QWidget* parent = nullptr);

    void setDistribution(const LabDistribution& distribution);
    [[nodiscard]] const LabDistribution& distribution() const { return m_distribution; }
    /// A sentence in place of chances that are not known or not up to date; `action`, if any, is a
    /// button that emits actionRequested().
    void setNote(const QString& sentence, const QString& action = {});
    /// The stage behind which one looks; none = behind all. Where it is not on: behind all.
    void setPicked(std::optional<SamplingStage> stage);
    [[nodiscard]] std::optional<SamplingStage> picked() const { return m_picked; }

signals:
    void pickedChanged();
    /// A text of one's own behind which the next token is looked for; empty = that of the page.
    void ownTextChanged(const QString& text);
    void actionRequested();
    /// To change the chance of a token by a bias; -infinity forbids it.
    void biasRequested(quint32 id, float bias);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void showSteps();
    void showPicked();
    void showMenu(const QPoint& place);
    void applyLook();
    /// The step that is shown; null where there is none.
    [[nodiscard]] const LabStep* step() const;

    LabDistribution m_distribution;
    std::optional<SamplingStage> m_picked;
    bool m_modelPicked = false; ///< as the model gives them, before every stage
    QComboBox* m_stages;
    QLineEdit* m_ownText;
    QLabel* m_text;
    QLabel* m_count;
    QWidget* m_noteRow;
    QLabel* m_note;
    QPushButton* m_action;
    DistributionModel* m_model;
    QTableView* m_table;
};

} // namespace phidelity
