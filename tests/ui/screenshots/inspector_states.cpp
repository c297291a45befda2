// SPDX-License-Identifier: MIT
// The token inspector beside the chat.
#include <QComboBox>
#include <QTabWidget>

#include "live_scene.h"
#include "states.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_chips.h"

namespace phidelity::screenshots {

namespace {

const QString kPanel = QStringLiteral("inspector");

TokenChips* chips(LiveScene& scene) {
    return scene.inspectorView->findChild<TokenChips*>();
}

bool isKnown(LiveScene& scene) {
    const QList<TokenDetail>& tokens = chips(scene)->tokens()->tokens();
    return !tokens.isEmpty() && !tokens.last().top.isEmpty();
}

/// A reply with all that is known of its tokens.
void ask(LiveScene& scene) {
    scene.window.showPanel(kPanel);
    scene.say(QStringLiteral("What is a prime number?"));
    LiveScene::wait([&] { return isKnown(scene); });
}

void colour(LiveScene& scene, int measure) {
    scene.inspectorView->findChild<QComboBox*>(QStringLiteral("tokenMeasure"))
        ->setCurrentIndex(measure);
}

} // namespace

QList<State> inspectorStates() {
    return {
        live(QStringLiteral("inspector-empty"),
             [](LiveScene& scene) { scene.window.showPanel(kPanel); }),
        live(QStringLiteral("inspector-reply"),
             [](LiveScene& scene) {
                 ask(scene);
                 colour(scene, 1);
                 chips(scene)->setCurrentIndex(chips(scene)->model()->index(5, 0));
             }),
        live(QStringLiteral("inspector-tree"),
             [](LiveScene& scene) {
                 ask(scene);
                 colour(scene, 2);
                 for (const int token : {2, 4}) {
                     const TokenDetail detail = chips(scene)->tokens()->tokens().at(token);
                     scene.inspector.branch(token, detail.top.at(1).id);
                     LiveScene::wait([&] { return scene.controller.writing().node == 0; });
                     LiveScene::wait([&] { return isKnown(scene); });
                 }
                 scene.inspectorView->findChild<QTabWidget*>(QStringLiteral("inspectorTabs"))
                     ->setCurrentIndex(1);
             }),
        live(QStringLiteral("inspector-typed"),
             [](LiveScene& scene) {
                 ask(scene);
                 scene.inspector.inspect(0, 3);
             }),
        live(QStringLiteral("inspector-fault"),
             [](LiveScene& scene) {
                 ask(scene);
                 scene.inspectorView->setStatus(QStringLiteral(
                     "The text is longer than the context of the model, 2,048 tokens."));
             }),
    };
}

} // namespace phidelity::screenshots
