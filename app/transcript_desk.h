// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include <QObject>
#include <QPointer>

#include "chat/transcript/import.h"
#include "ui/export_dialog.h"
#include "ui/import_dialog.h"

class QPrinter;
class QProgressDialog;
class QWidget;

namespace phidelity {

struct PageWatch;

/// What of the desk is remembered from one start to the next.
struct TranscriptHabits {
    QString folder; ///< where the last file was saved or opened
    ExportChoice choice;
};

/// Does what the window's menu offers for transcripts: export, print, import; with its dialogs.
/// Files are written and read, and pages painted, on other threads, so that the window goes on;
/// what lasts shows how far it is and can be cancelled, one at a time. Errors are sentences in the
/// dialog, or by problem() where none is open. GUI thread.
class TranscriptDesk : public QObject {
    Q_OBJECT

public:
    /// `window`: what dialogs stand before.
    explicit TranscriptDesk(QWidget* window);
    ~TranscriptDesk() override;

    void setHabits(const TranscriptHabits& habits) { m_habits = habits; }
    [[nodiscard]] const TranscriptHabits& habits() const { return m_habits; }

public slots:
    /// Opens the dialog for a conversation as it is now.
    void exportTranscript(const phidelity::Transcript& transcript);
    /// Opens the desktop's print dialog for the branch that is shown.
    void printTranscript(const phidelity::Transcript& transcript);
    /// Asks for a file and reads it.
    void importFile();
    void importPath(const QString& path);
    /// What has become of the last import.
    void showImportState(phidelity::ImportState state, const QString& reason);

signals:
    /// To be kept, all of them or none; showImportState is to be told how that goes.
    void imported(const QList<phidelity::Transcript>& transcripts);
    void habitsChanged();
    void problem(const QString& sentence);
    /// Something was done: "Saved as ...", "Copied", for the status line.
    void done(const QString& sentence);

private:
    void write(const Transcript& transcript, const ExportChoice& choice,
               const std::function<void(const QByteArray&)>& then);
    void preview(const Transcript& transcript, const ExportChoice& choice);
    void save(const Transcript& transcript, const ExportChoice& choice, const QString& path);
    void copy(const Transcript& transcript, const ExportChoice& choice);
    void print(const Transcript& transcript, const ExportChoice& choice);
    void paintOn(std::shared_ptr<QPrinter> printer, const Transcript& transcript,
                 const ExportChoice& choice);
    [[nodiscard]] bool mayPaint();
    PageWatch watch(const QString& title);
    void stopped(const QString& sentence);
    void finish(const QString& sentence);
    void fail(const QString& sentence);
    void remember(const QString& path);

    QWidget* m_window;
    TranscriptHabits m_habits;
    QPointer<ExportDialog> m_dialog;
    QPointer<ImportDialog> m_importDialog;
    QPointer<QProgressDialog> m_progress; ///< there while pages are painted
    std::stop_source m_stop;              ///< of those pages
    quint64 m_previews = 0;               ///< how many were asked for; late ones are dropped
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::Transcript)
