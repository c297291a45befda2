// SPDX-License-Identifier: MIT
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPrintDialog>
#include <QPrinter>
#include <QProgressDialog>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "app/transcript/rich_writers.h"
#include "app/transcript_desk.h"
#include "transcript_samples.h"
#include "ui/import_dialog.h"

using namespace phidelity;

namespace {

template <class Widget>
Widget* child(QWidget* parent, const char* name) {
    return parent ? parent->findChild<Widget*>(QLatin1String(name)) : nullptr;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TranscriptDeskTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void cleanup();
    void theDialogShowsWhatThereIs();
    void thePreviewFollowsTheChoice();
    void savingWritesTheFileAndClosesTheDialog();
    void aFileThatCannotBeWrittenIsSaidInTheDialog();
    void copyingPutsTextOnTheClipboard();
    void whatWasChosenIsRemembered();
    void withoutRecordsOrBranchesThereIsNothingToChoose();
    void everythingCanBeReachedByKeysAndHasAName();
    void paperIsAskedForWhereThereArePages();
    void printingLeavesTheWindowAlive();
    void printingCanBeCancelled();
    void nothingIsSavedWhilePagesArePainted();
    void thePaperOfThePrinterIsRemembered();
    void importingTellsWhatWasReadAndLeftOut();
    void aDamagedFileIsAProblemAndNothingIsImported();

private:
    void printTo(const QString& path, int messages);
    ExportDialog* open(const Transcript& transcript);
    void choose(TranscriptFormat format);

    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<TranscriptDesk> m_desk;
    QTemporaryDir m_folder;
    ExportDialog* m_dialog = nullptr;
};

void TranscriptDeskTest::initTestCase() {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    qRegisterMetaType<ExportChoice>();
}

void TranscriptDeskTest::init() {
    m_window = std::make_unique<QWidget>();
    m_window->resize(900, 700);
    m_window->show();
    m_desk = std::make_unique<TranscriptDesk>(m_window.get());
    m_desk->setHabits({m_folder.path(), {}});
}

void TranscriptDeskTest::cleanup() {
    m_desk.reset();
    m_window.reset();
}

ExportDialog* TranscriptDeskTest::open(const Transcript& transcript) {
    m_desk->exportTranscript(transcript);
    m_dialog = m_window->findChild<ExportDialog*>();
    return m_dialog;
}

void TranscriptDeskTest::choose(TranscriptFormat format) {
    auto* formats = child<QComboBox>(m_dialog, "exportFormat");
    formats->setFocus();
    while (formats->currentIndex() > 0) {
        QTest::keyClick(formats, Qt::Key_Up);
    }
    while (m_dialog->choice().format != format) {
        QTest::keyClick(formats, Qt::Key_Down);
    }
}

void TranscriptDeskTest::theDialogShowsWhatThereIs() {
    open(smallTranscript());
    QVERIFY(m_dialog->isVisible());
    QVERIFY(child<QRadioButton>(m_dialog, "exportShown")->text().contains("4 messages"));
    QVERIFY(
        child<QRadioButton>(m_dialog, "exportTree")->text().contains("5 messages in 2 branches"));
    QVERIFY(child<QCheckBox>(m_dialog, "exportTimings")->isEnabled());
}

void TranscriptDeskTest::thePreviewFollowsTheChoice() {
    open(smallTranscript());
    auto* preview = child<QPlainTextEdit>(m_dialog, "exportPreview");
    QTRY_VERIFY(preview->toPlainText().startsWith("# Roots"));
    QVERIFY(!preview->toPlainText().contains("2048 comes next"));
    QTest::mouseClick(child<QRadioButton>(m_dialog, "exportTree"), Qt::LeftButton, {},
                      QPoint(8, 8));
    QTRY_VERIFY(preview->toPlainText().contains("2048 comes next"));
    QTest::mouseClick(child<QCheckBox>(m_dialog, "exportTimings"), Qt::LeftButton, {},
                      QPoint(8, 8));
    QTRY_VERIFY(preview->toPlainText().contains("tokens/s"));
    choose(TranscriptFormat::Pdf);
    QTRY_VERIFY(preview->toPlainText().isEmpty());
    QVERIFY(preview->placeholderText().contains("no preview"));
    QTRY_VERIFY(child<QLabel>(m_dialog, "exportSize")->text().contains("kB"));
    QVERIFY(!child<QPushButton>(m_dialog, "exportCopy")->isEnabled());
}

void TranscriptDeskTest::savingWritesTheFileAndClosesTheDialog() {
    QSignalSpy done(m_desk.get(), &TranscriptDesk::done);
    open(smallTranscript());
    choose(TranscriptFormat::Html);
    QTest::mouseClick(child<QPushButton>(m_dialog, "exportSave"), Qt::LeftButton);
    auto* files = child<QFileDialog>(m_dialog, "exportFile");
    QVERIFY(files && files->isVisible());
    QCOMPARE(QFileInfo(files->selectedFiles().value(0)).fileName(),
             QStringLiteral("Roots & powers.html"));
    const QPointer<ExportDialog> dialog = m_dialog;
    QMetaObject::invokeMethod(files, "accept");
    QTRY_COMPARE(done.size(), 1);
    QTRY_VERIFY(!dialog);
    TranscriptOptions options;
    QCOMPARE(contentOf(m_folder.filePath(QStringLiteral("Roots & powers.html"))),
             toHtml(smallTranscript(), options));
    QCOMPARE(done.first().first().toString(), QStringLiteral("Saved as Roots & powers.html"));
}

void TranscriptDeskTest::aFileThatCannotBeWrittenIsSaidInTheDialog() {
    open(smallTranscript());
    emit m_dialog->saveWanted(m_dialog->choice(), m_folder.filePath(QStringLiteral("none/x.md")));
    auto* problem = child<QLabel>(m_dialog, "exportProblem");
    QTRY_VERIFY(problem->isVisible());
    QVERIFY2(problem->text().contains("could not be written"), qPrintable(problem->text()));
    QVERIFY(child<QPushButton>(m_dialog, "exportSave")->isEnabled()); // another place can be chosen
}

void TranscriptDeskTest::copyingPutsTextOnTheClipboard() {
    QSignalSpy done(m_desk.get(), &TranscriptDesk::done);
    open(smallTranscript());
    choose(TranscriptFormat::Text);
    QTest::mouseClick(child<QPushButton>(m_dialog, "exportCopy"), Qt::LeftButton);
    QTRY_COMPARE(done.size(), 1);
    QVERIFY(QApplication::clipboard()->text().startsWith("Roots & <powers>\n====="));
}

void TranscriptDeskTest::whatWasChosenIsRemembered() {
    open(smallTranscript());
    choose(TranscriptFormat::Odt);
    QTest::mouseClick(child<QRadioButton>(m_dialog, "exportTree"), Qt::LeftButton, {},
                      QPoint(8, 8));
    const QPointer<ExportDialog> first = m_dialog;
    QTest::keyClick(m_dialog, Qt::Key_Escape);
    QTRY_VERIFY(!first);
    open(smallTranscript());
    QCOMPARE(m_dialog->choice().format, TranscriptFormat::Odt);
    QCOMPARE(m_dialog->choice().options.extent, TranscriptExtent::Tree);
}

void TranscriptDeskTest::withoutRecordsOrBranchesThereIsNothingToChoose() {
    open(codeTranscript());
    QVERIFY(!child<QRadioButton>(m_dialog, "exportTree")->isEnabled());
    for (const char* name : {"exportSettings", "exportTimings", "exportProbabilities"}) {
        QVERIFY(!child<QCheckBox>(m_dialog, name)->isEnabled());
    }
}

void TranscriptDeskTest::everythingCanBeReachedByKeysAndHasAName() {
    open(smallTranscript());
    QVERIFY(QTest::qWaitForWindowActive(m_dialog));
    QWidgetList met;
    for (int press = 0; press < 20; ++press) {
        QWidget* focus = QApplication::focusWidget();
        QVERIFY(focus);
        if (!met.contains(focus)) {
            met.append(focus);
        }
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(focus);
        QVERIFY2(spoken && !spoken->text(QAccessible::Name).isEmpty(),
                 qPrintable(focus->objectName()));
        QTest::keyClick(focus, Qt::Key_Tab);
    }
    for (const char* name :
         {"exportFormat", "exportShown", "exportSettings", "exportTimings", "exportProbabilities",
          "exportPreview", "exportSave", "exportCopy", "exportPrint"}) {
        QVERIFY2(met.contains(m_dialog->findChild<QWidget*>(QLatin1String(name))), name);
    }
}

void TranscriptDeskTest::paperIsAskedForWhereThereArePages() {
    open(smallTranscript());
    auto* papers = child<QComboBox>(m_dialog, "exportPaper");
    QVERIFY(!papers->isVisible());
    choose(TranscriptFormat::Pdf);
    QVERIFY(papers->isVisible());
    QCOMPARE(m_dialog->choice().options.paper, localPaper());
    papers->setFocus();
    QTest::keyClicks(papers, "Legal");
    QCOMPARE(m_dialog->choice().options.paper, Paper::Legal);
}

/// Prints through the desktop's dialog, as far as a machine without printers has one.
void TranscriptDeskTest::printTo(const QString& path, int messages) {
    m_desk->printTranscript(
        transcriptOf(QStringList(messages, QStringLiteral("$x^2$ and some words ").repeated(30))));
    auto* dialog = child<QPrintDialog>(m_window.get(), "printDialog");
    QVERIFY(dialog);
    dialog->printer()->setOutputFormat(QPrinter::PdfFormat);
    dialog->printer()->setOutputFileName(path);
    emit dialog->accepted(dialog->printer());
    dialog->close();
}

void TranscriptDeskTest::printingLeavesTheWindowAlive() {
    QSignalSpy done(m_desk.get(), &TranscriptDesk::done);
    qint64 longest = 0;
    QElapsedTimer since;
    QTimer heart;
    connect(&heart, &QTimer::timeout, this, [&] { longest = std::max(longest, since.restart()); });
    heart.start(5);
    QElapsedTimer whole;
    const QString path = m_folder.filePath(QStringLiteral("print.pdf"));
    printTo(path, 3000);
    since.start();
    whole.start();
    QTRY_COMPARE_WITH_TIMEOUT(done.size(), 1, 120'000);
    QCOMPARE(done.first().first().toString(), QStringLiteral("Sent to the printer"));
    QVERIFY(contentOf(path).startsWith("%PDF-"));
    qInfo("%lld ms, longest pause of the window %lld ms", whole.elapsed(), longest);
    QVERIFY(longest < whole.elapsed() / 4); // painting in the window's thread is one long pause
}

void TranscriptDeskTest::printingCanBeCancelled() {
    QSignalSpy done(m_desk.get(), &TranscriptDesk::done);
    printTo(m_folder.filePath(QStringLiteral("cancelled.pdf")), 10'000);
    auto* progress = child<QProgressDialog>(m_window.get(), "pageProgress");
    QVERIFY(progress);
    QTRY_VERIFY(progress->isVisible() && progress->value() > 0);
    m_desk->printTranscript(smallTranscript()); // one at a time
    QVERIFY(!child<QPrintDialog>(m_window.get(), "printDialog") ||
            !child<QPrintDialog>(m_window.get(), "printDialog")->isVisible());
    QTest::mouseClick(progress->findChild<QPushButton*>(), Qt::LeftButton);
    QTRY_COMPARE(done.size(), 1);
    QVERIFY(done.first().first().toString().startsWith(QLatin1String("Cancelled")));
}

void TranscriptDeskTest::nothingIsSavedWhilePagesArePainted() {
    QSignalSpy done(m_desk.get(), &TranscriptDesk::done);
    printTo(m_folder.filePath(QStringLiteral("first.pdf")), 3000);
    open(smallTranscript());
    const QString path = m_folder.filePath(QStringLiteral("second.pdf"));
    emit m_dialog->saveWanted(m_dialog->choice(), path);
    auto* problem = child<QLabel>(m_dialog, "exportProblem");
    QVERIFY2(problem->text().contains("being painted"), qPrintable(problem->text()));
    QVERIFY(child<QPushButton>(m_dialog, "exportSave")->isEnabled());
    const auto dialogs = [&] {
        return m_window->findChildren<QProgressDialog*>(QStringLiteral("pageProgress")).size();
    };
    QCOMPARE(dialogs(), 1);
    emit child<QProgressDialog>(m_window.get(), "pageProgress")->canceled();
    QTRY_COMPARE(dialogs(), 0);
    emit m_dialog->saveWanted(m_dialog->choice(), path);
    QTRY_COMPARE(done.size(), 1);
    QVERIFY(!contentOf(path).isEmpty());
    QCOMPARE(dialogs(), 0);
}

void TranscriptDeskTest::thePaperOfThePrinterIsRemembered() {
    QSignalSpy done(m_desk.get(), &TranscriptDesk::done);
    const auto print = [&] {
        m_desk->printTranscript(smallTranscript());
        auto* dialog = child<QPrintDialog>(m_window.get(), "printDialog");
        dialog->setObjectName(QStringLiteral("older"));
        return dialog;
    };
    QPrintDialog* dialog = print();
    dialog->printer()->setOutputFormat(QPrinter::PdfFormat);
    dialog->printer()->setOutputFileName(m_folder.filePath(QStringLiteral("legal.pdf")));
    dialog->printer()->setPageSize(QPageSize(QPageSize::Legal));
    emit dialog->accepted(dialog->printer());
    dialog->close();
    QTRY_COMPARE(done.size(), 1);
    QCOMPARE(m_desk->habits().choice.options.paper, Paper::Legal);
    // For the next pages, too: those of a printer and those of a file.
    dialog = print();
    QCOMPARE(dialog->printer()->pageLayout().pageSize().id(), QPageSize::Legal);
    dialog->close();
    open(smallTranscript());
    QCOMPARE(m_dialog->choice().options.paper, Paper::Legal);
}

void TranscriptDeskTest::importingTellsWhatWasReadAndLeftOut() {
    const QString path = m_folder.filePath(QStringLiteral("talk.jsonl"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"conversations":[{"from":"system","value":"s"},{"from":"human","value":"a"}]})");
    file.close();
    QList<Transcript> got;
    connect(m_desk.get(), &TranscriptDesk::imported, this,
            [&got](const QList<Transcript>& transcripts) { got = transcripts; });
    m_desk->importPath(path);
    QTRY_VERIFY(m_window->findChild<ImportDialog*>());
    auto* dialog = m_window->findChild<ImportDialog*>();
    QCOMPARE(got.size(), 1);
    QVERIFY(child<QLabel>(dialog, "importSummary")->text().startsWith("1 conversation"));
    auto* table = child<QTableWidget>(dialog, "importLeftOut");
    QCOMPARE(table->rowCount(), 1);
    QCOMPARE(table->item(0, 1)->text(), QStringLiteral("messages of the system"));
}

void TranscriptDeskTest::aDamagedFileIsAProblemAndNothingIsImported() {
    const QString path = m_folder.filePath(QStringLiteral("bad.json"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[{\"mapping\":");
    file.close();
    QSignalSpy imported(m_desk.get(), &TranscriptDesk::imported);
    QSignalSpy problem(m_desk.get(), &TranscriptDesk::problem);
    m_desk->importPath(path);
    QTRY_COMPARE(problem.size(), 1);
    QVERIFY(problem.first().first().toString().startsWith("bad.json cannot be imported."));
    QCOMPARE(imported.size(), 0);
    QVERIFY(!m_window->findChild<ImportDialog*>());
}

QTEST_MAIN(TranscriptDeskTest)
#include "transcript_desk_test.moc"
