// SPDX-License-Identifier: MIT
#pragma once

#include "app/wiring.h"
#include "fake_engine.h"
#include "states.h"
#include "ui/main_window.h"

namespace phidelity::screenshots {

/// Lets everything happen that has been asked for.
void settle();

/// The window with an engine that answers what a state says.
struct Scene {
    ChatController controller;
    MainWindow window;
    FakeEngine engine;

    /// A model is open.
    explicit Scene(const QSize& size);
    /// A question and its whole answer.
    void say(const QString& text, const QString& answer, EndReason reason, const QString& cut = {});
};

/// A state of that window; of a dialog that it opens, the dialog.
[[nodiscard]] State faked(const QString& name, const std::function<void(Scene&)>& act);

/// A short conversation.
void greet(Scene& scene);
/// Once the window has asked for the tokens of what stands there now.
void answerPreviewSoon(Scene& scene, int cached);

} // namespace phidelity::screenshots
