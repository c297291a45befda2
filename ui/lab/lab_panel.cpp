// SPDX-License-Identifier: MIT
#include "ui/lab/lab_panel.h"

#include <algorithm>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/calm_wheel.h"
#include "ui/lab/distribution_view.h"
#include "ui/lab/lines_editor.h"
#include "ui/lab/preset_bar.h"
#include "ui/lab/seed_field.h"
#include "ui/lab/stage_list.h"
#include "ui/lab/stage_row.h"
#include "ui/lab/stage_words.h"
#include "ui/notice_bar.h"
#include "ui/panel_parts.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

LinesEditor::Words stopWords() {
    return {QStringLiteral("stopStrings"),
            {},
            LabPanel::tr("Texts that end a reply, one a line"),
            LabPanel::tr("for example \\n\\n or END"),
            LabPanel::tr("One a line, beside those of the prompt format. \\n is a line\u2019s end, "
                         "\\t a tab, \\\\ a backslash.")};
}

LinesEditor::Words breakerWords() {
    return {QStringLiteral("dryBreakers"), LabPanel::tr("A repetition ends at"),
            LabPanel::tr("Texts at which a repetition ends, one a line"),
            LabPanel::tr("nothing: repetitions go on through everything"),
            LabPanel::tr("One a line. \\n is a line\u2019s end, \\t a tab, \\\\ a "
                         "backslash.")};
}

} // namespace

LabPanel::LabPanel(QWidget* parent)
    : QWidget(parent), m_splitter(new QSplitter(Qt::Vertical)), m_notice(new NoticeBar),
      m_subject(new QLabel), m_presets(new PresetBar), m_order(new QComboBox),
      m_orderSentence(new QLabel), m_stages(new StageList), m_bias(new BiasEditor),
      m_seed(new SeedField), m_maxTokens(new QSpinBox), m_stops(new LinesEditor(stopWords())),
      m_breakers(new LinesEditor(breakerWords())), m_distribution(new DistributionView) {
    setObjectName(QStringLiteral("labPanel"));
    setAccessibleName(tr("Sampling lab"));
    const int unit = gridUnit(this);
    auto* below = new QWidget;
    auto* belowLayout = new QVBoxLayout(below);
    belowLayout->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit);
    belowLayout->addWidget(m_distribution);
    m_splitter->setObjectName(QStringLiteral("labSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(buildControls());
    m_splitter->addWidget(below);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);
    connectParts();
    setSettings({});
    applyLook();
}

QWidget* LabPanel::buildControls() {
    const int unit = gridUnit(this);
    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("labContent"));
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 3 * unit);
    layout->setSpacing(2 * unit);
    m_notice->setObjectName(QStringLiteral("labNotice"));
    layout->addWidget(m_notice);
    m_subject->setObjectName(QStringLiteral("labSubject"));
    m_subject->setTextFormat(Qt::PlainText);
    m_subject->setWordWrap(true);
    m_subject->hide();
    layout->addWidget(m_subject);
    layout->addWidget(m_presets);

    addHeading(layout, tr("Stages, first to last"));
    m_order->setObjectName(QStringLiteral("stageOrder"));
    m_order->setAccessibleName(tr("Order of the stages"));
    m_order->setPlaceholderText(tr("Own order"));
    m_order->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_order->setMinimumContentsLength(12);
    for (const StageOrder order : kStageOrders) {
        m_order->addItem(orderTitle(order));
        m_order->setItemData(m_order->count() - 1, orderSentence(order), Qt::ToolTipRole);
    }
    ignoreWheelWithoutFocus(m_order);
    layout->addWidget(m_order);
    m_orderSentence->setObjectName(QStringLiteral("orderSentence"));
    m_orderSentence->setWordWrap(true);
    layout->addWidget(m_orderSentence);
    m_stages->row(SamplingStage::LogitBias)->setEditor(m_bias);
    m_stages->row(SamplingStage::Dry)->setEditor(m_breakers);
    layout->addWidget(m_stages);
    buildRest(layout);
    layout->addStretch(1);

    QScrollArea* scroll = scrollingColumn(content);
    scroll->setObjectName(QStringLiteral("labScroll"));
    return scroll;
}

void LabPanel::buildRest(QVBoxLayout* layout) {
    addHeading(layout, tr("Seed"));
    layout->addWidget(m_seed);
    addHeading(layout, tr("Length"));
    layout->addLayout(tokenLimitRow(m_maxTokens, QStringLiteral("labMaxTokens")));
    addHeading(layout, tr("Texts that end a reply"));
    layout->addWidget(m_stops);
}

void LabPanel::connectParts() {
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_split = true; });
    connect(m_presets, &PresetBar::chosen, this, &LabPanel::change);
    connect(m_presets, &PresetBar::ownChanged, this, &LabPanel::ownPresetsChanged);
    connect(m_presets, &PresetBar::importRequested, this, &LabPanel::importRequested);
    connect(m_presets, &PresetBar::exportRequested, this, &LabPanel::exportRequested);
    connect(m_order, &QComboBox::activated, this,
            [this](int index) { change(withStages(stagesOf(kStageOrders[index]), m_settings)); });
    connect(m_stages, &StageList::settingsChanged, this, &LabPanel::change);
    connect(m_stages, &StageList::picked, this, [this](SamplingStage stage) {
        const bool again = m_distribution->picked() == stage;
        m_distribution->setPicked(again ? std::nullopt : std::optional(stage));
        m_stages->setPicked(m_distribution->picked());
    });
    connect(m_distribution, &DistributionView::pickedChanged, this,
            [this] { m_stages->setPicked(m_distribution->picked()); });
    connect(m_distribution, &DistributionView::biasRequested, this, [this](quint32 id, float bias) {
        m_bias->add(id, bias);
        emit m_bias->changed();
    });
    connect(m_bias, &BiasEditor::changed, this, [this] {
        GenerationSettings settings = m_settings;
        settings.logitBias = m_bias->bias();
        change(settings);
    });
    connect(m_seed, &SeedField::changed, this, [this] {
        GenerationSettings settings = m_settings;
        settings.seed = m_seed->seed();
        settings.randomSeed = !m_seed->isLocked();
        change(settings);
    });
    connect(m_maxTokens, &QSpinBox::valueChanged, this, [this](int tokens) {
        if (!m_showing) {
            GenerationSettings settings = m_settings;
            settings.maxTokens = tokens;
            change(settings);
        }
    });
    connect(m_stops, &LinesEditor::changed, this, [this] {
        GenerationSettings settings = m_settings;
        settings.extraStops = m_stops->texts();
        change(settings);
    });
    connect(m_breakers, &LinesEditor::changed, this, [this] {
        GenerationSettings settings = m_settings;
        settings.dryBreakers = m_breakers->texts();
        change(settings);
    });
}

void LabPanel::addHeading(QVBoxLayout* layout, const QString& text) {
    auto* heading = new QLabel(text);
    heading->setObjectName(QStringLiteral("labHeading"));
    layout->addSpacing(gridUnit(this));
    layout->addWidget(heading);
}

void LabPanel::setSettings(const GenerationSettings& settings) {
    m_settings = withEveryStage(settings);
    m_showing = true;
    m_presets->setSettings(m_settings);
    const std::optional<StageOrder> order = orderOf(m_settings);
    m_order->setCurrentIndex(order ? static_cast<int>(*order) : -1);
    m_orderSentence->setText(orderSentence(order));
    m_order->setToolTip(orderSentence(order));
    m_bias->setBias(m_settings.logitBias);
    m_stages->setSettings(m_settings);
    m_seed->setSeed(m_settings.seed, !m_settings.randomSeed);
    m_maxTokens->setValue(m_settings.maxTokens);
    m_stops->setTexts(m_settings.extraStops);
    m_breakers->setTexts(m_settings.dryBreakers);
    m_showing = false;
}

void LabPanel::change(const GenerationSettings& settings) {
    setSettings(settings);
    emit settingsChanged(m_settings);
}

const QList<OwnPreset>& LabPanel::ownPresets() const {
    return m_presets->own();
}

void LabPanel::setSubject(const QString& subject) {
    m_subject->setText(subject);
    m_subject->setVisible(!subject.isEmpty());
}

void LabPanel::setOwnPresets(const QList<OwnPreset>& own) {
    m_presets->setOwn(own);
}

void LabPanel::setDistribution(const LabDistribution& distribution) {
    m_distribution->setDistribution(distribution);
    QMap<SamplingStage, int> left;
    for (const LabStep& step : distribution.steps) {
        if (step.stage) {
            left.insert(*step.stage, step.left);
        }
    }
    m_stages->setLeft(left);
    m_stages->setPicked(m_distribution->picked());
}

void LabPanel::showNotice(const QString& sentence, const QString& detail) {
    if (sentence.isEmpty()) {
        m_notice->dismiss();
    } else {
        m_notice->showNotice(sentence, detail);
    }
}

void LabPanel::applyLook() {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QList<QLabel*> headings = findChildren<QLabel*>(QStringLiteral("labHeading"));
    for (QLabel* heading : headings) {
        heading->setFont(bold);
    }
    setTextColor(m_orderSentence, palette(), shadesOf(palette()).dimText);
    setTextColor(m_subject, palette(), shadesOf(palette()).dimText);
    reserveSentence();
    setMinimumWidth(std::max(79 * gridUnit(this), 46 * fontMetrics().averageCharWidth()));
    m_splitter->setHandleWidth(2 * gridUnit(this));
}

void LabPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    emit shownChanged(true);
}

void LabPanel::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    emit shownChanged(false);
}

void LabPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_splitter->setOrientation(width() >= 2 * minimumWidth() ? Qt::Horizontal : Qt::Vertical);
    // Where there is little room the stages need it more; the tip of the box says the same.
    m_orderSentence->setVisible(height() >= 130 * gridUnit(this));
    reserveSentence();
    if (!m_split) {
        const bool across = m_splitter->orientation() == Qt::Horizontal;
        const int all = across ? width() : height();
        m_splitter->setSizes({all * 11 / 20, all * 9 / 20});
    }
}

/// Room for the longest of the sentences: the stages do not jump under the pointer that drags one.
void LabPanel::reserveSentence() {
    const int width = std::max(m_orderSentence->width(), minimumWidth() - 8 * gridUnit(this));
    int height = 0;
    for (const std::optional<StageOrder> order :
         {std::optional(StageOrder::LlamaCpp), std::optional(StageOrder::HuggingFace),
          std::optional<StageOrder>()}) {
        const QRect rect = m_orderSentence->fontMetrics().boundingRect(
            QRect(0, 0, width, 1000), Qt::TextWordWrap, orderSentence(order));
        height = std::max(height, rect.height());
    }
    m_orderSentence->setMinimumHeight(height);
    m_orderSentence->setAlignment(Qt::AlignTop);
}

void LabPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
