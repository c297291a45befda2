// SPDX-License-Identifier: MIT
#include "ui/inspector/inspector_view.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHideEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShowEvent>
#include <QTabWidget>
#include <QVBoxLayout>

#include "ui/inspector/alternative_list.h"
#include "ui/inspector/branch_tree_view.h"
#include "ui/inspector/token_chips.h"
#include "ui/inspector/token_facts.h"
#include "ui/inspector/token_legend.h"
#include "ui/inspector/token_words.h"
#include "ui/inspector/undo_strip.h"
#include "ui/theme.h"

namespace phidelity {

InspectorView::InspectorView(QWidget* parent)
    : QWidget(parent), m_column(new QWidget), m_heading(new QLabel), m_measure(new QComboBox),
      m_legend(new TokenLegend), m_chips(new TokenChips), m_summary(new QLabel),
      m_score(new QPushButton), m_facts(new TokenFacts), m_tabs(new QTabWidget),
      m_alternatives(new AlternativeList), m_hint(new QLabel), m_tree(new BranchTreeView),
      m_undo(new UndoStrip) {
    setObjectName(QStringLiteral("inspectorView"));
    setAccessibleName(tr("Token inspector"));
    m_heading->setObjectName(QStringLiteral("inspectorHeading"));
    m_summary->setObjectName(QStringLiteral("inspectorSummary"));
    m_hint->setObjectName(QStringLiteral("inspectorHint"));
    for (QLabel* label : {m_heading, m_summary, m_hint}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_score->setObjectName(QStringLiteral("scoreText"));
    m_score->setAutoDefault(false);
    m_measure->setObjectName(QStringLiteral("tokenMeasure"));
    m_measure->setAccessibleName(tr("Colour tokens by"));
    m_measure->setToolTip(tr("Colour the tokens by what the model thought of them"));
    const std::pair<TokenMeasure, QString> measures[] = {
        {TokenMeasure::None, tr("No colours")},
        {TokenMeasure::Probability, tr("Probability")},
        {TokenMeasure::Uncertainty, tr("Uncertainty")},
        {TokenMeasure::Choice, tr("Rank")}};
    for (const auto& [measure, name] : measures) {
        m_measure->addItem(name, static_cast<int>(measure));
    }

    auto* above = new QHBoxLayout;
    above->addWidget(m_heading, 1);
    above->addWidget(m_measure);
    auto* scoreRow = new QHBoxLayout;
    scoreRow->addWidget(m_summary, 1);
    scoreRow->addWidget(m_score, 0, Qt::AlignTop);
    auto* others = new QWidget;
    auto* othersColumn = new QVBoxLayout(others);
    othersColumn->setContentsMargins(0, 0, 0, 0);
    othersColumn->addWidget(m_alternatives, 1);
    othersColumn->addWidget(m_hint);
    m_tabs->setObjectName(QStringLiteral("inspectorTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(others, tr("&Alternatives"));
    auto* ways = new QWidget;
    auto* waysColumn = new QVBoxLayout(ways);
    waysColumn->setContentsMargins(0, 0, 0, 0);
    waysColumn->setSpacing(0);
    waysColumn->addWidget(m_tree, 1);
    waysColumn->addWidget(m_undo);
    m_tabs->addTab(ways, tr("&Tried Ways"));
    auto* column = new QVBoxLayout(m_column);
    column->addLayout(above);
    column->addWidget(m_legend);
    column->addWidget(m_chips, 2);
    column->addLayout(scoreRow);
    column->addWidget(m_facts);
    column->addWidget(m_tabs, 3);
    // Both take what is left: what they would like to have would make everything scroll.
    m_chips->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
    m_tabs->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
    // Where it is low, all of it scrolls and nothing is squeezed.
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("inspectorScroll"));
    scroll->setWidget(m_column);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);

    connect(m_measure, &QComboBox::currentIndexChanged, this, [this] {
        const auto measure = static_cast<TokenMeasure>(m_measure->currentData().toInt());
        m_legend->setMeasure(measure);
        m_chips->setMeasure(measure);
    });
    connect(m_chips, &TokenChips::picked, this, [this](int token) {
        m_current = token;
        showCurrent();
        emit currentPicked(token);
    });
    connect(m_chips, &TokenChips::hovered, this, &InspectorView::tokenHovered);
    connect(m_chips, &TokenChips::opened, this, [this] {
        m_tabs->setCurrentIndex(0);
        m_alternatives->setFocus();
    });
    connect(m_alternatives, &AlternativeList::chosen, this, [this](quint32 alternative) {
        if (m_current >= 0) {
            emit branchRequested(m_current, alternative);
        }
    });
    connect(m_tree, &BranchTreeView::versionChosen, this, &InspectorView::versionRequested);
    connect(m_tree, &BranchTreeView::removeChosen, this, [this](NodeId node) {
        m_removing = node;
        emit removeRequested(node);
    });
    connect(m_undo, &UndoStrip::undone, this, &InspectorView::restoreRequested);
    connect(m_score, &QPushButton::clicked, this, [this] {
        if (m_offer == ScoreOffer::Stop) {
            emit scoreStopRequested();
        } else {
            emit scoreRequested();
        }
    });
    setScoreOffer(ScoreOffer::None);
    setBranchable(false);
    setTree({});
    applyLook();
    showCurrent();
    showSummary();
}

QSize InspectorView::sizeHint() const {
    const int unit = gridUnit(this);
    return {80 * unit, 150 * unit};
}

void InspectorView::setTokens(const QList<TokenDetail>& tokens) {
    m_chips->setTokens(tokens);
    m_current = m_chips->current();
    showCurrent();
    showSummary();
}

void InspectorView::addTokens(const QList<TokenDetail>& tokens) {
    m_chips->tokens()->addTokens(tokens);
    showCurrent();
    showSummary();
}

void InspectorView::setCurrent(int token) {
    m_current = token < m_chips->tokens()->rowCount() ? token : -1;
    m_chips->setCurrent(m_current);
    showCurrent();
}

void InspectorView::setHovered(int token) {
    m_chips->setHovered(token);
}

void InspectorView::setHeading(const QString& heading) {
    m_heading->setText(heading);
}

void InspectorView::setStatus(const QString& sentence) {
    m_statusText = sentence;
    showSummary();
}

void InspectorView::setScoreOffer(ScoreOffer offer) {
    m_offer = offer;
    m_score->setVisible(offer != ScoreOffer::None);
    m_score->setText(offer == ScoreOffer::Stop ? tr("&Stop") : tr("&Score"));
    m_score->setToolTip(offer == ScoreOffer::Stop
                            ? tr("Stop reading the text")
                            : tr("Let the model read the text and say how likely each token is"));
}

void InspectorView::setBranchable(bool branchable) {
    m_branchable = branchable;
    m_alternatives->setBranchable(branchable);
    showCurrent();
}

void InspectorView::setTree(const BranchTree& tree) {
    if (m_removing != 0 && !tree.versions.isEmpty() && !tree.versions.contains(m_removing)) {
        m_undo->offer(m_removing, tr("Deleted."));
        m_removing = 0;
    } else if (tree.versions.isEmpty() || tree.versions.contains(m_undo->offered())) {
        m_undo->dismiss();
    }
    m_tree->setTree(tree);
    const auto ways = static_cast<int>(tree.versions.size());
    m_tabs->setTabText(1, ways > 1 ? tr("&Tried Ways (%1)").arg(ways) : tr("&Tried Ways"));
    m_tabs->setTabEnabled(1, !tree.segments.isEmpty());
}

void InspectorView::focusTokens() {
    m_chips->setFocus();
}

void InspectorView::showCurrent() {
    const QList<TokenDetail>& tokens = m_chips->tokens()->tokens();
    if (m_current < 0 || m_current >= tokens.size()) {
        m_facts->clear();
        m_alternatives->showToken({});
        m_hint->setText(tokens.isEmpty() ? QString()
                                         : tr("Pick a token above, or a word of the text."));
        m_hint->setVisible(!m_hint->text().isEmpty());
        return;
    }
    const TokenDetail& token = tokens.at(m_current);
    m_facts->showToken(token, m_current, static_cast<int>(tokens.size()));
    m_alternatives->showToken(token);
    m_hint->setText(token.top.isEmpty() ? tr("What else could have come here is not known yet.")
                    : m_branchable      ? tr("Click one, or press Enter on it, to let the model go "
                                                  "on from there.")
                                        : QString());
    m_hint->setVisible(!m_hint->text().isEmpty());
}

void InspectorView::showSummary() {
    const QString score = scoreSentence(scoreOf(m_chips->tokens()->tokens()));
    m_summary->setText(m_statusText.isEmpty() ? score : m_statusText);
    m_summary->setVisible(!m_summary->text().isEmpty());
}

void InspectorView::applyLook() {
    const int unit = gridUnit(this);
    m_column->layout()->setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit);
    m_column->layout()->setSpacing(2 * unit);
    m_chips->setFont(codeFont(font()));
    m_chips->setMinimumHeight(14 * unit);
    m_tabs->setMinimumHeight(30 * unit);
    setMinimumWidth(64 * unit);
    const Shades shades = shadesOf(palette());
    for (QLabel* label : {m_summary, m_hint}) {
        setTextColor(label, palette(), shades.dimText);
    }
}

void InspectorView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void InspectorView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!event->spontaneous()) {
        emit shownChanged(true);
    }
}

void InspectorView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    if (!event->spontaneous()) {
        emit shownChanged(false);
    }
}

} // namespace phidelity
