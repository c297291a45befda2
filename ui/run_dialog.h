// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

class QCheckBox;

namespace phidelity {

/// Asks whether a piece of code may run, and shows it. Cancel is the default.
class RunDialog : public QDialog {
    Q_OBJECT

public:
    explicit RunDialog(const QString& code, QWidget* parent = nullptr);

    /// Whether it is not to be asked again.
    [[nodiscard]] bool dontAskAgain() const;

private:
    QCheckBox* m_always;
};

} // namespace phidelity
