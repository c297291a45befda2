// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QPlainTextEdit;

namespace phidelity {

/// A list of short texts, one a line, with what cannot be seen written as "\n", "\t" and so on
/// (escapedText). A line that means nothing is told below, and nothing is changed meanwhile.
class LinesEditor : public QWidget {
    Q_OBJECT

public:
    struct Words {
        QString objectName; ///< of the field; of the note below it with "Note" behind
        QString title;      ///< over the field; may be empty
        QString name;       ///< for screen readers
        QString example;    ///< in the empty field
        QString note;       ///< below it, as long as every line means something
    };
    explicit LinesEditor(const Words& words, QWidget* parent = nullptr);

    /// What is being typed stays where it means the same.
    void setTexts(const QStringList& texts);
    [[nodiscard]] const QStringList& texts() const { return m_texts; }

signals:
    /// By hand.
    void changed();

protected:
    void changeEvent(QEvent* event) override;

private:
    void take();
    void applyLook();

    QString m_usualNote;
    QStringList m_texts;
    QPlainTextEdit* m_edit;
    QLabel* m_note;
    bool m_wrong = false;
};

} // namespace phidelity
