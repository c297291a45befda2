// SPDX-License-Identifier: MIT
#include "ui/panel_dock.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

PanelDock::PanelDock(QWidget* content, const QString& key, const QString& title)
    : QDockWidget(title), m_line(new QWidget), m_name(new QLabel(title)) {
    setObjectName(QStringLiteral("panel.%1").arg(key));
    setAccessibleName(title);
    setWidget(content);
    m_line->setObjectName(QStringLiteral("panelLine"));
    auto* across = new QHBoxLayout(m_line);
    across->addWidget(m_name, 1);
    m_float = addButton("panelFloat", QStringLiteral("float"), {});
    QToolButton* hide = addButton("panelHide", QStringLiteral("close"), tr("Hide %1").arg(title));
    connect(m_float, &QToolButton::clicked, this, [this] { setFloating(!isFloating()); });
    connect(hide, &QToolButton::clicked, this, &PanelDock::closeRequested);
    connect(this, &QDockWidget::topLevelChanged, this, &PanelDock::showFloating);
    setTitleBarWidget(m_line);
    showFloating(false);
    applyLook();
}

QToolButton* PanelDock::addButton(const char* name, const QString& symbol, const QString& tip) {
    auto* button = new QToolButton;
    button->setObjectName(QLatin1String(name));
    button->setIcon(icon(symbol));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    m_line->layout()->addWidget(button);
    return button;
}

void PanelDock::showFloating(bool floating) {
    const QString tip =
        floating ? tr("Put %1 back").arg(windowTitle()) : tr("Let %1 float").arg(windowTitle());
    m_float->setToolTip(tip);
    m_float->setAccessibleName(tip);
}

QSize PanelDock::sizeHint() const {
    return {minimumSizeHint().width(), QDockWidget::sizeHint().height()};
}

QSize PanelDock::dockedSize() const {
    return m_docked.isValid() ? m_docked.expandedTo(minimumSizeHint()) : sizeHint();
}

void PanelDock::closeEvent(QCloseEvent* event) {
    event->ignore();
    emit closeRequested();
}

void PanelDock::resizeEvent(QResizeEvent* event) {
    QDockWidget::resizeEvent(event);
    if (isVisible() && !isFloating()) {
        m_docked = size();
    }
}

void PanelDock::applyLook() {
    const int unit = gridUnit(this);
    m_line->layout()->setContentsMargins(4 * unit, unit, 2 * unit, 0);
    m_line->layout()->setSpacing(0);
    QFont font = this->font();
    font.setWeight(QFont::DemiBold);
    m_name->setFont(font);
}

void PanelDock::changeEvent(QEvent* event) {
    QDockWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
