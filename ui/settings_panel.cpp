// SPDX-License-Identifier: MIT
#include "ui/settings_panel.h"

#include <cmath>

#include <QButtonGroup>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "chat/presets.h"
#include "ui/icon.h"
#include "ui/number_field.h"
#include "ui/panel_parts.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

QString presetTitle(Preset preset) {
    switch (preset) {
    case Preset::Deterministic:
        return SettingsPanel::tr("Exact");
    case Preset::Creative:
        return SettingsPanel::tr("Creative");
    default:
        break;
    }
    return SettingsPanel::tr("Balanced");
}

QString presetHint(Preset preset) {
    switch (preset) {
    case Preset::Deterministic:
        return SettingsPanel::tr("Deterministic: always the most likely word, the same every time");
    case Preset::Creative:
        return SettingsPanel::tr("More surprising words, more mistakes");
    default:
        break;
    }
    return SettingsPanel::tr("A little variety; good for most things");
}

} // namespace

SettingsPanel::SettingsPanel(QWidget* parent)
    : QWidget(parent), m_presets(new QButtonGroup(this)),
      m_temperature(new NumberField(
          tr("Temperature"), QStringLiteral("temperature"), {0, 2, 0.05, 2},
          tr("0 always takes the most likely word; higher values take more chances"))),
      m_topP(new NumberField(tr("Top-p"), QStringLiteral("topP"), {0, 1, 0.01, 2},
                             tr("Keeps the most likely words that together reach this "
                                "probability; 1 keeps all"))),
      m_topK(new NumberField(tr("Top-k"), QStringLiteral("topK"), {0, 200, 1, 0},
                             tr("Keeps this many of the most likely words"))),
      m_minP(new NumberField(tr("Min-p"), QStringLiteral("minP"), {0, 1, 0.01, 2},
                             tr("Drops words less likely than this share of the most likely "
                                "one; 0 drops none"))),
      m_repeatPenalty(
          new NumberField(tr("Repeat penalty"), QStringLiteral("repeatPenalty"), {1, 2, 0.01, 2},
                          tr("Makes words that were just used less likely; 1 changes nothing"))),
      m_more(new QWidget), m_moreButton(new QToolButton), m_maxTokens(new QSpinBox),
      m_seed(new QLineEdit), m_newSeed(new QToolButton), m_lab(new QPushButton),
      m_reset(new QPushButton) {
    setObjectName(QStringLiteral("settingsPanel"));
    setAccessibleName(tr("Settings"));
    build();
    for (NumberField* field : {m_temperature, m_topP, m_topK, m_minP, m_repeatPenalty}) {
        connect(field, &NumberField::valueChanged, this, &SettingsPanel::take);
    }
    connect(m_maxTokens, &QSpinBox::valueChanged, this, &SettingsPanel::take);
    connect(m_seed, &QLineEdit::textEdited, this, [this] {
        m_newSeed->setChecked(false);
        take();
    });
    connect(m_newSeed, &QToolButton::toggled, this, &SettingsPanel::take);
    connect(m_presets, &QButtonGroup::idClicked, this,
            [this](int id) { change(withPreset(static_cast<Preset>(id), m_settings)); });
    connect(m_lab, &QPushButton::clicked, this, &SettingsPanel::labRequested);
    connect(m_reset, &QPushButton::clicked, this, &SettingsPanel::resetOrUndo);
    connect(m_moreButton, &QToolButton::toggled, this, [this](bool open) {
        m_more->setVisible(open);
        m_moreButton->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    });
    m_more->hide();
    showSettings();
    applyLook();
}

void SettingsPanel::build() {
    const int unit = gridUnit(this);
    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("settingsContent"));
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(4 * unit, 3 * unit, 4 * unit, 4 * unit);
    layout->setSpacing(3 * unit);
    addHeading(layout, tr("Style"));
    layout->addWidget(buildPresets());
    layout->addWidget(m_temperature);
    layout->addWidget(m_topP);
    m_topK->setLowestText(tr("Off"));
    layout->addWidget(m_topK);

    m_moreButton->setObjectName(QStringLiteral("moreSettings"));
    m_moreButton->setText(tr("More"));
    m_moreButton->setCheckable(true);
    m_moreButton->setAutoRaise(true);
    m_moreButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_moreButton->setArrowType(Qt::RightArrow);
    m_moreButton->setFocusPolicy(Qt::StrongFocus);
    layout->addWidget(m_moreButton, 0, Qt::AlignLeft);
    auto* more = new QVBoxLayout(m_more);
    more->setContentsMargins(0, 0, 0, 0);
    more->setSpacing(3 * unit);
    more->addWidget(m_minP);
    more->addWidget(m_repeatPenalty);
    layout->addWidget(m_more);

    addHeading(layout, tr("Length"));
    layout->addLayout(tokenLimitRow(m_maxTokens, QStringLiteral("maxTokens")));

    addHeading(layout, tr("Seed"));
    layout->addWidget(buildSeed());
    m_lab->setObjectName(QStringLiteral("openLab"));
    m_lab->setText(tr("Sampling lab"));
    m_lab->setToolTip(tr("Every setting, its order, and what each does to the next word"));
    m_lab->setAutoDefault(false);
    m_lab->hide();
    m_reset->setObjectName(QStringLiteral("resetSettings"));
    m_reset->setAutoDefault(false);
    layout->addSpacing(gridUnit(this));
    layout->addWidget(m_lab);
    layout->addWidget(m_reset);
    layout->addStretch(1);

    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scrollingColumn(content));
}

QWidget* SettingsPanel::buildPresets() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit(this));
    for (const Preset preset : kPresets) {
        auto* button = new QPushButton(presetTitle(preset));
        button->setObjectName(QStringLiteral("preset%1").arg(static_cast<int>(preset)));
        button->setToolTip(presetHint(preset));
        button->setAccessibleDescription(presetHint(preset));
        button->setCheckable(true);
        button->setAutoDefault(false);
        button->setMinimumWidth(1);
        layout->addWidget(button, 1);
        m_presets->addButton(button, static_cast<int>(preset));
    }
    return row;
}

QWidget* SettingsPanel::buildSeed() {
    auto* row = new QWidget;
    auto* layout = new QGridLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit(this));
    m_seed->setObjectName(QStringLiteral("seed"));
    m_seed->setTextMargins(gridUnit(this), 0, gridUnit(this), 0);
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setToolTip(tr("The same seed, prompt and settings give the same reply"));
    m_seed->setValidator(
        new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{1,20}")), m_seed));
    m_newSeed->setObjectName(QStringLiteral("newSeed"));
    m_newSeed->setText(tr("New for each reply"));
    m_newSeed->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_newSeed->setIcon(icon(QStringLiteral("dice")));
    m_newSeed->setCheckable(true);
    m_newSeed->setFocusPolicy(Qt::StrongFocus);
    m_newSeed->setToolTip(tr("On: every reply gets a new seed. Off: the seed above is kept, "
                             "and replies can be repeated"));
    m_newSeed->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    layout->addWidget(m_seed, 0, 0);
    layout->addWidget(m_newSeed, 1, 0);
    return row;
}

void SettingsPanel::addHeading(QVBoxLayout* layout, const QString& text) {
    auto* heading = new QLabel(text);
    heading->setObjectName(QStringLiteral("settingsHeading"));
    if (layout->count() > 0) {
        layout->addSpacing(gridUnit(this));
    }
    layout->addWidget(heading);
}

void SettingsPanel::setSettings(const GenerationSettings& settings) {
    m_settings = settings;
    m_beforeReset.reset();
    showSettings();
    emit settingsShown(m_settings);
}

void SettingsPanel::offerLab() {
    m_lab->show();
}

void SettingsPanel::change(const GenerationSettings& settings) {
    setSettings(settings);
    emit settingsChanged(m_settings);
}

void SettingsPanel::resetOrUndo() {
    if (m_beforeReset) {
        change(*m_beforeReset);
        return;
    }
    const GenerationSettings before = m_settings;
    change({});
    m_beforeReset = before;
    showReset();
}

void SettingsPanel::showReset() {
    GenerationSettings comparable = m_settings;
    if (comparable.randomSeed) {
        comparable.seed = GenerationSettings().seed; // a new one comes with each reply anyway
    }
    m_reset->setText(m_beforeReset ? tr("Undo reset") : tr("Reset all"));
    m_reset->setToolTip(m_beforeReset ? tr("Bring back the settings from before the reset")
                                      : tr("Set everything here back to how it was at first"));
    m_reset->setEnabled(m_beforeReset || comparable != GenerationSettings());
}

void SettingsPanel::showPreset() {
    m_presets->setExclusive(false);
    for (const Preset preset : kPresets) {
        m_presets->button(static_cast<int>(preset))
            ->setChecked(withPreset(preset, m_settings) == m_settings);
    }
    m_presets->setExclusive(true);
}

void SettingsPanel::showUsedSeed(quint64 seed) {
    if (m_settings.randomSeed) {
        m_settings.seed = seed;
        m_seed->setText(QString::number(seed));
        emit settingsShown(m_settings);
    }
}

void SettingsPanel::showSettings() {
    m_showing = true;
    m_temperature->setValue(m_settings.temperature);
    m_topP->setValue(m_settings.topP);
    m_topK->setValue(m_settings.topK);
    m_minP->setValue(m_settings.minP);
    m_repeatPenalty->setValue(m_settings.repeatPenalty);
    m_maxTokens->setValue(m_settings.maxTokens);
    m_seed->setText(QString::number(m_settings.seed));
    m_newSeed->setChecked(m_settings.randomSeed);
    m_showing = false;
    showPreset();
    showReset();
}

void SettingsPanel::take() {
    if (m_showing) {
        return;
    }
    m_settings.temperature = m_temperature->value();
    m_settings.topP = m_topP->value();
    m_settings.topK = static_cast<int>(std::lround(m_topK->value()));
    m_settings.minP = m_minP->value();
    m_settings.repeatPenalty = m_repeatPenalty->value();
    m_settings.maxTokens = m_maxTokens->value();
    m_settings.randomSeed = m_newSeed->isChecked();
    bool ok = false;
    const quint64 seed = m_seed->text().toULongLong(&ok);
    if (ok) {
        m_settings.seed = seed;
    }
    m_beforeReset.reset();
    showPreset();
    showReset();
    emit settingsShown(m_settings);
    emit settingsChanged(m_settings);
}

void SettingsPanel::applyLook() {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QList<QLabel*> headings = findChildren<QLabel*>(QStringLiteral("settingsHeading"));
    for (QLabel* heading : headings) {
        heading->setFont(bold);
    }
    setMinimumWidth(std::max(60 * gridUnit(this), 36 * fontMetrics().averageCharWidth()));
}

void SettingsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
