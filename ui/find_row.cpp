// SPDX-License-Identifier: MIT
#include "ui/find_row.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

#include "ui/elided_label.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

FindRow::FindRow(const QString& name, QWidget* parent)
    : QWidget(parent), m_field(new QLineEdit), m_said(new ElidedLabel),
      m_case(new QCheckBox(tr("&Match case"))), m_layout(new QHBoxLayout(this)) {
    m_field->setObjectName(name);
    m_field->setPlaceholderText(tr("Find"));
    m_field->setAccessibleName(tr("Find"));
    m_said->setObjectName(name + QStringLiteral("Said"));
    m_case->setObjectName(name + QStringLiteral("Case"));
    const auto button = [&](const char* what, const char* symbol, const QString& tip) {
        auto* made = new QToolButton;
        made->setObjectName(name + QLatin1String(what));
        made->setIcon(icon(QLatin1String(symbol)));
        made->setToolTip(tip);
        made->setAccessibleName(tip);
        made->setAutoRaise(true);
        made->setFocusPolicy(Qt::TabFocus);
        return made;
    };
    QToolButton* previous = button("Previous", "up", tr("Previous (Shift+Enter)"));
    QToolButton* next = button("Next", "down", tr("Next (Enter)"));
    QToolButton* close = button("Close", "close", tr("Close (Esc)"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->addWidget(m_field, 3);
    m_layout->addWidget(m_said, 1);
    m_layout->addWidget(previous);
    m_layout->addWidget(next);
    m_layout->addWidget(m_case);
    m_layout->addWidget(close);
    connect(m_field, &QLineEdit::textChanged, this, &FindRow::changed);
    connect(m_case, &QCheckBox::toggled, this, &FindRow::changed);
    connect(next, &QToolButton::clicked, this, &FindRow::nextRequested);
    connect(previous, &QToolButton::clicked, this, &FindRow::previousRequested);
    connect(close, &QToolButton::clicked, this, &FindRow::closeRequested);
    applyLook();
}

QString FindRow::text() const {
    return m_field->text();
}

void FindRow::setText(const QString& text) {
    m_field->setText(text);
}

Qt::CaseSensitivity FindRow::sensitivity() const {
    return m_case->isChecked() ? Qt::CaseSensitive : Qt::CaseInsensitive;
}

void FindRow::addChoice(QCheckBox* choice) {
    m_layout->insertWidget(m_layout->count() - 1, choice);
    connect(choice, &QCheckBox::toggled, this, &FindRow::changed);
}

void FindRow::say(const QString& text, Tone tone) {
    m_tone = tone;
    m_said->setText(text);
    m_field->setAccessibleDescription(text);
    applyLook();
}

void FindRow::focusField() {
    m_field->setFocus();
    m_field->selectAll();
}

void FindRow::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (event->key() == Qt::Key_Escape) {
        emit closeRequested();
    } else if (enter && (event->modifiers() & Qt::ShiftModifier)) {
        emit previousRequested();
    } else if (enter) {
        emit nextRequested();
    } else {
        QWidget::keyPressEvent(event);
    }
}

void FindRow::applyLook() {
    m_layout->setSpacing(gridUnit(this));
    const Shades shades = shadesOf(palette());
    setTextColor(m_said, palette(), m_tone == Tone::Problem ? shades.danger : shades.dimText);
}

void FindRow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
