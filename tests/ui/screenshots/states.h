// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include <QList>
#include <QSize>
#include <QString>

class QWidget;

namespace phidelity::screenshots {

/// Keeps a picture of what it is given.
using Take = std::function<void(QWidget*)>;

/// A state of the window to be looked at. `draw` makes a window of this size in that state and
/// hands to `take` what is to be seen of it.
struct State {
    QString name; ///< begins with the page or panel that it shows
    std::function<void(const QSize& size, const Take& take)> draw;
};

// One function a file: a new state goes to its page.
[[nodiscard]] QList<State> askedStates();
[[nodiscard]] QList<State> chatStates();
[[nodiscard]] QList<State> textStates();
[[nodiscard]] QList<State> dialogStates();
[[nodiscard]] QList<State> playgroundStates();
[[nodiscard]] QList<State> playgroundLiveStates();
[[nodiscard]] QList<State> labStates();
[[nodiscard]] QList<State> inspectorStates();
[[nodiscard]] QList<State> codeStates();
[[nodiscard]] QList<State> codeCommandStates();

} // namespace phidelity::screenshots
