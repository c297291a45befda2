// SPDX-License-Identifier: MIT
#pragma once

#include <QPointer>
#include <QWidget>

namespace phidelity {

class FindRow;
class HitCounter;
class MessageModel;
class MessageView;

/// Finds in the conversation that is shown: marks what is typed in all of its messages, counts it
/// and goes from one to the next, round at the ends. Reads messages in slices, so it takes as long
/// as it needs without holding the window.
class ChatFind : public QWidget {
    Q_OBJECT

public:
    /// Neither is owned; the view shows the messages of the model already.
    ChatFind(MessageView* view, const MessageModel* messages, QWidget* parent = nullptr);

    /// Takes the focus, and what is selected in the view as the text.
    void open();
    /// Takes the marks away, selects what was found and gives the focus back. Nothing where it is
    /// closed.
    void close();

public slots:
    /// Opens it where there is nothing to look for yet.
    void findNext();
    void findPrevious();

private:
    /// A hit: the number of its row, and its number in it; {-1, 0} = none.
    struct Place {
        int row = -1;
        int number = 0;
    };
    void typed();
    void step(int by);
    void lookAlong(int direction);
    void look();
    void goTo(Place place);
    void tell();

    MessageView* m_view;
    FindRow* m_row;
    HitCounter* m_counter;
    QPointer<QWidget> m_before; ///< what had the focus
    Place m_shown;
    /// Where the search for the next hit stands, and which way it goes; 0 = none is wanted.
    Place m_at;
    int m_direction = 0;
    int m_rowsLeft = 0;
};

} // namespace phidelity
