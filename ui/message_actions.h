// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace phidelity {

/// The small buttons of a message. Which of them make sense is for the caller to say.
class MessageActions : public QWidget {
    Q_OBJECT

public:
    explicit MessageActions(QWidget* parent = nullptr);

    struct Offer {
        bool copy = true;
        bool regenerate = false;
        bool goOn = false;
        bool edit = false;
        bool branch = false;
        int version = 1;
        int versions = 1;
        bool operator==(const Offer&) const = default;
    };
    void setOffer(const Offer& offer);

    int row = -1; ///< the message that the buttons belong to

public slots:
    /// A tick instead of the copy symbol, for a moment.
    void showCopied();

signals:
    void copyRequested(int row);
    void regenerateRequested(int row);
    void continueRequested();
    void editRequested(int row);
    void branchRequested(int row);
    void versionRequested(int row, int version);

private:
    QToolButton* addButton(const char* name, const QString& symbol, const QString& text);

    Offer m_offer;
    QToolButton* m_copy;
    QToolButton* m_edit;
    QToolButton* m_branch;
    QToolButton* m_regenerate;
    QToolButton* m_continue;
    QToolButton* m_previous;
    QLabel* m_version;
    QToolButton* m_next;
};

} // namespace phidelity
