// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractListModel>
#include <QListView>

#include "engine/token_detail.h"
#include "ui/inspector/token_scale.h"

class QPainter;

namespace phidelity {

/// The ground of a token or of a step of the legend: its colour, and under it a bar that is the
/// longer the less the step was expected.
void paintTokenGround(QPainter& painter, const QRect& rect, const QPalette& palette, int step);

/// Tokens for views, one a row.
class TokenListModel : public QAbstractListModel {
    Q_OBJECT

public:
    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    /// Rows that stay are changed, not made anew, so that the current one stays the current one.
    void setTokens(const QList<TokenDetail>& tokens);
    void addTokens(const QList<TokenDetail>& tokens);
    [[nodiscard]] const QList<TokenDetail>& tokens() const { return m_tokens; }

private:
    QList<TokenDetail> m_tokens;
};

/// The tokens of a text one behind the other, with nothing hidden. One of them is the current one:
/// arrow keys, Home and End walk, a click picks.
class TokenChips : public QListView {
    Q_OBJECT

public:
    explicit TokenChips(QWidget* parent = nullptr);

    [[nodiscard]] TokenListModel* tokens() const { return m_tokens; }
    /// The current one stays, or is none where it is gone.
    void setTokens(const QList<TokenDetail>& tokens);
    /// The current one; -1 where there is none. Says nothing of it to others.
    void setCurrent(int token);
    [[nodiscard]] int current() const { return currentIndex().row(); }
    /// The one that is pointed at elsewhere; -1 for none.
    void setHovered(int token);
    void setMeasure(TokenMeasure measure);

signals:
    /// The user has gone to it.
    void picked(int token);
    /// The pointer is on it; -1: on none.
    void hovered(int token);
    /// Enter on a token, or a double click.
    void opened(int token);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Delegate;

    TokenListModel* m_tokens;
    Delegate* m_delegate;
    bool m_silent = false;
};

} // namespace phidelity
