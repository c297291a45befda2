// SPDX-License-Identifier: MIT
#include "ui/lab/distribution_view.h"

#include <algorithm>
#include <limits>

#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/calm_wheel.h"
#include "ui/lab/distribution_delegate.h"
#include "ui/lab/distribution_model.h"
#include "ui/lab/stage_words.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

/// What an entry of the box means, beside the number of a stage.
constexpr int kAfterAll = -1;
constexpr int kModel = -2;
/// What "likelier" adds; about seven times the odds.
constexpr float kNudge = 2;

} // namespace

DistributionView::DistributionView(QWidget* parent)
    : QWidget(parent), m_stages(new QComboBox), m_ownText(new QLineEdit), m_text(new QLabel),
      m_count(new QLabel), m_noteRow(new QWidget), m_note(new QLabel), m_action(new QPushButton),
      m_model(new DistributionModel(this)), m_table(new QTableView) {
    setObjectName(QStringLiteral("distributionView"));
    build();
    connect(m_stages, &QComboBox::activated, this, [this] {
        const int chosen = m_stages->currentData().toInt();
        m_modelPicked = chosen == kModel;
        m_picked = chosen >= 0 ? std::optional(static_cast<SamplingStage>(chosen)) : std::nullopt;
        showPicked();
        emit pickedChanged();
    });
    connect(m_ownText, &QLineEdit::textChanged, this, &DistributionView::ownTextChanged);
    connect(m_action, &QPushButton::clicked, this, &DistributionView::actionRequested);
    connect(m_table, &QWidget::customContextMenuRequested, this, &DistributionView::showMenu);
    showSteps();
    showPicked();
    setNote({});
    applyLook();
}

void DistributionView::build() {
    const int unit = gridUnit(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(unit);
    auto* head = new QHBoxLayout;
    auto* title = new QLabel(tr("Next token"));
    title->setObjectName(QStringLiteral("labHeading"));
    m_count->setObjectName(QStringLiteral("distributionCount"));
    m_stages->setObjectName(QStringLiteral("distributionStage"));
    m_stages->setAccessibleName(tr("Show the chances behind this stage"));
    m_stages->setToolTip(m_stages->accessibleName());
    m_stages->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_stages->setMinimumContentsLength(10);
    ignoreWheelWithoutFocus(m_stages);
    head->addWidget(title);
    head->addWidget(m_count, 1);
    head->addWidget(m_stages, 1);
    layout->addLayout(head);
    m_ownText->setObjectName(QStringLiteral("labText"));
    m_ownText->setPlaceholderText(tr("The page\u2019s text; type here to try another"));
    m_ownText->setAccessibleName(tr("Text behind which the next token is looked for"));
    m_ownText->setClearButtonEnabled(true);
    m_ownText->setTextMargins(unit, 0, unit, 0);
    layout->addWidget(m_ownText);
    m_text->setObjectName(QStringLiteral("distributionText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setMinimumWidth(1);
    layout->addWidget(m_text);

    m_note->setObjectName(QStringLiteral("distributionNote"));
    m_note->setWordWrap(true);
    m_action->setObjectName(QStringLiteral("distributionAction"));
    m_action->setAutoDefault(false);
    auto* note = new QVBoxLayout(m_noteRow);
    note->setContentsMargins(0, unit, 0, unit);
    note->addWidget(m_note);
    note->addWidget(m_action, 0, Qt::AlignLeft);
    layout->addWidget(m_noteRow);

    m_table->setObjectName(QStringLiteral("distribution"));
    m_table->setAccessibleName(tr("Tokens that could come next"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new DistributionDelegate(m_table));
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setSectionResizeMode(DistributionModel::Bars,
                                                      QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setMinimumSectionSize(1);
    layout->addWidget(m_table, 1000);
    layout->addStretch(1); // where there is no table, the note stays above
}

void DistributionView::setDistribution(const LabDistribution& distribution) {
    const bool stagesChanged =
        m_distribution.steps.size() != distribution.steps.size() ||
        !std::equal(m_distribution.steps.begin(), m_distribution.steps.end(),
                    distribution.steps.begin(),
                    [](const LabStep& a, const LabStep& b) { return a.stage == b.stage; });
    m_distribution = distribution;
    if (stagesChanged) {
        showSteps();
    }
    showPicked();
}

void DistributionView::setNote(const QString& sentence, const QString& action) {
    m_note->setText(sentence);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    m_noteRow->setVisible(!sentence.isEmpty());
}

void DistributionView::setPicked(std::optional<SamplingStage> stage) {
    m_picked = stage;
    m_modelPicked = false;
    showPicked();
}

void DistributionView::showSteps() {
    m_stages->clear();
    m_stages->addItem(tr("After all stages"), kAfterAll);
    for (const LabStep& step : std::as_const(m_distribution.steps)) {
        if (step.stage) {
            m_stages->addItem(tr("After %1").arg(stageTitle(*step.stage)),
                              static_cast<int>(*step.stage));
        } else {
            m_stages->addItem(tr("Before all stages"), kModel);
        }
    }
}

const LabStep* DistributionView::step() const {
    const QList<LabStep>& steps = m_distribution.steps;
    if (steps.isEmpty()) {
        return nullptr;
    }
    if (m_modelPicked) {
        return &steps.front();
    }
    const auto found = std::find_if(steps.begin(), steps.end(), [this](const LabStep& each) {
        return each.stage && each.stage == m_picked;
    });
    return found != steps.end() ? &*found : &steps.back();
}

void DistributionView::showPicked() {
    const LabStep* shown = step();
    const int data = m_modelPicked ? kModel
                     : shown && shown->stage && shown->stage == m_picked
                         ? static_cast<int>(*shown->stage)
                         : kAfterAll;
    m_stages->setCurrentIndex(std::max(0, m_stages->findData(data)));
    m_stages->setEnabled(shown != nullptr);
    m_model->setTokens(shown ? shown->tokens : QList<LabToken>());
    m_count->setText(shown ? tr("%1 left").arg(QLocale().toString(shown->left)) : QString());
    // One's own text stands in the line above already.
    const QString behind = tr("after \u201c%1\u201d").arg(m_distribution.text);
    m_text->setVisible(shown && !m_distribution.text.isEmpty() && m_ownText->text().isEmpty());
    m_text->setText(m_text->fontMetrics().elidedText(behind, Qt::ElideLeft, std::max(1, width())));
    m_text->setToolTip(m_distribution.text);
    m_table->setVisible(shown != nullptr);
}

void DistributionView::showMenu(const QPoint& place) {
    const QModelIndex under = m_table->indexAt(place);
    const QModelIndex index = under.isValid() ? under : m_table->currentIndex(); // by the keyboard
    if (!index.isValid()) {
        return;
    }
    const auto token = index.data(DistributionModel::kLabTokenRole).value<LabToken>();
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("tokenMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](const QString& text, float bias) {
        connect(menu->addAction(text), &QAction::triggered, this,
                [this, id = token.id, bias] { emit biasRequested(id, bias); });
    };
    add(tr("Make \u201c%1\u201d Likelier").arg(token.text), kNudge);
    add(tr("Make \u201c%1\u201d Less Likely").arg(token.text), -kNudge);
    add(tr("Never \u201c%1\u201d").arg(token.text), -std::numeric_limits<float>::infinity());
    menu->popup(m_table->viewport()->mapToGlobal(place));
}

void DistributionView::applyLook() {
    const int unit = gridUnit(this);
    const Shades shades = shadesOf(palette());
    for (QLabel* label : {m_text, m_count, m_note}) {
        setTextColor(label, palette(), shades.dimText);
    }
    const QFontMetrics metrics(font());
    const QFontMetrics code(codeFont(font()));
    m_table->verticalHeader()->setDefaultSectionSize(metrics.height() + unit);
    m_table->verticalHeader()->setMinimumSectionSize(metrics.height() + unit);
    m_table->setColumnWidth(DistributionModel::Token,
                            code.horizontalAdvance(QStringLiteral("\u00b7counted")) + 2 * unit);
    m_table->setColumnWidth(DistributionModel::Before,
                            metrics.horizontalAdvance(QStringLiteral("<\u00a00.01\u00a0%")) +
                                2 * unit);
    m_table->setColumnWidth(DistributionModel::After,
                            metrics.horizontalAdvance(QStringLiteral("Top-n-sigma")) + 2 * unit);
}

void DistributionView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
