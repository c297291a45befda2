// SPDX-License-Identifier: MIT
#pragma once

#include <QFrame>

class QAbstractButton;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace phidelity {

/// A sentence over the page that asks for nothing: what went wrong and what can be done. It can be
/// dismissed, and its details opened.
class NoticeBar : public QFrame {
    Q_OBJECT

public:
    explicit NoticeBar(QWidget* parent = nullptr);

    /// Replaces what was shown. An empty `detail` has no button.
    void showNotice(const QString& sentence, const QString& detail);
    /// Adds a button to the notice that is shown, for the caller to connect; it is gone with the
    /// notice.
    QAbstractButton* offer(const QString& action);
    [[nodiscard]] QString sentence() const;

public slots:
    void dismiss();

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void applyLook();
    void clearOffers();

    QLabel* m_symbol;
    QLabel* m_sentence;
    QLabel* m_detail;
    QVBoxLayout* m_offers;
    QToolButton* m_more;
    QToolButton* m_close;
};

} // namespace phidelity
