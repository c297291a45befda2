// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace phidelity {

/// One line of text, shortened at its end to the width there is; the whole of it is
/// the tip and what a screen reader says.
class ElidedLabel : public QWidget {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    void setText(const QString& text);
    /// In the middle if it is not called; AlignLeading: where lines begin.
    void setAlignment(Qt::Alignment alignment);
    [[nodiscard]] QString text() const { return m_text; }
    /// What is seen of the text.
    [[nodiscard]] QString shownText() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    Qt::Alignment m_alignment = Qt::AlignHCenter;
};

} // namespace phidelity
