// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QAction;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace phidelity {

class DiffView;
class MessageModel;
class MessageView;
struct ShownChange;

/// What the model answers to a command, beside the code: rendered text, or changes to be taken.
/// Values in; what can be done is in the actions that it is given. GUI thread.
class AnswerPane : public QWidget {
    Q_OBJECT

public:
    /// Shown as buttons, in the order of use. Not owned.
    struct Actions {
        QAction* previous = nullptr;
        QAction* next = nullptr;
        QAction* take = nullptr;
        QAction* takeAll = nullptr;
        QAction* again = nullptr;
        QAction* stop = nullptr;
        QAction* close = nullptr;
    };
    explicit AnswerPane(const Actions& actions, QWidget* parent = nullptr);

    /// Empty again: "Docstring · x.py, lines 3 to 9".
    void begin(const QString& title, const QString& author);
    /// What is going on or has become of it; a problem is told apart by its colour and a sign.
    enum class Tone { Plain, Problem };
    void say(const QString& sentence, Tone tone = Tone::Plain);
    /// What the model was not shown; empty for nothing.
    void setLeftOut(const QString& sentence);
    /// All that there is of it by now.
    void showText(const QString& text, bool whole);
    void showChanges(const QList<ShownChange>& changes);
    [[nodiscard]] DiffView* diff() const { return m_diff; }
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QString sentence() const;
    /// Puts the focus on what is shown.
    void focusAnswer();

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    static QToolButton* button(QAction* action, const char* name, Qt::ToolButtonStyle style);
    void applyLook();

    QLabel* m_title;
    QLabel* m_sentence;
    QLabel* m_leftOut;
    QStackedWidget* m_stack;
    QLabel* m_nothing; ///< shown as long as nothing has come
    MessageModel* m_model;
    MessageView* m_view;
    DiffView* m_diff;
    QWidget* m_foot;
    Tone m_tone = Tone::Plain;
    QString m_author;
    QString m_text;
};

} // namespace phidelity
