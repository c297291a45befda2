// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QPlainTextEdit;

namespace phidelity {

/// Texts at which a reply ends, one a line, with what cannot be seen written as "\n", "\t" and so
/// on (escapedText). A line that means nothing is told below, and nothing is changed meanwhile.
class StopsEditor : public QWidget {
    Q_OBJECT

public:
    explicit StopsEditor(QWidget* parent = nullptr);

    /// What is being typed stays where it means the same.
    void setStops(const QStringList& stops);
    [[nodiscard]] const QStringList& stops() const { return m_stops; }

signals:
    /// By hand.
    void changed();

protected:
    void changeEvent(QEvent* event) override;

private:
    void take();
    void applyLook();

    QStringList m_stops;
    QPlainTextEdit* m_edit;
    QLabel* m_note;
    bool m_wrong = false;
};

} // namespace phidelity
