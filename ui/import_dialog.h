// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "chat/transcript/import_report.h"

class QLabel;

namespace phidelity {

/// What has become of conversations that were read.
enum class ImportState {
    Saving, ///< on their way to the disk
    Saved,
    InWindowOnly, ///< there is no store: they end with the window
    Failed,       ///< not saved, at least not yet
};

/// Tells what an import took and what it could not take, and what has become of it: at first, that
/// it is being saved.
class ImportDialog : public QDialog {
    Q_OBJECT

public:
    ImportDialog(QWidget* window, const QString& fileName, const ImportReport& report);

public slots:
    /// `reason`: a sentence about a failure.
    void showState(phidelity::ImportState state, const QString& reason = {});

private:
    QString m_read; ///< what was read, and from what
    QLabel* m_summary;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::ImportState)
