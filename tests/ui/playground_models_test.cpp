// SPDX-License-Identifier: MIT
// Two model files compared on one prompt, by clicks: the demo model and the same one in fewer bits.
#include <memory>

#include <QAbstractButton>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "playground_fixture.h"
#include "resources/embedded.h"

using namespace phidelity;

class PlaygroundModelsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_models;
    QTemporaryDir m_folder;
    std::unique_ptr<PlaygroundProgram> m_program;

    PlaygroundProgram& program() { return *m_program; }
    [[nodiscard]] QString coarse() const {
        return m_models.filePath(QStringLiteral("coarse.gguf"));
    }

    /// Chooses a file for a side as a user does: "Another file…", its name, Open.
    void pickFile(int side, const QString& path) {
        auto* box = program().find<QComboBox>(side == 0 ? "compareModel0" : "compareModel1");
        box->setCurrentIndex(2);
        emit box->activated(2);
        auto* dialog = program().find<QFileDialog>("compareFileDialog");
        dialog->setOption(QFileDialog::DontUseNativeDialog);
        dialog->setDirectory(QFileInfo(path).path());
        QApplication::processEvents();
        auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        QVERIFY(name);
        name->setText(path);
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_COMPARE(box->currentText(), QFileInfo(path).fileName());
    }
    void compare() {
        QTest::mouseClick(program().find<QAbstractButton>("compareRun"), Qt::LeftButton);
        QVERIFY(!program().isIdle());
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 120000);
    }

private slots:
    void initTestCase() {
        registerEngineMessages();
        const QString fine = m_models.filePath(QStringLiteral("fine.gguf"));
        QFile file(fine);
        const auto bytes = embeddedDemoModel();
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(reinterpret_cast<const char*>(bytes.data()),
                            static_cast<qint64>(bytes.size())),
                 static_cast<qint64>(bytes.size()));
        file.close();
        QCOMPARE(QProcess::execute(QStringLiteral(PHIDELITY_BIN_DIR "/phidelity-cli"),
                                   {"quantize", fine, coarse(), "--type", "Q2_K"}),
                 0);
    }
    void init() {
        QVERIFY(QDir(m_folder.path()).removeRecursively());
        m_program = std::make_unique<PlaygroundProgram>(m_folder.path());
        QVERIFY(QTest::qWaitForWindowActive(&program().window));
        QTRY_VERIFY_WITH_TIMEOUT(program().isReady(), 60000);
        program().setLength(32);
        QTest::keyClicks(program().edit(), QStringLiteral("Once upon a time"));
        program().key(Qt::Key_D);
    }
    void cleanup() { m_program.reset(); }

    void twoModelFilesAreComparedOnOnePrompt() {
        pickFile(1, coarse());
        compare();
        const QString result = program().find<QLabel>("compareResult")->text();
        QVERIFY2(result.contains(QStringLiteral("differ")), qPrintable(result));
        // The first difference is marked in both, and both distributions are there.
        auto* left = program().find<PlayEdit>("compareText0");
        auto* right = program().find<PlayEdit>("compareText1");
        QCOMPARE(left->extraSelections().size(), 1);
        QCOMPARE(right->extraSelections().size(), 1);
        const QTextCursor a = left->extraSelections().first().cursor;
        const QTextCursor b = right->extraSelections().first().cursor;
        QCOMPARE(a.selectionStart(), b.selectionStart());
        QCOMPARE(left->toPlainText().left(a.selectionStart()),
                 right->toPlainText().left(b.selectionStart()));
        QVERIFY(a.selectedText() != b.selectedText());
        for (const char* list : {"compareCandidates0", "compareCandidates1"}) {
            const auto* candidates = program().find<QListWidget>(list);
            QVERIFY(candidates->count() >= 10);
            int taken = 0;
            for (int row = 0; row < candidates->count(); ++row) {
                taken += candidates->item(row)->text().contains(QStringLiteral("(taken)")) ? 1 : 0;
            }
            QCOMPARE(taken, 1);
        }
        // The model that was open is open again.
        QTRY_VERIFY_WITH_TIMEOUT(program().isReady(), 60000);
        QCOMPARE(program().controller.models()->model().path, QString());
    }

    void aFileThatIsNoModelIsSaidAndTheOtherSideStays() {
        const QString broken = m_models.filePath(QStringLiteral("broken.gguf"));
        QFile file(broken);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no model") > 0);
        file.close();
        pickFile(1, broken);
        compare();
        QVERIFY(!program().find<PlayEdit>("compareText0")->toPlainText().isEmpty());
        QVERIFY(program().find<PlayEdit>("compareText1")->toPlainText().isEmpty());
        QVERIFY(!program().find<QLabel>("compareNote1")->text().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(program().isReady(), 60000);
    }
};

QTEST_MAIN(PlaygroundModelsTest)
#include "playground_models_test.moc"
