// SPDX-License-Identifier: MIT
#include "ui/page_switch.h"

#include <algorithm>

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QToolButton>

namespace phidelity {

PageSwitch::PageSwitch(QWidget* header) : QWidget(header), m_row(new QHBoxLayout(this)) {
    setObjectName(QStringLiteral("pageSwitch"));
    setAccessibleName(tr("Page"));
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(2);
    header->installEventFilter(this);
    hide();
}

void PageSwitch::add(QAction* action) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setObjectName(action->objectName() + QStringLiteral("Button"));
    const QString name = action->text().remove(u'&');
    button->setAccessibleName(tr("%1 page").arg(name));
    button->setToolTip(
        tr("%1 (%2)").arg(name, action->shortcut().toString(QKeySequence::NativeText)));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::TabFocus);
    button->installEventFilter(this);
    m_row->addWidget(button);
    // Pages come later than what stands behind them.
    setTabOrder(m_buttons.isEmpty() ? this : static_cast<QWidget*>(m_buttons.last()), button);
    m_buttons.append(button);
    setVisible(m_buttons.size() > 1);
    fit();
}

bool PageSwitch::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() &&
        (event->type() == QEvent::Resize || event->type() == QEvent::FontChange)) {
        fit();
    } else if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const auto at = m_buttons.indexOf(static_cast<QToolButton*>(watched));
        if (at >= 0 && (key == Qt::Key_Left || key == Qt::Key_Right)) {
            const bool mirrored = layoutDirection() == Qt::RightToLeft;
            const auto next = at + ((key == Qt::Key_Left) != mirrored ? -1 : 1);
            m_buttons.at(std::clamp<qsizetype>(next, 0, m_buttons.size() - 1))
                ->setFocus(Qt::TabFocusReason);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void PageSwitch::fit() {
    int whole = 0;
    for (QToolButton* button : std::as_const(m_buttons)) {
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        whole += button->sizeHint().width() + m_row->spacing();
    }
    const bool names = whole * 2 <= parentWidget()->width();
    for (QToolButton* button : std::as_const(m_buttons)) {
        button->setToolButtonStyle(names ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
    }
}

} // namespace phidelity
