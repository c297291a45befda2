// SPDX-License-Identifier: MIT
#include "app/transcript_desk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMimeData>
#include <QPageLayout>
#include <QPageSize>
#include <QPrintDialog>
#include <QPrinter>
#include <QPrinterInfo>
#include <QProgressDialog>
#include <QThreadPool>

#include "app/transcript/rich_writers.h"

namespace phidelity {

namespace {

/// Conversations with more messages than this are not written just to be looked at.
constexpr qsizetype kMostPreviewed = 500;
constexpr qsizetype kPreviewedChars = 4000;

/// Runs `work` on another thread and `then` with what it gave on this one, if `context` is there.
template <class Work, class Then>
void aside(QObject* context, Work work, Then then) {
    QPointer<QObject> receiver(context);
    QThreadPool::globalInstance()->start([receiver, work, then] {
        auto result = work();
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [receiver, then, result] {
                if (receiver) {
                    then(result);
                }
            },
            Qt::QueuedConnection);
    });
}

QPageSize pageSizeOf(Paper paper) {
    return QPageSize(sizeOf(paper), QPageSize::Millimeter, {}, QPageSize::FuzzyMatch);
}

/// The paper in a printer, if it is one of ours.
std::optional<Paper> paperIn(const QPrinter& printer) {
    const QPageSize size = printer.pageLayout().pageSize();
    const auto* const found = std::ranges::find_if(
        kPapers, [&](Paper paper) { return size.isEquivalentTo(pageSizeOf(paper)); });
    return found == std::end(kPapers) ? std::nullopt : std::optional(*found);
}

ExportSubject subjectOf(const Transcript& transcript) {
    const Conversation& conversation = transcript.conversation;
    ExportSubject subject;
    subject.title = titleOf(conversation);
    subject.fileName = fileNameFor(conversation);
    subject.shownMessages = conversation.path().size();
    subject.allMessages = conversation.nodes().size();
    subject.branches = leavesOf(conversation).size();
    subject.hasRecords = !transcript.records.isEmpty();
    return subject;
}

} // namespace

TranscriptDesk::TranscriptDesk(QWidget* window) : QObject(window), m_window(window) {}

TranscriptDesk::~TranscriptDesk() {
    m_stop.request_stop(); // or the program would end only after the last page
}

void TranscriptDesk::exportTranscript(const Transcript& transcript) {
    if (m_dialog) {
        m_dialog->raise();
        m_dialog->activateWindow();
        return;
    }
    m_dialog = new ExportDialog(m_window, subjectOf(transcript));
    m_dialog->setLast(m_habits.folder, m_habits.choice);
    connect(m_dialog, &ExportDialog::previewWanted, this,
            [this, transcript](const ExportChoice& choice) { preview(transcript, choice); });
    connect(m_dialog, &ExportDialog::saveWanted, this,
            [this, transcript](const ExportChoice& choice, const QString& path) {
                save(transcript, choice, path);
            });
    connect(m_dialog, &ExportDialog::copyWanted, this,
            [this, transcript](const ExportChoice& choice) { copy(transcript, choice); });
    connect(m_dialog, &ExportDialog::printWanted, this,
            [this, transcript](const ExportChoice& choice) { print(transcript, choice); });
    m_dialog->open();
}

void TranscriptDesk::printTranscript(const Transcript& transcript) {
    ExportChoice choice;
    choice.format = TranscriptFormat::Pdf;
    choice.options.paper = m_habits.choice.options.paper;
    print(transcript, choice);
}

void TranscriptDesk::write(const Transcript& transcript, const ExportChoice& choice,
                           const std::function<void(const QByteArray&)>& then) {
    aside(
        this,
        [transcript, choice] { return transcriptBytes(transcript, choice.options, choice.format); },
        then);
}

void TranscriptDesk::preview(const Transcript& transcript, const ExportChoice& choice) {
    const quint64 number = ++m_previews;
    m_habits.choice = choice;
    emit habitsChanged();
    if (transcript.conversation.nodes().size() > kMostPreviewed) {
        m_dialog->showNoPreview(tr("A long conversation: its size is known when it is written."));
        return;
    }
    write(transcript, choice, [this, number, choice](const QByteArray& bytes) {
        if (number == m_previews && m_dialog) {
            m_dialog->showPreview(
                isText(choice.format) ? QString::fromUtf8(bytes).left(kPreviewedChars) : QString(),
                bytes.size());
        }
    });
}

void TranscriptDesk::save(const Transcript& transcript, const ExportChoice& choice,
                          const QString& path) {
    if (!mayPaint()) {
        return;
    }
    ++m_previews;
    m_dialog->setBusy();
    remember(path);
    const QString name = QFileInfo(path).fileName();
    const PageWatch watching = watch(tr("Writing %1").arg(name));
    aside(
        this,
        [transcript, choice, path, watching] {
            const QByteArray bytes =
                transcriptBytes(transcript, choice.options, choice.format, watching);
            if (watching.stop.stop_requested()) { // texts do not end before
                return QString();
            }
            return bytes.isEmpty() ? tr("The pages could not be painted.") : writeFile(path, bytes);
        },
        [this, name, stop = watching.stop](const QString& problem) {
            delete m_progress;
            if (stop.stop_requested()) {
                stopped(tr("Cancelled: nothing was written."));
            } else if (problem.isEmpty()) {
                finish(tr("Saved as %1").arg(name));
            } else {
                fail(problem);
            }
        });
}

/// One at a time, so that the one progress and its Cancel are of what is being painted.
bool TranscriptDesk::mayPaint() {
    if (m_progress) {
        fail(tr("Other pages are being painted. Wait for them, or cancel them."));
        return false;
    }
    return true;
}

PageWatch TranscriptDesk::watch(const QString& title) {
    constexpr int kPatienceMs = 500; // what is done by then need not be announced
    m_stop = std::stop_source();
    m_progress = new QProgressDialog(title, tr("Cancel"), 0, 100,
                                     m_dialog ? static_cast<QWidget*>(m_dialog) : m_window);
    m_progress->setObjectName(QStringLiteral("pageProgress"));
    m_progress->setWindowTitle(title);
    m_progress->setAutoReset(false);
    m_progress->setMinimumDuration(kPatienceMs);
    connect(m_progress, &QProgressDialog::canceled, this, [this] { m_stop.request_stop(); });
    const auto told = [receiver = QPointer(m_progress)](int percent) {
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [receiver, percent] {
                if (receiver) {
                    receiver->setValue(percent);
                }
            },
            Qt::QueuedConnection);
    };
    return {told, m_stop.get_token()};
}

void TranscriptDesk::copy(const Transcript& transcript, const ExportChoice& choice) {
    ++m_previews;
    m_dialog->setBusy();
    write(transcript, choice, [this, choice](const QByteArray& bytes) {
        auto* data = new QMimeData;
        data->setText(QString::fromUtf8(bytes));
        if (choice.format == TranscriptFormat::Html) {
            data->setHtml(QString::fromUtf8(bytes));
        } else if (choice.format == TranscriptFormat::Markdown) {
            data->setData(QStringLiteral("text/markdown"), bytes);
        }
        QGuiApplication::clipboard()->setMimeData(data);
        finish(tr("Copied"));
    });
}

void TranscriptDesk::print(const Transcript& transcript, const ExportChoice& choice) {
    if (!mayPaint()) {
        return;
    }
    auto printer = std::make_shared<QPrinter>(QPrinter::HighResolution);
    printer->setDocName(titleOf(transcript.conversation));
    printer->setCreator(QStringLiteral("Phidelity"));
    // A printer knows its paper, unless the user has chosen another one.
    const Paper paper = choice.options.paper;
    if (QPrinterInfo::defaultPrinter().isNull() || paper != localPaper()) {
        printer->setPageSize(pageSizeOf(paper));
    }
    printer->setPageMargins(QMarginsF(20, 18, 20, 14), QPageLayout::Millimeter);
    auto* dialog = new QPrintDialog(printer.get(), m_dialog ? m_dialog.data() : m_window);
    dialog->setObjectName(QStringLiteral("printDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, qOverload<QPrinter*>(&QPrintDialog::accepted), this,
            [this, transcript, choice, printer] { paintOn(printer, transcript, choice); });
    dialog->open();
}

void TranscriptDesk::paintOn(std::shared_ptr<QPrinter> printer, const Transcript& transcript,
                             const ExportChoice& choice) {
    if (const std::optional<Paper> paper = paperIn(*printer)) {
        m_habits.choice.options.paper = *paper;
        emit habitsChanged();
    }
    if (m_dialog) {
        ++m_previews;
        m_dialog->setBusy();
    }
    aside(
        this,
        [printer = std::move(printer), transcript, choice, watch = watch(tr("Printing"))] {
            return paintPages(transcript, choice.options, *printer, watch);
        },
        [this](Painted painted) {
            delete m_progress;
            switch (painted) {
            case Painted::All:
                finish(tr("Sent to the printer"));
                break;
            case Painted::Stopped:
                stopped(tr("Cancelled: pages that were painted before may still be printed."));
                break;
            case Painted::Failed:
                fail(tr("The printer did not take the pages. Choose another one, or save a PDF."));
                break;
            }
        });
}

void TranscriptDesk::stopped(const QString& sentence) {
    if (m_dialog) {
        m_dialog->setIdle(sentence);
    } else {
        emit done(sentence);
    }
}

void TranscriptDesk::finish(const QString& sentence) {
    if (m_dialog) {
        m_dialog->accept();
    }
    emit done(sentence);
}

void TranscriptDesk::fail(const QString& sentence) {
    if (m_dialog) {
        m_dialog->showProblem(sentence);
    } else {
        emit problem(sentence);
    }
}

void TranscriptDesk::remember(const QString& path) {
    m_habits.folder = QFileInfo(path).absolutePath();
    emit habitsChanged();
}

void TranscriptDesk::importFile() {
    auto* dialog = new QFileDialog(m_window, tr("Import Conversations"), m_habits.folder);
    dialog->setObjectName(QStringLiteral("importFile"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters(
        {tr("Conversations (*.json *.jsonl *.md *.markdown *.txt)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &TranscriptDesk::importPath);
    dialog->open();
}

void TranscriptDesk::importPath(const QString& path) {
    remember(path);
    aside(
        this, [path] { return importTranscriptFile(path); },
        [this, path](const Import& import) {
            if (!import.problem.isEmpty()) {
                emit problem(import.problem);
                return;
            }
            m_importDialog = new ImportDialog(m_window, QFileInfo(path).fileName(), import.report);
            m_importDialog->open();
            emit imported(import.transcripts);
        });
}

void TranscriptDesk::showImportState(ImportState state, const QString& reason) {
    if (m_importDialog) {
        m_importDialog->showState(state, reason);
    }
}

} // namespace phidelity
