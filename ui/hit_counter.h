// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include <QBasicTimer>
#include <QObject>

class QAbstractItemModel;

namespace phidelity {

/// Counts the hits of a search in every row of a model, in slices of a few milliseconds so that
/// the window goes on, and keeps the counts up to date as rows come, change and go. GUI thread.
class HitCounter : public QObject {
    Q_OBJECT

public:
    /// Hits in one row, as they are now.
    using Count = std::function<int(int row)>;
    /// The model must outlive the counter. Counts nothing before restart().
    HitCounter(const QAbstractItemModel* model, Count count, QObject* parent);

    /// Counts everything anew, from this row on and then those before it.
    void restart(int firstRow);
    /// Forgets the counts and counts nothing any more.
    void stop();

    /// Whether every row was counted, if perhaps not since its last change.
    [[nodiscard]] bool isDone() const { return m_unknown == 0; }
    /// In the rows counted so far.
    [[nodiscard]] int total() const;
    /// Likewise, in the rows before this one.
    [[nodiscard]] int before(int row) const;
    /// In this row, counted now if it was not; costs reading a message.
    int at(int row);
    [[nodiscard]] int rows() const { return static_cast<int>(m_rows.size()); }

signals:
    /// After each slice.
    void counted();

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    struct Row {
        int hits = 0;
        bool known = false;   ///< it was counted once
        bool current = false; ///< and has not changed since
    };
    void countRow(size_t row);
    void goOn();

    const QAbstractItemModel* m_model;
    Count m_count;
    std::vector<Row> m_rows;
    size_t m_unknown = 0; ///< rows that were never counted
    size_t m_open = 0;    ///< rows whose count is not current
    size_t m_next = 0;    ///< where the next slice begins
    bool m_counts = false;
    QBasicTimer m_slice;
};

} // namespace phidelity
