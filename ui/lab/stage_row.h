// SPDX-License-Identifier: MIT
#pragma once

#include <QFrame>

#include "chat/sampling_chain.h"
#include "ui/lab/stage_words.h"

class QCheckBox;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace phidelity {

/// One stage of the chain: a grip to move it, a switch, its value, how many tokens it leaves, and,
/// unfolded, a sentence and its numbers. Values in, intent out.
class StageRow : public QFrame {
    Q_OBJECT

public:
    explicit StageRow(SamplingStage stage, QWidget* parent = nullptr);

    [[nodiscard]] SamplingStage stage() const { return m_stage; }
    void setSettings(const GenerationSettings& settings);
    /// Another editor than numbers, below the sentence. Takes it.
    void setEditor(QWidget* editor);
    /// How many tokens are left behind it; -1 = not known.
    void setLeft(int left);
    /// Whether the chances behind it are those that are shown.
    void setPicked(bool picked);
    void setUnfolded(bool unfolded);
    [[nodiscard]] bool isUnfolded() const;
    /// Every control that takes the focus, in reading order.
    [[nodiscard]] QList<QWidget*> controls() const;
    /// Where it is taken to be dragged; null for a stage that stays at the end.
    [[nodiscard]] QWidget* grip() const;

signals:
    void switched(phidelity::SamplingStage stage, bool on);
    /// The settings as they would be with the number that was changed.
    void edited(const phidelity::GenerationSettings& settings);
    /// To be moved by so many places.
    void moveRequested(phidelity::SamplingStage stage, int places);
    /// To show the chances behind it.
    void picked(phidelity::SamplingStage stage);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void buildFields(QVBoxLayout* layout);
    void showState();
    void applyLook();

    SamplingStage m_stage;
    GenerationSettings m_settings;
    QList<StageField> m_fieldWords;
    QList<NumberField*> m_fields;
    QToolButton* m_grip = nullptr;
    QCheckBox* m_switch;
    QLabel* m_value;
    QToolButton* m_left;
    QToolButton* m_fold;
    QWidget* m_body;
    QLabel* m_sentence;
    QVBoxLayout* m_bodyLayout;
    int m_leftCount = -1;
    bool m_showing = false; ///< fields are being set, not edited
};

} // namespace phidelity
