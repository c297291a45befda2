// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractListModel>
#include <QListView>

#include "engine/token_detail.h"

namespace phidelity {

/// What else could have come in the place of a token, the likeliest first, and the token itself
/// among them: behind the others where it was none of them.
class AlternativeModel : public QAbstractListModel {
    Q_OBJECT

public:
    using QAbstractListModel::QAbstractListModel;

    struct Row {
        quint32 id = 0;
        QByteArray bytes;
        float logprob = 0;
        int rank = 0;
        bool chosen = false; ///< it is the one that stands in the text
    };
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    void setToken(const TokenDetail& token);
    [[nodiscard]] const Row& at(int row) const { return m_rows.at(row); }

private:
    QList<Row> m_rows;
};

/// Shows them with bars. A click or Enter on one that was not chosen says so.
class AlternativeList : public QListView {
    Q_OBJECT

public:
    explicit AlternativeList(QWidget* parent = nullptr);

    [[nodiscard]] AlternativeModel* alternatives() const { return m_alternatives; }
    void showToken(const TokenDetail& token);
    /// Whether one can branch from them: then they look as if they could be clicked.
    void setBranchable(bool branchable);

signals:
    void chosen(quint32 id);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    class Delegate;
    void choose(const QModelIndex& index);

    AlternativeModel* m_alternatives;
    bool m_branchable = false;
};

} // namespace phidelity
