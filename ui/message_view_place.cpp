// SPDX-License-Identifier: MIT
// Where a MessageView is read, to come back there.
#include <algorithm>
#include <cmath>

#include <QScrollBar>

#include "ui/message_view.h"

namespace phidelity {

double MessageView::place() const {
    if (m_following || count() == 0) {
        return -1;
    }
    const int scroll = verticalScrollBar()->value();
    const int row = rowAtY(scroll);
    const int height = std::max(1, m_items[static_cast<size_t>(row)].height);
    return row + std::clamp(static_cast<double>(scroll - rowTop(row)) / height, 0.0, 0.999);
}

void MessageView::setPlace(double place) {
    const auto row = static_cast<int>(std::floor(place));
    if (!(place >= 0) || row >= count()) {
        jumpToLatest();
        return;
    }
    // Heights come to light as rows are laid out, and the place moves with them.
    for (int round = 0; round < 3; ++round) {
        const int height = rowAt(row).height();
        const int inRow = static_cast<int>((place - row) * height);
        verticalScrollBar()->setValue(rowTop(row) + inRow);
    }
    m_placeTimer.stop();
}

void MessageView::showRow(int row) {
    if (row >= 0 && row < count()) {
        setPlace(row);
        m_placeTimer.start(kPlaceMs, this);
    }
}

void MessageView::tellPlace() {
    if (m_placeTimer.isActive()) {
        m_placeTimer.stop();
        emit placeChanged(place());
    }
}

} // namespace phidelity
