// SPDX-License-Identifier: MIT
#include "ui/hit_counter.h"

#include <algorithm>
#include <numeric>

#include <QAbstractItemModel>
#include <QElapsedTimer>
#include <QTimerEvent>

namespace phidelity {

namespace {

/// Of one slice. Together with a frame well below what is felt.
constexpr int kSliceMs = 6;
/// A message that is being written changes thirty times a second; that often need not be counted.
constexpr int kChangedMs = 120;

} // namespace

HitCounter::HitCounter(const QAbstractItemModel* model, Count count, QObject* parent)
    : QObject(parent), m_model(model), m_count(std::move(count)) {
    connect(model, &QAbstractItemModel::modelReset, this, [this] {
        if (m_counts) {
            restart(0);
        }
    });
    connect(model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) {
                if (m_counts) {
                    const auto added = static_cast<size_t>(last - first + 1);
                    m_rows.insert(m_rows.begin() + first, added, {});
                    m_open += added;
                    m_unknown += added;
                    goOn();
                }
            });
    connect(model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) {
                if (m_counts) {
                    for (int row = first; row <= last; ++row) {
                        const Row& gone = m_rows[static_cast<size_t>(row)];
                        m_open -= gone.current ? 0 : 1;
                        m_unknown -= gone.known ? 0 : 1;
                    }
                    m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
                    goOn();
                }
            });
    connect(model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex& last) {
                for (int row = first.row(); m_counts && row <= last.row(); ++row) {
                    Row& changed = m_rows[static_cast<size_t>(row)];
                    m_open += changed.current ? 1 : 0;
                    changed.current = false;
                }
                if (m_counts && !m_slice.isActive()) {
                    m_slice.start(kChangedMs, this);
                }
            });
}

void HitCounter::restart(int firstRow) {
    m_counts = true;
    m_rows.assign(static_cast<size_t>(m_model->rowCount()), {});
    m_open = m_unknown = m_rows.size();
    m_next = static_cast<size_t>(std::max(0, firstRow));
    goOn();
}

void HitCounter::stop() {
    m_counts = false;
    m_rows.clear();
    m_open = m_unknown = 0;
    m_slice.stop();
}

int HitCounter::total() const {
    return before(rows());
}

int HitCounter::before(int row) const {
    return std::accumulate(m_rows.begin(), m_rows.begin() + std::min(row, rows()), 0,
                           [](int sum, const Row& each) { return sum + each.hits; });
}

int HitCounter::at(int row) {
    const auto index = static_cast<size_t>(row);
    countRow(index);
    return m_rows[index].hits;
}

void HitCounter::countRow(size_t row) {
    Row& counted = m_rows[row];
    if (!counted.current) {
        m_unknown -= counted.known ? 0 : 1;
        counted = {m_count(static_cast<int>(row)), true, true};
        --m_open;
    }
}

void HitCounter::goOn() {
    m_slice.start(0, this); // at the end of a slice it finds out whether anything is left
}

void HitCounter::timerEvent(QTimerEvent* event) {
    if (event->timerId() != m_slice.timerId()) {
        return;
    }
    QElapsedTimer clock;
    clock.start();
    for (; m_open > 0 && clock.elapsed() < kSliceMs; ++m_next) {
        m_next = m_next < m_rows.size() ? m_next : 0;
        countRow(m_next);
    }
    if (m_open == 0) {
        m_slice.stop();
    } else {
        goOn();
    }
    emit counted();
}

} // namespace phidelity
