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

void MessageView::setCodeNote(int row, qsizetype code, const QString& text, const CodeNote& note) {
    if (row < 0 || row >= count()) {
        return;
    }
    MessageLayout& body = rowAt(row).body();
    if (!body.codes().contains(code) || body.codeText(code) != text) {
        return; // another conversation or version stands there by now
    }
    body.setCodeNote(code, note);
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

QString MessageView::codeNoteText(int row, int number) {
    if (row < 0 || row >= count()) {
        return {};
    }
    const MessageLayout& body = std::as_const(rowAt(row)).body();
    const CodeNote* note = body.codeNote(body.codes().value(number, -1));
    return note ? note->status : QString();
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
