// SPDX-License-Identifier: MIT
#include "ui/lab/stage_row.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

StageRow::StageRow(SamplingStage stage, QWidget* parent)
    : QFrame(parent), m_stage(stage), m_switch(new QCheckBox), m_value(new QLabel),
      m_left(new QToolButton), m_fold(new QToolButton), m_body(new QWidget), m_sentence(new QLabel),
      m_bodyLayout(new QVBoxLayout(m_body)) {
    setObjectName(QStringLiteral("stage_") + stageKey(stage));
    setAccessibleName(stageTitle(stage));
    build();
    connect(m_switch, &QCheckBox::clicked, this, [this](bool on) {
        if (on) {
            setUnfolded(true);
        }
        emit switched(m_stage, on);
    });
    connect(m_fold, &QToolButton::toggled, this, [this](bool open) {
        m_body->setVisible(open);
        m_fold->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    });
    connect(m_left, &QToolButton::clicked, this, [this] { emit picked(m_stage); });
    showState();
    applyLook();
}

void StageRow::build() {
    const QString name = stageTitle(m_stage);
    const int unit = gridUnit(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(unit, unit, unit, unit);
    layout->setSpacing(unit);
    auto* head = new QHBoxLayout;
    head->setSpacing(unit);
    layout->addLayout(head);
    if (!chooses(m_stage)) {
        m_grip = new QToolButton;
        m_grip->setObjectName(QStringLiteral("grip_") + stageKey(m_stage));
        m_grip->setIcon(icon(QStringLiteral("grip")));
        m_grip->setAutoRaise(true);
        m_grip->setFocusPolicy(Qt::StrongFocus);
        m_grip->setCursor(Qt::SizeVerCursor);
        m_grip->setAccessibleName(tr("Move %1").arg(name));
        m_grip->setToolTip(tr("Drag to move %1; Alt+Up and Alt+Down do so, too").arg(name));
        head->addWidget(m_grip);
        for (const auto& [key, places] : {std::pair(Qt::Key_Up, -1), std::pair(Qt::Key_Down, 1)}) {
            auto* move = new QShortcut(QKeySequence(Qt::ALT | key), this);
            move->setContext(Qt::WidgetWithChildrenShortcut);
            connect(move, &QShortcut::activated, this,
                    [this, places = places] { emit moveRequested(m_stage, places); });
        }
    }
    m_switch->setObjectName(QStringLiteral("switch_") + stageKey(m_stage));
    m_switch->setText(name);
    m_switch->setToolTip(stageSentence(m_stage));
    m_switch->setAccessibleDescription(stageSentence(m_stage));
    head->addWidget(m_switch, 1);
    m_value->setObjectName(QStringLiteral("value_") + stageKey(m_stage));
    head->addWidget(m_value);
    m_left->setObjectName(QStringLiteral("left_") + stageKey(m_stage));
    m_left->setCheckable(true);
    m_left->setAutoRaise(true);
    m_left->setFocusPolicy(Qt::StrongFocus);
    m_left->setToolTip(tr("Show below what is left behind %1").arg(name));
    head->addWidget(m_left);
    m_fold->setObjectName(QStringLiteral("fold_") + stageKey(m_stage));
    m_fold->setCheckable(true);
    m_fold->setAutoRaise(true);
    m_fold->setArrowType(Qt::RightArrow);
    m_fold->setFocusPolicy(Qt::StrongFocus);
    m_fold->setAccessibleName(tr("Values of %1").arg(name));
    m_fold->setToolTip(m_fold->accessibleName());
    head->addWidget(m_fold);

    m_body->hide();
    layout->addWidget(m_body);
    m_bodyLayout->setContentsMargins(2 * unit, 0, 2 * unit, unit);
    m_bodyLayout->setSpacing(unit);
    m_sentence->setText(stageSentence(m_stage));
    m_sentence->setWordWrap(true);
    m_bodyLayout->addWidget(m_sentence);
    buildFields(m_bodyLayout);
}

void StageRow::buildFields(QVBoxLayout* layout) {
    m_fieldWords = stageFields(m_stage);
    for (qsizetype index = 0; index < m_fieldWords.size(); ++index) {
        const StageField& words = m_fieldWords.at(index);
        auto* field = new NumberField(words.name, words.objectName, words.range, words.explanation,
                                      NumberField::Shape::OneLine);
        if (!words.lowestText.isEmpty()) {
            field->setLowestText(words.lowestText);
        }
        connect(field, &NumberField::valueChanged, this, [this, index](double value) {
            if (!m_showing) {
                m_fieldWords.at(index).setValue(value, &m_settings);
                showState();
                emit edited(m_settings);
            }
        });
        m_fields.append(field);
        layout->addWidget(field);
    }
}

void StageRow::setEditor(QWidget* editor) {
    m_bodyLayout->addWidget(editor);
}

void StageRow::setSettings(const GenerationSettings& settings) {
    m_settings = settings;
    m_showing = true;
    for (qsizetype index = 0; index < m_fields.size(); ++index) {
        m_fields.at(index)->setValue(m_fieldWords.at(index).value(settings));
    }
    m_showing = false;
    showState();
}

void StageRow::showState() {
    const bool replaced = isStageReplaced(m_stage, m_settings);
    m_switch->setChecked(isStageOn(m_stage, m_settings));
    m_value->setText(replaced ? tr("Mirostat does it") : stageSummary(m_stage, m_settings));
    const bool counted = m_switch->isChecked() && !replaced && m_leftCount >= 0;
    m_left->setText(counted ? tr("%1 left").arg(QLocale().toString(m_leftCount)) : QString());
    m_left->setVisible(counted);
    m_left->setAccessibleName(
        tr("%1: %2 tokens left").arg(stageTitle(m_stage), QLocale().toString(m_leftCount)));
    setTextColor(m_value, palette(), shadesOf(palette()).dimText);
}

void StageRow::setLeft(int left) {
    if (m_leftCount != left) {
        m_leftCount = left;
        showState();
    }
}

void StageRow::setPicked(bool picked) {
    m_left->setChecked(picked);
}

void StageRow::setUnfolded(bool unfolded) {
    m_fold->setChecked(unfolded);
}

bool StageRow::isUnfolded() const {
    return m_fold->isChecked();
}

QList<QWidget*> StageRow::controls() const {
    QList<QWidget*> all;
    const QList<QWidget*> children = findChildren<QWidget*>();
    for (QWidget* child : children) {
        // What a box opens over it is a window of its own.
        if ((child->focusPolicy() & Qt::TabFocus) != 0 && child->focusProxy() == nullptr &&
            child->window() == window()) {
            all.append(child);
        }
    }
    return all;
}

QWidget* StageRow::grip() const {
    return m_grip;
}

void StageRow::applyLook() {
    const Shades shades = shadesOf(palette());
    setTextColor(m_sentence, palette(), shades.dimText);
    setTextColor(m_value, palette(), shades.dimText);
}

void StageRow::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
