// SPDX-License-Identifier: MIT
#include "ui/inspector/token_chips.h"

#include <algorithm>

#include <QEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/inspector/token_words.h"
#include "ui/theme.h"

namespace phidelity {

void paintTokenGround(QPainter& painter, const QRect& rect, const QPalette& palette, int step) {
    const QColor ground = scaleColor(palette, step);
    painter.save();
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(rect), 3, 3);
    const double length = rect.width() * step / (kScaleSteps - 1.0);
    painter.setBrush(mixed(ground, shadesOf(palette).text, 0.55));
    painter.drawRect(QRectF(rect.left(), rect.bottom() - 1, length, 2));
    painter.restore();
}

// ---- Model

int TokenListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_tokens.size());
}

QVariant TokenListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_tokens.size()) {
        return {};
    }
    const TokenDetail& token = m_tokens.at(index.row());
    if (role == Qt::DisplayRole) {
        return tokenLabel(token.bytes);
    }
    if (role == Qt::AccessibleTextRole) {
        return tr("“%1”. %2").arg(tokenLabel(token.bytes), tokenSentence(token));
    }
    return {};
}

void TokenListModel::setTokens(const QList<TokenDetail>& tokens) {
    const auto before = static_cast<int>(m_tokens.size());
    const auto after = static_cast<int>(tokens.size());
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        m_tokens.resize(after);
        endRemoveRows();
    }
    const int kept = std::min(before, after);
    std::copy(tokens.begin(), tokens.begin() + kept, m_tokens.begin());
    if (kept > 0) {
        emit dataChanged(index(0), index(kept - 1));
    }
    addTokens(tokens.mid(kept));
}

void TokenListModel::addTokens(const QList<TokenDetail>& tokens) {
    if (tokens.isEmpty()) {
        return;
    }
    const auto before = static_cast<int>(m_tokens.size());
    beginInsertRows({}, before, before + static_cast<int>(tokens.size()) - 1);
    m_tokens += tokens;
    endInsertRows();
}

// ---- View

class TokenChips::Delegate : public QStyledItemDelegate {
public:
    explicit Delegate(TokenChips* view) : QStyledItemDelegate(view), m_view(view) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const int unit = gridUnit(m_view);
        const int text = option.fontMetrics.horizontalAdvance(index.data().toString());
        const int most = std::max(8 * unit, m_view->viewport()->width() - 2 * unit);
        return {std::min(text + unit + unit / 2, most), option.fontMetrics.height() + unit};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const Shades shades = shadesOf(option.palette);
        const QRect rect = option.rect;
        const bool current = index == m_view->currentIndex();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        QColor ground = mixed(shades.page, shades.text, 0.06);
        const auto step = scaleStep(measure, m_view->m_tokens->tokens().at(index.row()));
        if (step) {
            ground = scaleColor(option.palette, *step);
            paintTokenGround(*painter, rect, option.palette, *step);
        } else {
            painter->setPen(Qt::NoPen);
            painter->setBrush(ground);
            painter->drawRoundedRect(QRectF(rect), 3, 3);
        }
        const bool hot = index.row() == hovered || option.state.testFlag(QStyle::State_MouseOver);
        if (current || hot) {
            const double width = current ? (m_view->hasFocus() ? 2.5 : 1.5) : 1;
            painter->setBrush(Qt::NoBrush);
            painter->setPen(
                QPen(readableOn(ground, current ? shades.accent : shades.text, 3), width));
            painter->drawRoundedRect(insideEdge(rect, width), 3, 3);
        }
        painter->setPen(readableOn(ground, shades.text));
        painter->setFont(option.font);
        const int side = gridUnit(m_view) / 2;
        painter->drawText(rect.adjusted(side, 0, -side, 0), Qt::AlignCenter,
                          option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle,
                                                        rect.width() - 2 * side));
        painter->restore();
    }

    TokenMeasure measure = TokenMeasure::None;
    int hovered = -1;

private:
    TokenChips* m_view;
};

TokenChips::TokenChips(QWidget* parent)
    : QListView(parent), m_tokens(new TokenListModel(this)), m_delegate(new Delegate(this)) {
    setObjectName(QStringLiteral("tokenChips"));
    setAccessibleName(tr("Tokens"));
    setModel(m_tokens);
    setItemDelegate(m_delegate);
    setFlow(QListView::LeftToRight);
    setWrapping(true);
    setResizeMode(QListView::Adjust);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSpacing(std::max(1, gridUnit(this) / 4));
    connect(this, &QAbstractItemView::entered, this,
            [this](const QModelIndex& index) { emit hovered(index.row()); });
    connect(this, &QAbstractItemView::viewportEntered, this, [this] { emit hovered(-1); });
    connect(this, &QAbstractItemView::doubleClicked, this,
            [this](const QModelIndex& index) { emit opened(index.row()); });
}

void TokenChips::setTokens(const QList<TokenDetail>& tokens) {
    const int before = current();
    m_silent = true;
    m_tokens->setTokens(tokens);
    setCurrentIndex(m_tokens->index(before < tokens.size() ? before : -1));
    m_silent = false;
}

void TokenChips::setCurrent(int token) {
    m_silent = true;
    setCurrentIndex(m_tokens->index(token));
    if (token >= 0) {
        scrollTo(currentIndex());
    }
    m_silent = false;
}

void TokenChips::setHovered(int token) {
    if (token != m_delegate->hovered) {
        m_delegate->hovered = token;
        if (token >= 0 && token < m_tokens->rowCount()) {
            scrollTo(m_tokens->index(token));
        }
        viewport()->update();
    }
}

void TokenChips::setMeasure(TokenMeasure measure) {
    m_delegate->measure = measure;
    viewport()->update();
}

void TokenChips::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    viewport()->update();
    if (!m_silent && current.isValid()) {
        emit picked(current.row());
    }
}

void TokenChips::keyPressEvent(QKeyEvent* event) {
    const bool enters = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enters && currentIndex().isValid()) {
        emit opened(current());
        return;
    }
    // At the end of a line the list would stay; the text goes on.
    const bool forth = event->key() == Qt::Key_Right;
    if ((forth || event->key() == Qt::Key_Left) && event->modifiers() == Qt::NoModifier &&
        m_tokens->rowCount() > 0) {
        const int step = forth ? 1 : -1;
        setCurrentIndex(m_tokens->index(std::clamp(current() + step, 0, m_tokens->rowCount() - 1)));
        return;
    }
    // Letters go to the window: jumping to tokens by their first letter helps nobody.
    if (!event->text().isEmpty() && event->text().front().isPrint()) {
        event->ignore();
        return;
    }
    QListView::keyPressEvent(event);
}

bool TokenChips::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave) {
        emit hovered(-1);
    }
    return QListView::viewportEvent(event);
}

void TokenChips::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        setSpacing(std::max(1, gridUnit(this) / 4));
    }
}

} // namespace phidelity
