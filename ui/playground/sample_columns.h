// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "playground/play_page.h"
#include "ui/inspector/token_scale.h"

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace phidelity {

/// Continuations that are written side by side, each in a column of its own. Each is a branch of
/// the page already; a button goes on with one.
class SampleColumns : public QWidget {
    Q_OBJECT

public:
    explicit SampleColumns(QWidget* parent = nullptr);

    /// `branches`: the branch of each column.
    void begin(const QList<int>& branches);
    void add(int column, const QList<TextPiece>& pieces);
    /// How it ended: a few words.
    void finish(int column, const QString& note);
    void setMeasure(TokenMeasure measure);
    [[nodiscard]] int count() const { return static_cast<int>(m_columns.size()); }

signals:
    void chosen(int branch);
    void dismissed();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Column {
        QWidget* widget;
        class PlayEdit* edit;
        class PlayText* text;
        QLabel* note;
    };
    void applyLook();

    QList<Column> m_columns;
    TokenMeasure m_measure = TokenMeasure::None;
    QLabel* m_heading;
    QToolButton* m_close;
    QWidget* m_inner;
    QHBoxLayout* m_row;
};

} // namespace phidelity
