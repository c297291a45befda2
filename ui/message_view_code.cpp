// SPDX-License-Identifier: MIT
// Code in a MessageView that can be run, and marks of checked arithmetic.
#include "ui/message_view.h"

namespace phidelity {

void MessageView::setRunOffered(bool offered) {
    m_runOffered = offered;
    lookChanged();
}

void MessageView::setArithmeticChecked(bool checked) {
    m_arithmeticChecked = checked;
    lookChanged();
}

void MessageView::setCodeNote(int row, qsizetype code, const CodeNote& note) {
    if (row < 0 || row >= count()) {
        return;
    }
    rowAt(row).body().setCodeNote(code, note);
    heightChanged(row);
    relayout();
}

QRect MessageView::runButtonRect(int row, int number) {
    if (row < 0 || row >= count()) {
        return {};
    }
    const MessageRow& found = rowAt(row);
    const QList<qsizetype> codes = found.body().codes();
    if (number < 0 || number >= codes.size() || !found.body().canRun(codes.at(number))) {
        return {};
    }
    return found.body()
        .runButton(codes.at(number))
        .translated(rowRect(row).topLeft() + found.bodyOrigin());
}

QList<ArithmeticMark> MessageView::checks(int row) {
    QList<ArithmeticMark> marks;
    if (row >= 0 && row < count()) {
        const MessageLayout& body = std::as_const(rowAt(row)).body();
        for (qsizetype block = 0; block < body.blockCount(); ++block) {
            marks += body.checksOf(block);
        }
    }
    return marks;
}

QRect MessageView::checkRect(int row, qsizetype block, qsizetype number) {
    const MessageRow& found = rowAt(row);
    const QRect inside = found.body().checkRect(block, number);
    return inside.translated(rowRect(row).topLeft() + found.bodyOrigin());
}

} // namespace phidelity
