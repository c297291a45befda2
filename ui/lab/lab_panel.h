// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "chat/presets.h"
#include "ui/lab/bias_editor.h"
#include "ui/lab/lab_distribution.h"

class QComboBox;
class QLabel;
class QSpinBox;
class QSplitter;
class QVBoxLayout;

namespace phidelity {

class DistributionView;
class LinesEditor;
class NoticeBar;
class PresetBar;
class SeedField;
class StageList;

/// The sampling lab: everything that decides which token comes next, and below it (beside it where
/// there is room) the chances of the next token behind each stage. Values in, intent out; what it
/// has no field for is kept as it came.
class LabPanel : public QWidget {
    Q_OBJECT

public:
    explicit LabPanel(QWidget* parent = nullptr);

    [[nodiscard]] const GenerationSettings& settings() const { return m_settings; }
    [[nodiscard]] const QList<OwnPreset>& ownPresets() const;
    [[nodiscard]] DistributionView* distribution() const { return m_distribution; }
    [[nodiscard]] BiasEditor* bias() const { return m_bias; }
    [[nodiscard]] StageList* stages() const { return m_stages; }

public slots:
    void setSettings(const phidelity::GenerationSettings& settings);
    /// Whose settings these are, over all of it; empty: those of replies, which goes unsaid.
    void setSubject(const QString& subject);
    void setOwnPresets(const QList<phidelity::OwnPreset>& own);
    void setDistribution(const phidelity::LabDistribution& distribution);
    /// About presets and their files: what could not be done or what was left out. Empty: none.
    void showNotice(const QString& sentence, const QString& detail);

signals:
    /// By hand.
    void settingsChanged(const phidelity::GenerationSettings& settings);
    void ownPresetsChanged(const QList<phidelity::OwnPreset>& own);
    void importRequested(const QString& path);
    void exportRequested(const QString& path);
    /// It is seen now, or not any more: chances need not be followed then.
    void shownChanged(bool shown);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildControls();
    void buildRest(QVBoxLayout* layout);
    void connectParts();
    void addHeading(QVBoxLayout* layout, const QString& text);
    void change(const GenerationSettings& settings);
    void applyLook();
    void reserveSentence();

    GenerationSettings m_settings;
    bool m_showing = false; ///< fields are being set, not edited
    bool m_split = false;   ///< the user has moved the line between the parts
    QSplitter* m_splitter;
    NoticeBar* m_notice;
    QLabel* m_subject;
    PresetBar* m_presets;
    QComboBox* m_order;
    QLabel* m_orderSentence;
    StageList* m_stages;
    BiasEditor* m_bias;
    SeedField* m_seed;
    QSpinBox* m_maxTokens;
    LinesEditor* m_stops;
    LinesEditor* m_breakers; ///< of DRY
    DistributionView* m_distribution;
};

} // namespace phidelity
