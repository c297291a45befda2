// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <QAbstractScrollArea>
#include <QBasicTimer>

#include "ui/message_look.h"
#include "ui/message_row.h"

class QLabel;
class QMenu;
class QToolButton;

namespace phidelity {

class MessageActions;
class MessageModel;

/// Shows the messages of a MessageModel. Only what is visible is laid out; appending to the last
/// message lays out its last block again and nothing else. It follows the end until the user
/// scrolls up, and then keeps what is read where it is. Text can be selected across messages and
/// copied while more arrives.
class MessageView : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit MessageView(QWidget* parent = nullptr);
    ~MessageView() override;

    /// Not owned; must outlive the view.
    void setModel(MessageModel* model);

    [[nodiscard]] bool isFollowing() const { return m_following; }
    [[nodiscard]] QString selectedText() const;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// What is read: the first row in sight and how far into it, such as 3.5; -1 = at the end.
    [[nodiscard]] double place() const;
    /// Says at once what placeChanged would say in a moment.
    void tellPlace();
    /// Where a row is, in viewport coordinates.
    [[nodiscard]] QRect rowRect(int row) const;
    /// How often what is looked for (setHits, setFind) stands in a message, as it is shown and in
    /// what was cut off it. Costs reading the message once where it has not been seen.
    [[nodiscard]] int hitCount(int row) const;
    /// Where one goes on to look for hits: a row, and the number of the first hit in it that does
    /// not stand before the one that is shown, or where none is, above what is seen.
    [[nodiscard]] std::pair<int, int> findFrom();
    /// Where a link of the text is, in viewport coordinates; empty where there is no such link or
    /// it has not been laid out. Links are counted from 0 over those of the message that open.
    [[nodiscard]] QRect linkRect(int row, int number);

    /// Whether messages can be edited, branched and written again; on at first. Without, they are
    /// only read and copied.
    void setActionsOffered(bool offered) { m_actionsOffered = offered; }
    /// Whether the menu of a message offers to inspect its tokens; off at first.
    void setInspectOffered(bool offered) { m_inspectOffered = offered; }
    /// Whether textPointed and textHovered are wanted; off at first.
    void setInspecting(bool inspecting);
    /// Where a stretch of a message's text is shown, in viewport coordinates; empty where nothing
    /// of it is.
    [[nodiscard]] QRect textRect(int row, qsizetype from, qsizetype to);
    /// Where the selection begins: a row and a character of its message's text; {-1, -1} = there is
    /// none.
    [[nodiscard]] std::pair<int, qsizetype> selectionBegin();

    /// Whether the menu of a reply offers to replay it; off at first.
    void setReplayOffered(bool offered) { m_replayOffered = offered; }
    /// Whether Python code has a button that runs it; off at first.
    void setRunOffered(bool offered);
    /// Whether arithmetic in replies is marked; on at first. The marks are no part of the text.
    void setArithmeticChecked(bool checked);
    /// What is shown under a piece of code of a message (see runRequested), if it still is `text`.
    void setCodeNote(int row, qsizetype code, const QString& text, const CodeNote& note);
    /// Where the run button of the code number `number` (from 0) of a row is, in viewport
    /// coordinates; empty for none.
    [[nodiscard]] QRect runButtonRect(int row, int number);
    /// The status line under that code; empty for none.
    [[nodiscard]] QString codeNoteText(int row, int number);
    /// The marks of a message, in the blocks that have been seen.
    [[nodiscard]] QList<ArithmeticMark> checks(int row);
    /// Where a mark is, in viewport coordinates.
    [[nodiscard]] QRect checkRect(int row, qsizetype block, qsizetype number);

public slots:
    void jumpToLatest();
    void setPlace(double place);
    /// Scrolls so that the row begins at the top.
    void showRow(int row);
    /// The selected text.
    void copy();
    void selectAll();
    /// The code block that was written last.
    void copyLastCode();
    void copyMessage(int row);
    /// Shows or hides what was cut off the last message.
    void toggleCut();
    /// Marks the words of a search in all messages, "a phrase" as one; empty takes the marks away.
    void setHits(const QString& text);
    /// Marks this instead, until it is empty.
    void setFind(const phidelity::HitQuery& query);
    /// Scrolls to one of the hits in a message (from 0, see hitCount) and marks it more strongly;
    /// what is folded is unfolded for it. To the message where it has none.
    void showHit(int row, int number);
    /// Selects the hit that was shown, which is then like the others.
    void selectShownHit();
    /// Marks the characters of a message's text that a token is made of, and brings them into
    /// sight; row -1: none.
    void markToken(int row, qsizetype from, qsizetype to);
    /// Likewise, more weakly and where it stands, what is pointed at elsewhere.
    void markHotToken(int row, qsizetype from, qsizetype to);

signals:
    /// The tokens of this message, at this character of its text; -1 = at none in particular.
    void inspectRequested(int row, qsizetype offset);
    /// A character was clicked or is pointed at; {-1, -1}: none is.
    void textPointed(int row, qsizetype offset);
    void textHovered(int row, qsizetype offset);
    /// Text that was typed here, where none can be written.
    void typed(const QString& text);
    void followingChanged(bool following);
    /// The user has clicked a link, having been shown this address (http, https or mailto).
    void linkActivated(const QUrl& address);
    /// A moment after the user scrolled.
    void placeChanged(double place);
    void regenerateRequested(int row);
    void replayRequested(int row);
    /// To run the code that begins with this block of the message.
    void runRequested(int row, qsizetype code, const QString& text);
    void continueRequested();
    void editRequested(int row);
    void branchRequested(int row);
    /// Which of the messages that stand in this place is wanted, from 1.
    void versionRequested(int row, int version);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void changeEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    static constexpr int kPlaceMs = 500;
    struct Position {
        int row = -1;
        BlockPosition in;
        auto operator<=>(const Position&) const = default;
    };
    /// What stays where it is when heights change above it.
    struct Anchor {
        int row = 0;
        qsizetype block = 0;
        int offset = 0; ///< from the top of the block to the top of the viewport
    };
    struct Item {
        std::unique_ptr<MessageRow> row;
        int height = 0;
    };

    void rebuild();
    void rowsInserted(int first, int last);
    void rowsRemoved(int first, int last);
    void rowsChanged(int first, int last, const QList<int>& roles);
    void lookChanged();
    void measureColumn();
    MessageRow& rowAt(int row);
    [[nodiscard]] int count() const { return static_cast<int>(m_items.size()); }
    int rowTop(int row) const;
    [[nodiscard]] int rowAtY(int y) const;
    [[nodiscard]] int contentHeight() const;
    void heightChanged(int row);
    void relayout();
    bool ensureVisible(int scroll);
    [[nodiscard]] int wantedScroll();
    void takeAnchor(int scroll);
    void releaseFarRows(int firstVisible, int lastVisible);
    void setFollowing(bool following);
    void placeActions();
    void updateTimer();

    [[nodiscard]] QPoint toRow(int row, QPoint viewportPoint) const;
    [[nodiscard]] Position positionAt(QPoint viewportPoint);
    [[nodiscard]] std::optional<MessageLayout::Selection> selectionIn(int row) const;
    void updateHover(QPoint point);
    void updateTip(int row, const MessageRow::Hit& hit, QPoint point);
    void fillMenu(QMenu& menu, int row, const MessageRow::Hit& hit);
    void showAddress(int row, MessageLayout::LinkPlace link);
    void hideAddress();
    void openLink(int row, MessageLayout::LinkPlace link);
    [[nodiscard]] QString addressOf(int row, MessageLayout::LinkPlace link) const;
    [[nodiscard]] MessageLayout::Marks marksIn(int row) const;
    void copyText(const QString& text) const;
    struct TokenMark {
        int row = -1;
        qsizetype from = 0;
        qsizetype to = 0;
        bool operator==(const TokenMark&) const = default;
    };
    [[nodiscard]] qsizetype sourceOf(const Position& position);
    [[nodiscard]] std::optional<MessageLayout::Selection> shownPart(const TokenMark& mark) const;
    [[nodiscard]] Position characterAt(QPoint viewportPoint);
    void tellHovered(QPoint point);
    void inspectAt(const Position& position);

    MessageModel* m_model = nullptr;
    MessageLook m_look;
    std::vector<Item> m_items;
    mutable std::vector<int> m_tops;
    mutable size_t m_validTops = 0;
    int m_columnLeft = 0;
    int m_columnWidth = 0;
    bool m_following = true;
    bool m_actionsOffered = true;
    bool m_replayOffered = false;
    bool m_runOffered = false;
    bool m_arithmeticChecked = true;
    bool m_inspectOffered = false;
    bool m_inspecting = false;
    TokenMark m_token;
    TokenMark m_hotToken;
    Position m_hovered;      ///< as textHovered said last
    Position m_menuPosition; ///< where the menu was asked for
    bool m_inRelayout = false;
    Anchor m_anchor;
    int m_scroll = 0; ///< what is shown, in content coordinates

    Position m_selectionStart;
    Position m_selectionEnd;
    bool m_selecting = false;
    QBasicTimer m_autoScroll;
    QBasicTimer m_placeTimer; ///< runs while a new place has not been told
    QPoint m_dragPoint;
    QPoint m_hoverPoint{-1, -1}; ///< where the pointer was last
    int m_hotRow = -1;
    MessageRow::Hit m_hot;
    /// The link whose address is shown; only that one opens.
    int m_shownRow = -1;
    MessageLayout::LinkPlace m_shownLink;
    MessageRow::Hit m_pressed;
    /// The link that the keyboard acts on.
    int m_focusRow = -1;
    MessageLayout::LinkPlace m_focusLink;

    [[nodiscard]] const HitQuery& hitQuery() const { return m_find.isEmpty() ? m_words : m_find; }
    HitQuery m_words; ///< of a search
    HitQuery m_find;
    int m_hitRow = -1;
    MessageRow::TextHit m_hit;

    QBasicTimer m_dots;
    int m_phase = 0;
    MessageActions* m_lastActions;  ///< always there for the last reply
    MessageActions* m_hoverActions; ///< for the message under the pointer
    QToolButton* m_jump;
    QLabel* m_address; ///< where the link under the pointer leads
};

} // namespace phidelity
