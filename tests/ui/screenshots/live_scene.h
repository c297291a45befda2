// SPDX-License-Identifier: MIT
#pragma once

#include "app/code_desk.h"
#include "app/code_inspector.h"
#include "app/code_lab.h"
#include "app/inspector_wiring.h"
#include "app/lab_desk.h"
#include "app/run_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "states.h"
#include "ui/main_window.h"

namespace phidelity::screenshots {

/// The window with the real engine and the demo model, with the panels and the page that live of
/// what the model thinks.
struct LiveScene {
    ChatController controller;
    MainWindow window;
    EngineThread engine;
    LabDesk lab;
    InspectorDesk inspector{&controller};
    InspectorView* inspectorView;
    RunDesk runs{&window};
    CodePage* code;
    CodeDesk coding;
    CodeInspector codeInspector;
    InspectorView* codeInspectorView;
    CodeLab codeLab;

    explicit LiveScene(const QSize& size);
    ~LiveScene();
    /// Gives up after half a minute: the picture shows it.
    static void wait(const std::function<bool()>& until);
    /// A question by the composer; the reply is there when it returns.
    void say(const QString& text);
};

/// A state of that window.
[[nodiscard]] State live(const QString& name, const std::function<void(LiveScene&)>& act);

} // namespace phidelity::screenshots
