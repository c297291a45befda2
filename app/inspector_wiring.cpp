// SPDX-License-Identifier: MIT
#include "app/inspector_wiring.h"

#include <QAction>

#include "ui/chat_page.h"
#include "ui/inspector/inspector_view.h"
#include "ui/main_window.h"
#include "ui/message_view.h"

namespace phidelity {

InspectorView* addInspector(MainWindow& window, InspectorDesk& desk) {
    using D = InspectorDesk;
    using V = InspectorView;
    using M = MessageView;
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    const QString key = QStringLiteral("inspector");

    auto* panel = new V;
    auto* toggle = new QAction(MainWindow::tr("Token &Inspector"), &window);
    toggle->setObjectName(QStringLiteral("actionInspector"));
    toggle->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_I));
    toggle->setCheckable(true);
    window.addPanel(panel, key, MainWindow::tr("Token Inspector"), Qt::RightDockWidgetArea, toggle,
                    {QStringLiteral("chat")});
    MessageView* chat = window.page()->view();
    chat->setInspectOffered(true);

    connect(panel, &V::shownChanged, chat, &M::setInspecting);
    connect(panel, &V::shownChanged, &desk, &D::setOpen);
    // By its shortcut it begins where something is selected.
    connect(toggle, &QAction::triggered, &desk, [&desk, chat](bool shown) {
        if (const auto [row, offset] = chat->selectionBegin(); shown && row >= 0) {
            desk.inspect(row, offset);
        }
    });
    connect(&desk, &D::wanted, panel, [&window, panel, key] {
        if (!panel->isVisible()) {
            window.showPanel(key);
        }
        panel->focusTokens();
    });
    connect(chat, &M::inspectRequested, &desk, &D::inspect);
    connect(chat, &M::textPointed, &desk, &D::point);
    connect(chat, &M::textHovered, &desk, &D::hoverText);
    connect(&desk, &D::tokenMarked, chat, &M::markToken);
    connect(&desk, &D::hotTokenMarked, chat, &M::markHotToken);

    connect(panel, &V::currentPicked, &desk, &D::setCurrent);
    connect(panel, &V::tokenHovered, &desk, &D::hoverToken);
    connect(panel, &V::branchRequested, &desk, &D::branch);
    connect(panel, &V::versionRequested, &desk, &D::showVersion);
    connect(panel, &V::scoreRequested, &desk, &D::score);
    connect(panel, &V::scoreStopRequested, &desk, &D::stopScore);
    connect(&desk, &D::tokensShown, panel, &V::setTokens);
    connect(&desk, &D::tokensAdded, panel, &V::addTokens);
    connect(&desk, &D::currentShown, panel, &V::setCurrent);
    connect(&desk, &D::hoveredShown, panel, &V::setHovered);
    connect(&desk, &D::headingShown, panel, &V::setHeading);
    connect(&desk, &D::statusShown, panel, &V::setStatus);
    connect(&desk, &D::scoreOffered, panel, &V::setScoreOffer);
    connect(&desk, &D::branchableShown, panel, &V::setBranchable);
    connect(&desk, &D::treeShown, panel, &V::setTree);
    return panel;
}

} // namespace phidelity
