// SPDX-License-Identifier: MIT
#include "app/store_end.h"

#include <cstdio>

#include <QCoreApplication>
#include <QMessageBox>
#include <QPushButton>

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("StoreEnd", text);
}

enum class Answer { Wait, End };

Answer askToWait() {
    QMessageBox box(QMessageBox::Warning, QStringLiteral("Phidelity"),
                    translated("The disk does not answer."));
    box.setObjectName(QStringLiteral("storeTimedOut"));
    box.setInformativeText(translated(
        "The last changes of your conversations are not saved yet. Everything before them is."));
    const QPushButton* wait = box.addButton(translated("&Wait"), QMessageBox::AcceptRole);
    box.addButton(translated("&End Without Them"), QMessageBox::RejectRole);
    box.exec();
    return box.clickedButton() == wait ? Answer::Wait : Answer::End;
}

void tell(const QString& sentence) {
    std::fprintf(stderr, "phidelity: %s\n", qPrintable(sentence));
}

} // namespace

int endStore(StoreThread& store, int patienceMs) {
    StoreEnd end = store.finish(patienceMs);
    while (end == StoreEnd::TimedOut && askToWait() == Answer::Wait) {
        end = store.finish(patienceMs);
    }
    switch (end) {
    case StoreEnd::AllKept:
        return 0;
    case StoreEnd::TimedOut:
        // The user knows; whoever started the program may not.
        tell(translated("the disk did not answer: the last changes of conversations may not be "
                        "saved"));
        return 1;
    case StoreEnd::NotKept:
        break;
    }
    const QString sentence =
        translated("The last changes of your conversations could not be saved.");
    tell(sentence);
    QMessageBox box(QMessageBox::Warning, QStringLiteral("Phidelity"), sentence);
    box.setObjectName(QStringLiteral("storeNotKept"));
    box.setInformativeText(translated("Everything before them is kept. Look whether the disk is "
                                      "full or may not be written to."));
    box.exec();
    return 1;
}

} // namespace phidelity
