// SPDX-License-Identifier: MIT
#include "ui/import_dialog.h"

#include <algorithm>

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace phidelity {

ImportDialog::ImportDialog(QWidget* window, const QString& fileName, const ImportReport& report)
    : QDialog(window), m_summary(new QLabel) {
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Imported from \u201C%1\u201D").arg(fileName));
    setAttribute(Qt::WA_DeleteOnClose);
    const int unit = gridUnit(window);
    const QLocale locale;
    m_read = tr("%1 conversations with %2 messages were read from %3.")
                 .arg(locale.toString(report.conversations), locale.toString(report.messages),
                      report.source);
    m_summary->setObjectName(QStringLiteral("importSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * unit, 4 * unit, 5 * unit, 4 * unit);
    column->setSpacing(3 * unit);
    column->addWidget(m_summary);
    if (!report.leftOut.isEmpty()) {
        auto* label = new QLabel(tr("What has no place here was &left out:"));
        auto* table = new QTableWidget(static_cast<int>(report.leftOut.size()), 2);
        table->setObjectName(QStringLiteral("importLeftOut"));
        table->setAccessibleName(tr("Left out"));
        table->setHorizontalHeaderLabels({tr("Count"), tr("What")});
        table->verticalHeader()->hide();
        table->setEditTriggers(QAbstractItemView::NoEditTriggers);
        table->setSelectionBehavior(QAbstractItemView::SelectRows);
        table->setTabKeyNavigation(false);
        table->setShowGrid(false);
        for (int row = 0; row < table->rowCount(); ++row) {
            const ImportReport::LeftOut& one = report.leftOut.at(row);
            auto* count = new QTableWidgetItem(locale.toString(one.count));
            count->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            table->setItem(row, 0, count);
            table->setItem(row, 1, new QTableWidgetItem(one.what));
        }
        table->horizontalHeader()->setStretchLastSection(true);
        table->horizontalHeader()->setHighlightSections(false);
        table->horizontalHeaderItem(1)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        table->resizeColumnToContents(0);
        label->setBuddy(table);
        column->addWidget(label);
        column->addWidget(table, 1);
    }
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(buttons);
    resize(110 * unit, report.leftOut.isEmpty() ? 34 * unit : 75 * unit);
    showState(ImportState::Saving);
}

void ImportDialog::showState(ImportState state, const QString& reason) {
    const QString now = [&] {
        switch (state) {
        case ImportState::Saving:
            return tr("They are being saved.");
        case ImportState::Saved:
            return tr("They are saved.");
        case ImportState::InWindowOnly:
            return tr("They are only in this window and end with it, as nothing can be saved now.");
        case ImportState::Failed:
            break;
        }
        return tr("They are in this window, but not saved yet. %1").arg(reason);
    }();
    m_summary->setText(m_read + u' ' + now);
    m_summary->setAccessibleDescription(now);
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

} // namespace phidelity
