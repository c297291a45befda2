// SPDX-License-Identifier: MIT
#include "ui/page_switch.h"

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
    m_row->addWidget(button);
    m_buttons.append(button);
    setVisible(m_buttons.size() > 1);
    fit();
}

bool PageSwitch::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize || event->type() == QEvent::FontChange) {
        fit();
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

void PageSwitch::keyPressEvent(QKeyEvent* event) {
    const bool back = event->key() == Qt::Key_Left;
    if (!back && event->key() != Qt::Key_Right) {
        QWidget::keyPressEvent(event);
        return;
    }
    for (int at = 0; at < m_buttons.size(); ++at) {
        if (m_buttons.at(at)->hasFocus()) {
            const bool mirrored = layoutDirection() == Qt::RightToLeft;
            const auto next = at + (back != mirrored ? -1 : 1);
            if (next >= 0 && next < m_buttons.size()) {
                m_buttons.at(next)->setFocus(Qt::TabFocusReason);
            }
            return;
        }
    }
}

} // namespace phidelity
