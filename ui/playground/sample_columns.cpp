// SPDX-License-Identifier: MIT
#include "ui/playground/sample_columns.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/icon.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/play_text.h"
#include "ui/theme.h"

namespace phidelity {

SampleColumns::SampleColumns(QWidget* parent)
    : QWidget(parent), m_heading(new QLabel(tr("Continuations"))), m_close(new QToolButton),
      m_inner(new QWidget), m_row(new QHBoxLayout(m_inner)) {
    setObjectName(QStringLiteral("sampleColumns"));
    m_close->setObjectName(QStringLiteral("samplesClose"));
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setAutoRaise(true);
    m_close->setFocusPolicy(Qt::TabFocus);
    m_close->setToolTip(tr("Hide them; they stay branches of the page"));
    m_close->setAccessibleName(tr("Hide the continuations"));
    connect(m_close, &QToolButton::clicked, this, &SampleColumns::dismissed);
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(m_close);
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("samplesScroll"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidgetResizable(true);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_inner);
    m_row->setContentsMargins(0, 0, 0, 0);
    auto* down = new QVBoxLayout(this);
    down->addLayout(top);
    down->addWidget(scroll, 1);
    applyLook();
}

void SampleColumns::begin(const QList<int>& branches) {
    for (const Column& column : std::as_const(m_columns)) {
        delete column.widget;
    }
    m_columns.clear();
    for (int index = 0; index < branches.size(); ++index) {
        Column column{new QWidget, new PlayEdit(PlayEdit::Room::Column), nullptr, new QLabel};
        column.text = new PlayText(column.widget);
        column.text->setMeasure(m_measure);
        column.edit->setObjectName(QStringLiteral("sample%1").arg(index));
        column.edit->setAccessibleName(tr("Continuation %1").arg(index + 1));
        column.edit->setPlaceholderText({});
        column.edit->setReadOnly(true);
        column.edit->setMinimumHeight(10 * gridUnit(this));
        column.edit->setTabChangesFocus(true);
        column.edit->setText(column.text);
        auto* use = new QPushButton(tr("Go on with this"));
        use->setObjectName(QStringLiteral("useSample%1").arg(index));
        use->setAccessibleName(tr("Go on with continuation %1").arg(index + 1));
        use->setAutoDefault(false);
        connect(use, &QPushButton::clicked, this,
                [this, branch = branches.at(index)] { emit chosen(branch); });
        column.note->setObjectName(QStringLiteral("sampleNote%1").arg(index));
        auto* down = new QVBoxLayout(column.widget);
        down->setContentsMargins(0, 0, 0, 0);
        down->addWidget(column.edit, 1);
        // One below the other: beside the button a narrow column leaves nothing of the note.
        down->addWidget(column.note);
        down->addWidget(use, 0, Qt::AlignLeading);
        column.widget->setMinimumWidth(44 * gridUnit(this));
        m_row->addWidget(column.widget, 1);
        m_columns.append(column);
    }
}

void SampleColumns::add(int column, const QList<TextPiece>& pieces) {
    if (column >= 0 && column < m_columns.size()) {
        QTextCursor cursor(m_columns.at(column).text);
        cursor.movePosition(QTextCursor::End);
        m_columns.at(column).text->insert(cursor, pieces);
    }
}

void SampleColumns::finish(int column, const QString& note) {
    if (column >= 0 && column < m_columns.size()) {
        m_columns.at(column).note->setText(note);
    }
}

void SampleColumns::setMeasure(TokenMeasure measure) {
    m_measure = measure;
    for (const Column& column : std::as_const(m_columns)) {
        column.text->setMeasure(measure);
    }
}

void SampleColumns::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(4 * unit, unit, 4 * unit, unit);
    layout()->setSpacing(unit);
    m_row->setSpacing(3 * unit);
    setMinimumHeight(40 * unit);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_heading->setFont(bold);
}

void SampleColumns::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
