// SPDX-License-Identifier: MIT
#include "ui/run_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "chat/markdown/visible_text.h"
#include "ui/theme.h"

namespace phidelity {

RunDialog::RunDialog(const QString& code, QWidget* parent)
    : QDialog(parent), m_always(new QCheckBox(tr("&Don't ask again"))) {
    setObjectName(QStringLiteral("runDialog"));
    setWindowTitle(tr("Run This Code?"));
    auto* text = new QLabel(
        tr("A model wrote this code, and nobody has checked it. It runs in a sandbox: without "
           "network, without your files, for 10 seconds at most. What it prints is shown under "
           "it."));
    text->setWordWrap(true);
    auto* shown = new QPlainTextEdit(visibleText(code));
    shown->setReadOnly(true);
    shown->setFont(codeFont(font()));
    shown->setLineWrapMode(QPlainTextEdit::NoWrap);
    shown->setTabChangesFocus(true);
    shown->setAccessibleName(tr("The code"));
    m_always->setObjectName(QStringLiteral("runAlways"));
    m_always->setToolTip(tr("The Code menu turns the question on again."));
    auto* buttons = new QDialogButtonBox;
    QPushButton* run = buttons->addButton(tr("&Run"), QDialogButtonBox::AcceptRole);
    run->setObjectName(QStringLiteral("runAccept"));
    buttons->addButton(QDialogButtonBox::Cancel)->setDefault(true); // in the order of Tab
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(text);
    layout->addWidget(shown, 1);
    layout->addWidget(m_always);
    layout->addWidget(buttons);
    const int unit = gridUnit(this);
    layout->setContentsMargins(4 * unit, 4 * unit, 4 * unit, 3 * unit);
    layout->setSpacing(3 * unit);
    resize(110 * unit, 80 * unit);
    buttons->button(QDialogButtonBox::Cancel)->setFocus();
}

bool RunDialog::dontAskAgain() const {
    return m_always->isChecked();
}

} // namespace phidelity
