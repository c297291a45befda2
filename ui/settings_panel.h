// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QWidget>

#include "chat/generation_settings.h"

class QButtonGroup;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace phidelity {

class NumberField;

/// The panel at the side: how the model chooses its words. Values in, settingsChanged out. What it
/// has no field for is kept as it came.
class SettingsPanel : public QWidget {
    Q_OBJECT

public:
    explicit SettingsPanel(QWidget* parent = nullptr);

    void setSettings(const GenerationSettings& settings);
    [[nodiscard]] const GenerationSettings& settings() const { return m_settings; }
    /// Shows the button that leads to all settings: labRequested().
    void offerLab();
    /// The seed that the last reply was written with, to be seen and kept.
    void showUsedSeed(quint64 seed);

public slots:
    /// As if it had been done by hand here.
    void change(const phidelity::GenerationSettings& settings);

signals:
    /// By hand.
    void settingsChanged(const phidelity::GenerationSettings& settings);
    /// Others are shown now, from wherever they come.
    void settingsShown(const phidelity::GenerationSettings& settings);
    void labRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    QWidget* buildPresets();
    QWidget* buildSeed();
    void addHeading(QVBoxLayout* layout, const QString& text);
    void take();
    void resetOrUndo();
    void showSettings();
    void showPreset();
    void showReset();
    void applyLook();

    GenerationSettings m_settings;
    bool m_showing = false; ///< fields are being set, not edited
    QButtonGroup* m_presets;
    NumberField* m_temperature;
    NumberField* m_topP;
    NumberField* m_topK;
    NumberField* m_minP;
    NumberField* m_repeatPenalty;
    QWidget* m_more;
    QToolButton* m_moreButton;
    QSpinBox* m_maxTokens;
    QLineEdit* m_seed;
    QToolButton* m_newSeed;
    QPushButton* m_lab;
    QPushButton* m_reset;
    std::optional<GenerationSettings> m_beforeReset; ///< until something else is changed
};

} // namespace phidelity
