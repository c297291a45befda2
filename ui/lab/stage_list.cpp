// SPDX-License-Identifier: MIT
#include "ui/lab/stage_list.h"

#include <algorithm>

#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/lab/stage_row.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr SamplingStage kChoosing[] = {SamplingStage::Mirostat, SamplingStage::Greedy};

} // namespace

StageList::StageList(QWidget* parent)
    : QWidget(parent), m_layout(new QVBoxLayout(this)), m_choice(new QLabel) {
    setObjectName(QStringLiteral("stageList"));
    setAccessibleName(tr("Stages of the choice of a token, first to last"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    for (const SamplingStage stage : stagesOf(StageOrder::LlamaCpp)) {
        addRow(stage);
    }
    m_choice->setObjectName(QStringLiteral("labChoice"));
    m_choice->setWordWrap(true);
    m_choice->setMargin(gridUnit(this));
    m_layout->addWidget(m_choice);
    for (const SamplingStage stage : kChoosing) {
        addRow(stage);
        m_layout->addWidget(row(stage));
    }
    setSettings({});
}

void StageList::addRow(SamplingStage stage) {
    auto* row = new StageRow(stage, this);
    m_rows.insert(stage, row);
    if (QWidget* grip = row->grip()) {
        grip->installEventFilter(this);
    }
    connect(row, &StageRow::switched, this, &StageList::switchStage);
    connect(row, &StageRow::edited, this, [this, stage](const GenerationSettings& settings) {
        emit settingsChanged(withStageOf(stage, m_settings, settings));
    });
    connect(row, &StageRow::moveRequested, this, [this](SamplingStage moved, int places) {
        move(moved, m_order.indexOf(moved) + places);
    });
    connect(row, &StageRow::picked, this, &StageList::picked);
}

void StageList::setSettings(const GenerationSettings& settings) {
    m_settings = settings;
    for (const auto& [stage, row] : m_rows.asKeyValueRange()) {
        if (isStageOn(stage, settings)) {
            m_remembered = withStageOf(stage, m_remembered, settings);
        }
        row->setSettings(settings);
    }
    m_choice->setText(isStageOn(SamplingStage::Greedy, settings)
                          ? tr("Then the most likely token is taken.")
                          : tr("Then one token is drawn by the chances that are left."));
    const QList<SamplingStage> order = stagesOf(settings);
    if (order != m_order) {
        m_order = order;
        arrange();
    }
}

void StageList::arrange() {
    for (qsizetype index = 0; index < m_order.size(); ++index) {
        m_layout->removeWidget(row(m_order.at(index)));
        m_layout->insertWidget(static_cast<int>(index), row(m_order.at(index)));
    }
    orderFocus();
    update();
}

/// The key Tab follows the order that is seen.
void StageList::orderFocus() {
    QWidget* before = nullptr;
    const auto append = [&before](const StageRow* row) {
        const QList<QWidget*> controls = row->controls();
        for (QWidget* control : controls) {
            if (before) {
                setTabOrder(before, control);
            }
            before = control;
        }
    };
    for (const SamplingStage stage : m_order) {
        append(row(stage));
    }
    for (const SamplingStage stage : kChoosing) {
        append(row(stage));
    }
}

void StageList::switchStage(SamplingStage stage, bool on) {
    GenerationSettings settings = m_settings;
    if (on) {
        settings = withStageOn(stage, settings, m_remembered);
    } else if (stage == SamplingStage::Greedy && m_remembered.temperature != 0) {
        settings.temperature = m_remembered.temperature;
    } else {
        settings = withStageOff(stage, settings);
    }
    emit settingsChanged(settings);
    // Where nothing was to be changed, such as a bias without tokens, the switch goes back.
    row(stage)->setSettings(m_settings);
}

void StageList::move(SamplingStage stage, qsizetype to) {
    const qsizetype from = m_order.indexOf(stage);
    if (from < 0 || to < 0 || to >= m_order.size() || to == from) {
        return;
    }
    QList<SamplingStage> order = m_order;
    order.move(from, to);
    emit settingsChanged(withStages(order, m_settings));
}

bool StageList::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::MouseButtonPress && event->type() != QEvent::MouseMove &&
        event->type() != QEvent::MouseButtonRelease) {
        return QWidget::eventFilter(watched, event);
    }
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const auto* grip = static_cast<QWidget*>(watched);
    if (event->type() == QEvent::MouseButtonPress && mouse->button() == Qt::LeftButton) {
        const auto found = std::find_if(m_order.begin(), m_order.end(), [&](SamplingStage stage) {
            return row(stage)->grip() == grip;
        });
        m_dragged = *found;
    } else if (event->type() == QEvent::MouseMove && m_dragged) {
        dragTo(grip->mapTo(this, mouse->position().toPoint()));
    } else if (event->type() == QEvent::MouseButtonRelease) {
        m_dragged.reset();
    }
    update();
    return QWidget::eventFilter(watched, event);
}

/// The stage takes the place of the row whose middle the pointer has passed.
void StageList::dragTo(const QPoint& place) {
    const qsizetype from = m_order.indexOf(*m_dragged);
    qsizetype to = from;
    while (to > 0 && place.y() < row(m_order.at(to - 1))->geometry().center().y()) {
        --to;
    }
    while (to >= from && to + 1 < m_order.size() &&
           place.y() > row(m_order.at(to + 1))->geometry().center().y()) {
        ++to;
    }
    move(*m_dragged, to);
    m_layout->activate();
}

void StageList::setLeft(const QMap<SamplingStage, int>& left) {
    for (const auto& [stage, row] : m_rows.asKeyValueRange()) {
        row->setLeft(left.value(stage, -1));
    }
}

void StageList::setPicked(std::optional<SamplingStage> stage) {
    for (const auto& [each, row] : m_rows.asKeyValueRange()) {
        row->setPicked(each == stage);
    }
}

void StageList::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Shades shades = shadesOf(palette());
    if (m_dragged) {
        painter.fillRect(row(*m_dragged)->geometry(), shades.hover);
    }
    painter.setPen(shades.line);
    for (const auto& [stage, row] : m_rows.asKeyValueRange()) {
        const QRect rect = row->geometry();
        painter.drawLine(rect.bottomLeft(), rect.bottomRight());
    }
}

} // namespace phidelity
