// SPDX-License-Identifier: MIT
#include "app/playground_wiring.h"

#include <QAction>

#include "ui/chat_page.h"
#include "ui/composer.h"
#include "ui/inspector/inspector_view.h"
#include "ui/playground/compare_dialog.h"

namespace phidelity {

namespace {

void openComparison(MainWindow& window, ChatController& controller, PlaygroundDesk& desk,
                    const QString& prompt) {
    auto* dialog = new CompareDialog(&window);
    dialog->setPrompt(prompt);
    dialog->setOwnFormats(window.page()->composer()->ownFormats());
    dialog->setSettings(controller.settings());
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    using D = PlaygroundDesk;
    connect(dialog, &CompareDialog::compareRequested, &desk,
            [dialog, &controller, &desk](const CompareWish& wish) {
                desk.compare(wish);
                dialog->setSettings(controller.settings());
            });
    connect(dialog, &CompareDialog::stopRequested, &desk, &D::stop);
    connect(&desk, &D::sideBegan, dialog, &CompareDialog::beginSide);
    connect(&desk, &D::sideWritten, dialog, &CompareDialog::addToSide);
    connect(&desk, &D::sideEnded, dialog, &CompareDialog::endSide);
    connect(&desk, &D::comparisonEnded, dialog, &CompareDialog::end);
    dialog->resize(QSize(900, 640).boundedTo(window.size()));
    dialog->open();
}

/// The token inspector beside the playground: a panel of its own, since what it shows is not the
/// chat's.
void addPlaygroundInspector(MainWindow& window, PlaygroundPage* page, PlaygroundDesk& desk) {
    using P = PlaygroundPage;
    using V = InspectorView;
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    const QString key = QStringLiteral("playgroundInspector");
    auto* panel = new V;
    panel->setObjectName(key);
    panel->setBranchable(true);
    panel->setScoreOffer(ScoreOffer::None);
    auto* toggle = new QAction(MainWindow::tr("Token &Inspector"), &window);
    toggle->setObjectName(QStringLiteral("playActionInspector"));
    toggle->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_I));
    toggle->setCheckable(true);
    window.addPanel(panel, key, MainWindow::tr("Token Inspector"), Qt::RightDockWidgetArea, toggle,
                    {QStringLiteral("playground")});
    connect(panel, &V::shownChanged, page, &P::setTokensWanted);
    connect(panel, &V::currentPicked, page, &P::selectToken);
    connect(panel, &V::branchRequested, page, &P::branchAt);
    connect(page, &P::tokensShown, panel, &V::setTokens);
    connect(page, &P::tokenPointed, panel, &V::setCurrent);
    connect(page, &P::branchAtRequested, &desk, &PlaygroundDesk::branchAt);
    connect(panel, &V::scoreRequested, page, &P::score);
    connect(panel, &V::scoreStopRequested, page, &P::stopRequested);
    connect(page, &P::scoreOffered, panel, &V::setScoreOffer);
    connect(page, &P::statusShown, panel, &V::setStatus);
    connect(page, &P::treeShown, panel, &V::setTree);
    connect(panel, &V::versionRequested, page,
            [page](NodeId branch) { page->showBranch(static_cast<int>(branch)); });
    connect(panel, &V::removeRequested, page,
            [page](NodeId branch) { page->removeBranch(static_cast<int>(branch)); });
    connect(panel, &V::restoreRequested, page,
            [page](NodeId branch) { page->restoreBranch(static_cast<int>(branch)); });
}

} // namespace

PlaygroundPage* addPlayground(MainWindow& window, ChatController& controller,
                              PlaygroundDesk& desk) {
    using P = PlaygroundPage;
    using D = PlaygroundDesk;
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    auto* page = new PlaygroundPage;
    connect(page, &P::edited, &desk, &D::takeEdit);
    connect(page, &P::writeRequested, &desk, &D::write);
    connect(page, &P::stopRequested, &desk, &D::stop);
    connect(page, &P::newPageRequested, &desk, &D::addPage);
    connect(page, &P::closePageRequested, &desk, &D::closePage);
    connect(page, &P::reopenRequested, &desk, &D::reopenPage);
    connect(page, &P::pagesMoved, &desk, &D::movePages);
    connect(page, &P::branchRequested, &desk, &D::showBranch);
    connect(page, &P::forkRequested, &desk, &D::forkPage);
    connect(page, &P::scoreRequested, &desk, &D::score);
    connect(page, &P::removeRequested, &desk, &D::removeBranch);
    connect(page, &P::restoreRequested, &desk, &D::restoreBranch);
    connect(page, &P::restoreLastRequested, &desk, &D::restoreLastBranch);
    connect(&desk, &D::readingChanged, page, &P::setReading);
    connect(&desk, &D::scoringChanged, page, &P::setScoring);
    connect(page, &P::compareRequested, &desk,
            [&window, &controller, &desk](const QString& prompt) {
                openComparison(window, controller, desk, prompt);
            });
    connect(&desk, &D::pagesShown, page, &P::setPages);
    connect(&desk, &D::branchesChanged, page, &P::setBranches);
    connect(&desk, &D::writingBegan, page, &P::beginWriting);
    connect(&desk, &D::written, page, &P::addWritten);
    connect(&desk, &D::samplesBegan, page, &P::beginSamples);
    connect(&desk, &D::sampleWritten, page, &P::addSample);
    connect(&desk, &D::sampleEnded, page, &P::finishSample);
    connect(&desk, &D::busyChanged, page, &P::setBusy);
    connect(&desk, &D::noteShown, page, &P::setNote);
    connect(&desk, &D::noticeRaised, &window, &MainWindow::showNotice);
    connect(&window, &MainWindow::settingsChanged, &desk, &D::setSettings);
    connect(&window, &MainWindow::closing, page, &P::tellEdited);
    connect(&window, &MainWindow::closing, &desk, &D::stop);
    desk.setSettings(controller.settings());
    desk.start();
    window.addPage(page, QStringLiteral("playground"));
    addPlaygroundInspector(window, page, desk);
    return page;
}

} // namespace phidelity
