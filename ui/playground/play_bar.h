// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QWidget>

#include "playground/play_page.h"
#include "ui/inspector/token_scale.h"

class QBoxLayout;
class QComboBox;
class QPushButton;
class QSpinBox;

namespace phidelity {

class ElidedLabel;

/// What stands below the text of the playground: to let the model write, how many ways, what tokens
/// are coloured by, which branch is shown, and a line on what is going on. Values in, intent out.
class PlayBar : public QWidget {
    Q_OBJECT

public:
    explicit PlayBar(QWidget* parent = nullptr);

    /// Continuations that are to be written side by side.
    [[nodiscard]] int count() const;
    [[nodiscard]] TokenMeasure measure() const;
    /// The branch so many places from the one that is shown; nothing past the ends.
    [[nodiscard]] std::optional<int> branchBeside(int by) const;

    void setBusy(bool busy);
    void setMeasure(TokenMeasure measure);
    void setBranches(const PlayPage& page);
    void setNote(const QString& note);

signals:
    void writePressed();
    void stopPressed();
    void scorePressed();
    void measurePicked(phidelity::TokenMeasure measure);
    void branchPicked(int branch);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyLook();

    QPushButton* m_write;
    QSpinBox* m_count;
    QPushButton* m_score;
    QComboBox* m_measure;
    QComboBox* m_branches;
    ElidedLabel* m_note;
    QBoxLayout* m_across;
    bool m_busy = false;
};

} // namespace phidelity
