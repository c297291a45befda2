// SPDX-License-Identifier: MIT
#include "ui/playground/play_bar.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSpinBox>

#include "ui/elided_label.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kMostSamples = 8;

} // namespace

PlayBar::PlayBar(QWidget* parent)
    : QWidget(parent), m_write(new QPushButton), m_count(new QSpinBox),
      m_score(new QPushButton(tr("Score"))), m_measure(new QComboBox), m_branches(new QComboBox),
      m_note(new ElidedLabel), m_across(new QHBoxLayout) {
    setObjectName(QStringLiteral("playBar"));
    m_write->setObjectName(QStringLiteral("playWrite"));
    m_write->setAutoDefault(false);
    m_score->setObjectName(QStringLiteral("playScore"));
    m_score->setAutoDefault(false);
    m_score->setToolTip(tr("Let the model read the text, or what is selected, and say how likely "
                           "each token is"));
    m_count->setObjectName(QStringLiteral("playCount"));
    m_count->setAccessibleName(tr("Continuations"));
    m_count->setToolTip(tr("How many continuations are written side by side"));
    m_count->setRange(1, kMostSamples);
    m_count->setPrefix(tr("× "));
    m_measure->setObjectName(QStringLiteral("playMeasure"));
    m_measure->setAccessibleName(tr("Colour tokens by"));
    m_measure->setToolTip(
        tr("Colour what was generated or scored by what the model thought of it"));
    m_measure->addItem(tr("No colours"), static_cast<int>(TokenMeasure::None));
    m_measure->addItem(tr("Probability"), static_cast<int>(TokenMeasure::Probability));
    m_measure->addItem(tr("Uncertainty"), static_cast<int>(TokenMeasure::Uncertainty));
    m_measure->addItem(tr("Rank"), static_cast<int>(TokenMeasure::Choice));
    m_branches->setObjectName(QStringLiteral("playBranches"));
    m_branches->setAccessibleName(tr("Branch"));
    m_branches->setToolTip(tr("The branches of this page"));
    m_branches->setMinimumContentsLength(8);
    m_branches->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_note->setObjectName(QStringLiteral("playNote"));
    m_note->setAlignment(Qt::AlignLeading);
    auto* down = new QVBoxLayout(this);
    down->addLayout(m_across);
    // A line of its own: beside the buttons a small window would leave nothing of it.
    down->addWidget(m_note);
    m_across->addWidget(m_write);
    m_across->addWidget(m_count);
    m_across->addWidget(m_score);
    m_across->addWidget(m_measure);
    m_across->addWidget(m_branches);
    m_across->addStretch(1);
    connect(m_write, &QPushButton::clicked, this, [this] {
        if (m_busy) {
            emit stopPressed();
        } else {
            emit writePressed();
        }
    });
    connect(m_score, &QPushButton::clicked, this, &PlayBar::scorePressed);
    connect(m_measure, &QComboBox::activated, this, [this] { emit measurePicked(measure()); });
    connect(m_branches, &QComboBox::activated, this,
            [this](int row) { emit branchPicked(m_branches->itemData(row).toInt()); });
    setBusy(false);
    applyLook();
}

int PlayBar::count() const {
    return m_count->value();
}

TokenMeasure PlayBar::measure() const {
    return static_cast<TokenMeasure>(m_measure->currentData().toInt());
}

std::optional<int> PlayBar::branchBeside(int by) const {
    const int row = m_branches->currentIndex() + by;
    return row >= 0 && row < m_branches->count() ? std::optional(m_branches->itemData(row).toInt())
                                                 : std::nullopt;
}

void PlayBar::setBusy(bool busy) {
    m_busy = busy;
    m_score->setEnabled(!busy);
    m_write->setText(busy ? tr("Stop") : tr("Write on"));
}

void PlayBar::setMeasure(TokenMeasure measure) {
    m_measure->setCurrentIndex(m_measure->findData(static_cast<int>(measure)));
}

void PlayBar::setBranches(const PlayPage& page) {
    m_branches->clear();
    const QList<const PlayBranch*> there = page.present();
    // A branch stands below the one that it left, further in.
    const auto addBelow = [&](auto&& self, int parent, int depth) -> void {
        for (const PlayBranch* branch : there) {
            if (page.parentOf(*branch) != parent) {
                continue;
            }
            const QString from = textOf(restOf(branch->pieces, branch->fork)).left(30).simplified();
            const QString label =
                branch->parent == 0 ? tr("First branch") : tr("%1: %2").arg(branch->id).arg(from);
            m_branches->addItem(QString(2 * depth, u' ') + label, branch->id);
            self(self, branch->id, depth + 1);
        }
    };
    addBelow(addBelow, 0, 0);
    m_branches->setCurrentIndex(m_branches->findData(page.current));
    m_branches->setVisible(there.size() > 1);
}

void PlayBar::setNote(const QString& note) {
    m_note->setText(note);
}

void PlayBar::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(4 * unit, 2 * unit, 4 * unit, 2 * unit);
    layout()->setSpacing(unit);
    m_across->setSpacing(2 * unit);
}

void PlayBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
