// SPDX-License-Identifier: MIT
#include "ui/help_dialogs.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Help", text);
}

QDialog* makeDialog(QWidget* window, const char* name, const QString& title) {
    auto* dialog = new QDialog(window);
    dialog->setObjectName(QLatin1String(name));
    dialog->setWindowTitle(title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    return dialog;
}

void addCloseButton(QDialog* dialog, QVBoxLayout* layout) {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    layout->addWidget(buttons);
}

} // namespace

QDialog* showShortcutsDialog(QWidget* window) {
    QDialog* dialog = makeDialog(window, "shortcutsDialog", translated("Keyboard Shortcuts"));
    QList<QPair<QString, QString>> rows{
        {translated("Send"), translated("Enter")},
        {translated("New line"), translated("Shift+Enter")},
        {translated("Stop the reply"), translated("Esc")},
        {translated("Bring back the last message, in the empty box"), translated("Up")},
        {translated("Go to the box to write in"), translated("Ctrl+L")},
    };
    const QList<QAction*> actions = window->findChildren<QAction*>();
    for (const QAction* action : actions) {
        if (!action->shortcut().isEmpty() && !action->text().isEmpty()) {
            QString text = action->text();
            text.remove(u'&').remove(QStringLiteral("…"));
            const QPair<QString, QString> row{
                text, action->shortcut().toString(QKeySequence::NativeText)};
            if (!rows.contains(row)) {
                rows.append(row);
            }
        }
    }
    const int unit = gridUnit(window);
    auto* content = new QWidget;
    auto* grid = new QGridLayout(content);
    grid->setHorizontalSpacing(8 * unit);
    grid->setVerticalSpacing(2 * unit);
    for (int row = 0; row < rows.size(); ++row) {
        auto* keys = new QLabel(rows.at(row).second);
        QFont bold = keys->font();
        bold.setWeight(QFont::DemiBold);
        keys->setFont(bold);
        grid->addWidget(new QLabel(rows.at(row).first), row, 0);
        grid->addWidget(keys, row, 1);
    }
    grid->setRowStretch(static_cast<int>(rows.size()), 1);
    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setAccessibleName(dialog->windowTitle());
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(scroll, 1);
    addCloseButton(dialog, layout);
    dialog->resize(content->sizeHint().width() + 12 * unit,
                   std::min(content->sizeHint().height() + 24 * unit, window->height()));
    dialog->show();
    return dialog;
}

QDialog* showAboutDialog(QWidget* window) {
    QDialog* dialog = makeDialog(window, "aboutDialog", translated("About Phidelity"));
    const int unit = gridUnit(window);
    auto* layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(8 * unit, 6 * unit, 8 * unit, 4 * unit);
    layout->setSpacing(3 * unit);
    auto* symbol = new QLabel;
    symbol->setPixmap(
        programIcon().pixmap(QSize(16 * unit, 16 * unit), window->devicePixelRatioF()));
    auto* name = new QLabel(translated("Phidelity %1").arg(QCoreApplication::applicationVersion()));
    QFont large = scaledFont(window->font(), 1.4);
    large.setWeight(QFont::DemiBold);
    name->setFont(large);
    auto* text = new QLabel(translated(
        "A desktop workbench for Phi-2 on your own machine. What you write and what the model "
        "answers never leave it.\n\nMIT licence. Phi-2 is a model of Microsoft, under the MIT "
        "licence; it was not tuned to follow instructions or to be safe, and what it says can be "
        "wrong."));
    text->setWordWrap(true);
    text->setMinimumWidth(90 * unit);
    layout->addWidget(symbol, 0, Qt::AlignHCenter);
    layout->addWidget(name, 0, Qt::AlignHCenter);
    layout->addWidget(text);
    addCloseButton(dialog, layout);
    dialog->show();
    return dialog;
}

} // namespace phidelity
