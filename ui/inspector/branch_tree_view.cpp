// SPDX-License-Identifier: MIT
#include "ui/inspector/branch_tree_view.h"

#include <algorithm>

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/theme.h"

namespace phidelity {

namespace {

/// Deeper forks are drawn no further in, or nothing would be left of their texts.
constexpr qsizetype kDeepest = 12;

} // namespace

class BranchTreeView::Delegate : public QStyledItemDelegate {
public:
    explicit Delegate(BranchTreeView* view) : QStyledItemDelegate(view), m_view(view) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {40 * gridUnit(m_view), 2 * option.fontMetrics.height() + 2 * gridUnit(m_view)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const BranchRows::Row& row = m_view->m_rows->at(index.row());
        const Shades shades = shadesOf(option.palette);
        const int unit = gridUnit(m_view);
        const bool hot = option.state.testFlag(QStyle::State_MouseOver);
        const bool ends = index.row() == m_view->m_rows->shownRow();
        const QColor ground = ends ? shades.card : hot ? shades.hover : shades.page;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->fillRect(option.rect, ground);
        const int left = paintRails(*painter, option, index.row());

        const QRect text = option.rect.adjusted(left, unit, -unit, -unit);
        const QRect above(text.left(), text.top(), text.width(), option.fontMetrics.height());
        const QRect below = above.translated(0, option.fontMetrics.height());
        painter->setFont(option.font);
        painter->setPen(readableOn(ground, shades.text));
        const int chance = option.fontMetrics.horizontalAdvance(row.chance) + 2 * unit;
        painter->drawText(above, Qt::AlignRight | Qt::AlignVCenter, row.chance);
        QFont code = codeFont(option.font);
        code.setBold(row.shown);
        painter->setFont(code);
        painter->drawText(
            above.adjusted(0, 0, -chance, 0), Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(code).elidedText(row.text, Qt::ElideRight, above.width() - chance));
        const QFont small = scaledFont(option.font, 0.92);
        painter->setFont(small);
        painter->setPen(readableOn(ground, shades.dimText));
        const QString path = row.path.isEmpty() ? QString() : tr("in all: %1").arg(row.path);
        painter->drawText(below, Qt::AlignRight | Qt::AlignVCenter, path);
        const int pathWidth = QFontMetrics(small).horizontalAdvance(path) + 2 * unit;
        QString versions = row.versions;
        if (ends) {
            versions = tr("%1, shown now").arg(versions);
        }
        painter->drawText(
            below.adjusted(0, 0, -pathWidth, 0), Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(small).elidedText(versions, Qt::ElideRight, below.width() - pathWidth));
        if (index == m_view->currentIndex() && m_view->hasFocus()) {
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(readableOn(ground, shades.accent, 3), 2));
            painter->drawRoundedRect(insideEdge(option.rect, 2), 3, 3);
        }
        painter->restore();
    }

private:
    /// The lines that lead to a row and past it. Returns where its text begins.
    int paintRails(QPainter& painter, const QStyleOptionViewItem& option, int index) const {
        const BranchRows::Row& row = m_view->m_rows->at(index);
        const Shades shades = shadesOf(option.palette);
        const int step = 4 * gridUnit(m_view);
        const QRect rect = option.rect;
        const qsizetype depth = std::min(row.rails.size(), kDeepest);
        const double middle = rect.top() + gridUnit(m_view) + option.fontMetrics.height() / 2.0;
        const auto rail = [&](qsizetype at) {
            return rect.left() + (static_cast<double>(at) + 0.5) * step;
        };
        painter.setPen(QPen(mixed(shades.page, shades.text, 0.45), 1.5));
        // A rail stands under the dot of the segment whose ways it leads to.
        for (qsizetype at = 0; at + 1 < depth; ++at) {
            if (row.rails.at(at + 1)) {
                painter.drawLine(QPointF(rail(at), rect.top()),
                                 QPointF(rail(at), rect.bottom() + 1));
            }
        }
        if (depth > 0) {
            const double x = rail(depth - 1);
            painter.drawLine(QPointF(x, rect.top()),
                             QPointF(x, row.last ? middle : rect.bottom() + 1.0));
            painter.drawLine(QPointF(x, middle), QPointF(rail(depth), middle));
        }
        if (goesOn(index)) {
            painter.drawLine(QPointF(rail(depth), middle), QPointF(rail(depth), rect.bottom() + 1));
        }
        painter.setPen(QPen(row.shown ? shades.accent : mixed(shades.page, shades.text, 0.6), 1.5));
        painter.setBrush(row.shown ? shades.accent : shades.page);
        const double radius = gridUnit(m_view);
        painter.drawEllipse(QPointF(rail(depth), middle), radius, radius);
        return static_cast<int>(depth + 1) * step + gridUnit(m_view) / 2;
    }

    /// Whether ways lead on from a row: the next one is deeper.
    [[nodiscard]] bool goesOn(int row) const {
        const BranchRows* rows = m_view->m_rows;
        return row + 1 < rows->rowCount() &&
               rows->at(row + 1).rails.size() > rows->at(row).rails.size();
    }

    BranchTreeView* m_view;
};

BranchTreeView::BranchTreeView(QWidget* parent) : QListView(parent), m_rows(new BranchRows(this)) {
    setObjectName(QStringLiteral("branchTree"));
    setAccessibleName(tr("Ways that were tried"));
    setAccessibleDescription(tr("Enter on one shows it, Delete takes it away."));
    setModel(m_rows);
    setItemDelegate(new Delegate(this));
    setMouseTracking(true);
    setUniformItemSizes(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    connect(this, &QAbstractItemView::clicked, this, &BranchTreeView::choose);
}

void BranchTreeView::setTree(const BranchTree& tree) {
    const bool walks = hasFocus();
    const int before = currentIndex().row();
    m_rows->setTree(tree);
    const int shown = m_rows->shownRow();
    if (shown >= 0) {
        scrollTo(m_rows->index(shown));
    }
    if (walks && m_rows->rowCount() > 0) {
        setCurrentIndex(m_rows->index(std::clamp(before, 0, m_rows->rowCount() - 1)));
    }
}

void BranchTreeView::choose(const QModelIndex& index) {
    if (index.isValid()) {
        emit versionChosen(m_rows->at(index.row()).target);
    }
}

void BranchTreeView::remove(const QModelIndex& index) {
    if (index.isValid() && m_rows->at(index.row()).ends != 0) {
        emit removeChosen(m_rows->at(index.row()).ends);
    }
}

void BranchTreeView::contextMenuEvent(QContextMenuEvent* event) {
    // By the key it is about the row that is walked.
    const QModelIndex index =
        event->reason() == QContextMenuEvent::Keyboard ? currentIndex() : indexAt(event->pos());
    if (!index.isValid()) {
        return;
    }
    QMenu menu(this);
    menu.setObjectName(QStringLiteral("branchMenu"));
    menu.addAction(tr("Show"), this, [this, index] { choose(index); });
    QAction* gone = menu.addAction(tr("Delete"), this, [this, index] { remove(index); });
    gone->setShortcut(QKeySequence(Qt::Key_Delete));
    gone->setVisible(m_rows->at(index.row()).ends != 0);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu.exec(byKey ? viewport()->mapToGlobal(visualRect(index).bottomLeft()) : event->globalPos());
}

void BranchTreeView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        choose(currentIndex());
        return;
    }
    if (event->key() == Qt::Key_Delete) {
        remove(currentIndex());
        return;
    }
    if (!event->text().isEmpty() && event->text().front().isPrint()) {
        event->ignore();
        return;
    }
    QListView::keyPressEvent(event);
}

void BranchTreeView::focusInEvent(QFocusEvent* event) {
    QListView::focusInEvent(event);
    if (!currentIndex().isValid() && m_rows->rowCount() > 0) {
        setCurrentIndex(m_rows->index(std::max(0, m_rows->shownRow())));
    }
    viewport()->update();
}

} // namespace phidelity
