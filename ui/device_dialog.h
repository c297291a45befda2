// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "engine/messages.h"

class QButtonGroup;
class QCheckBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace phidelity {

/// Lists the devices of this machine, each with what it has room for or why it cannot be used, and
/// lets one be picked, or "Automatic", and the processor be allowed to help out. Shows values,
/// tells the pick; decides nothing.
class DeviceDialog : public QDialog {
    Q_OBJECT

public:
    explicit DeviceDialog(QWidget* window);

    /// `pick`: what is in force. A pick that the user has changed meanwhile stays.
    void setDevices(const DevicesListed& list, const DevicePick& pick);

signals:
    void chosen(const phidelity::DevicePick& pick);

protected:
    /// Enter on an entry uses it, whatever the desktop makes of Enter on a button.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addEntry(const DevicePick& pick, const QString& title, const QStringList& lines,
                  bool usable);
    void applyPick();

    QLabel* m_waiting;
    QVBoxLayout* m_entries;
    QButtonGroup* m_group;
    QList<DevicePick> m_picks; ///< by button id
    QCheckBox* m_share;
    bool m_filled = false; ///< devices were shown before
    QPushButton* m_use;
};

} // namespace phidelity
