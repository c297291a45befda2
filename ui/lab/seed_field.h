// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QLineEdit;
class QToolButton;

namespace phidelity {

/// A seed with a lock, which keeps it for the replies to come, and a die, which rolls a new one.
class SeedField : public QWidget {
    Q_OBJECT

public:
    explicit SeedField(QWidget* parent = nullptr);

    void setSeed(quint64 seed, bool locked);
    [[nodiscard]] quint64 seed() const { return m_seed; }
    [[nodiscard]] bool isLocked() const;

signals:
    /// By hand.
    void changed();

private:
    void showLock();

    quint64 m_seed = 1;
    QLineEdit* m_field;
    QToolButton* m_lock;
    QToolButton* m_die;
};

} // namespace phidelity
