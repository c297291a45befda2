// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "chat/transcript/import_report.h"

namespace phidelity {

/// Tells what an import took and what it could not take.
class ImportDialog : public QDialog {
    Q_OBJECT

public:
    ImportDialog(QWidget* window, const QString& fileName, const ImportReport& report);
};

} // namespace phidelity
