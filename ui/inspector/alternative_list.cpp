// SPDX-License-Identifier: MIT
#include "ui/inspector/alternative_list.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/inspector/token_words.h"
#include "ui/theme.h"

namespace phidelity {

// ---- Model

int AlternativeModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant AlternativeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_rows.size()) {
        return {};
    }
    const Row& row = m_rows.at(index.row());
    const QString label = tokenLabel(row.bytes);
    const QString chance = probabilityWords(std::exp(static_cast<double>(row.logprob)));
    if (role == Qt::DisplayRole) {
        return label;
    }
    if (role == Qt::AccessibleTextRole) {
        const QString words = tr("“%1”, %2, %3").arg(label, chance, choiceWords(row.rank));
        return row.chosen ? tr("%1: this one stands in the text").arg(words) : words;
    }
    if (role == Qt::ToolTipRole) {
        return tr("Token %1, log-probability %2")
            .arg(QString::number(row.id),
                 QLocale().toString(static_cast<double>(row.logprob), 'f', 3));
    }
    return {};
}

void AlternativeModel::setToken(const TokenDetail& token) {
    beginResetModel();
    m_rows.clear();
    bool found = false;
    for (const TokenAlternative& other : token.top) {
        const bool chosen = other.id == token.id;
        found = found || chosen;
        m_rows.append(
            {other.id, other.bytes, other.logprob, static_cast<int>(m_rows.size()), chosen});
    }
    if (!found && !m_rows.isEmpty() && !std::isnan(token.logprob)) {
        m_rows.append({token.id, token.bytes, token.logprob, token.rank, true});
    }
    endResetModel();
}

// ---- View

class AlternativeList::Delegate : public QStyledItemDelegate {
public:
    explicit Delegate(AlternativeList* view) : QStyledItemDelegate(view), m_view(view) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {40 * gridUnit(m_view),
                option.fontMetrics.height() + gridUnit(m_view) + gridUnit(m_view) / 2};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const AlternativeModel::Row& row = m_view->m_alternatives->at(index.row());
        const Shades shades = shadesOf(option.palette);
        const int unit = gridUnit(m_view);
        const QRect rect = option.rect.adjusted(unit, 0, -unit, 0);
        const bool current = index == m_view->currentIndex() && m_view->hasFocus();
        const bool hot =
            option.state.testFlag(QStyle::State_MouseOver) && m_view->m_branchable && !row.chosen;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (hot) {
            painter->fillRect(option.rect, shades.hover);
        }
        const QColor ground = hot ? shades.hover : shades.page;
        const QString chance = probabilityWords(std::exp(static_cast<double>(row.logprob)));
        const int chanceWidth = option.fontMetrics.horizontalAdvance(tr("1 in 999,000")) + unit;
        const int rankWidth = option.fontMetrics.horizontalAdvance(QStringLiteral("000")) + unit;
        const QRect rank(rect.left(), rect.top(), rankWidth, rect.height());
        const int room = rect.width() - rankWidth - chanceWidth - 2 * unit;
        const QRect label(rank.right() + unit, rect.top(), room / 2, rect.height());
        const QRect bar(label.right() + unit, rect.top(), room - room / 2, rect.height());

        painter->setFont(option.font);
        painter->setPen(readableOn(ground, shades.dimText));
        painter->drawText(rank, Qt::AlignRight | Qt::AlignVCenter,
                          row.rank < 0     ? QString()
                          : row.rank < 999 ? QLocale().toString(row.rank + 1)
                                           : QStringLiteral("…"));
        QFont code = codeFont(option.font);
        code.setBold(row.chosen);
        painter->setFont(code);
        painter->setPen(readableOn(ground, row.chosen || hot ? shades.accent : shades.text));
        painter->drawText(
            label, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(code).elidedText(index.data().toString(), Qt::ElideMiddle, label.width()));
        const double share = std::exp(static_cast<double>(row.logprob));
        const int thick = std::max(3, unit + unit / 2);
        const QRectF groove(bar.left(), bar.center().y() - thick / 2.0, bar.width(), thick);
        painter->setPen(Qt::NoPen);
        painter->setBrush(mixed(ground, shades.text, 0.1));
        painter->drawRoundedRect(groove, thick / 2.0, thick / 2.0);
        painter->setBrush(row.chosen ? shades.accent : mixed(ground, shades.text, 0.55));
        const double length = std::max(share > 0 ? 2.0 : 0.0, groove.width() * share);
        painter->drawRoundedRect(QRectF(groove.topLeft(), QSizeF(length, thick)), thick / 2.0,
                                 thick / 2.0);
        painter->setFont(option.font);
        painter->setPen(readableOn(ground, shades.text));
        painter->drawText(rect, Qt::AlignRight | Qt::AlignVCenter, chance);
        if (current) {
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(shades.accent, 2));
            painter->drawRoundedRect(insideEdge(option.rect, 2), 3, 3);
        }
        painter->restore();
    }

private:
    AlternativeList* m_view;
};

AlternativeList::AlternativeList(QWidget* parent)
    : QListView(parent), m_alternatives(new AlternativeModel(this)) {
    setObjectName(QStringLiteral("alternatives"));
    setAccessibleName(tr("What else could have come here"));
    setModel(m_alternatives);
    setItemDelegate(new Delegate(this));
    setMouseTracking(true);
    setUniformItemSizes(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    connect(this, &QAbstractItemView::clicked, this, &AlternativeList::choose);
}

void AlternativeList::showToken(const TokenDetail& token) {
    const int before = currentIndex().row();
    m_alternatives->setToken(token);
    if (before >= 0 && hasFocus()) {
        setCurrentIndex(m_alternatives->index(std::min(before, m_alternatives->rowCount() - 1)));
    }
}

void AlternativeList::setBranchable(bool branchable) {
    m_branchable = branchable;
    viewport()->setCursor(branchable ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setAccessibleDescription(
        branchable ? tr("Enter on one lets the model go on from it, in another version of the "
                        "reply.")
                   : QString());
}

void AlternativeList::choose(const QModelIndex& index) {
    if (m_branchable && index.isValid() && !m_alternatives->at(index.row()).chosen) {
        emit chosen(m_alternatives->at(index.row()).id);
    }
}

void AlternativeList::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        choose(currentIndex());
        return;
    }
    if (!event->text().isEmpty() && event->text().front().isPrint()) {
        event->ignore();
        return;
    }
    QListView::keyPressEvent(event);
}

void AlternativeList::focusInEvent(QFocusEvent* event) {
    QListView::focusInEvent(event);
    if (!currentIndex().isValid() && m_alternatives->rowCount() > 0) {
        setCurrentIndex(m_alternatives->index(0));
    }
    viewport()->update();
}

} // namespace phidelity
