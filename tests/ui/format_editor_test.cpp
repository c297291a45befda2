// SPDX-License-Identifier: MIT
// Own prompt formats and the settings of each conversation, in a window with a real store.
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>

#include "app/format_desk.h"
#include "chat/format_json.h"
#include "stored_window_fixture.h"
#include "ui/format_editor.h"
#include "ui/format_preview.h"
#include "ui/settings_panel.h"

namespace phidelity {

class FormatEditorTest : public StoredWindowFixture {
    Q_OBJECT

    [[nodiscard]] QString formatsPath() const { return m_folder->filePath("config/formats.json"); }
    void connectMore() override {
        connectFormats(*m_window, *m_controller, *new FormatDesk(m_window.get(), formatsPath()));
    }
    FormatEditor* editor() {
        const auto found = m_window->findChildren<FormatEditor*>();
        return found.isEmpty() ? nullptr : found.last();
    }
    void openEditor() {
        trigger("actionFormats");
        QVERIFY(editor());
        QVERIFY(QTest::qWaitForWindowActive(editor()));
    }
    template <class Widget>
    Widget* field(const char* name) {
        return editor()->findChild<Widget*>(QLatin1String(name));
    }
    void click(const char* name) {
        QTest::mouseClick(field<QPushButton>(name), Qt::LeftButton);
        settle();
    }
    void fill(const char* name, const QString& text) {
        auto* line = field<QLineEdit>(name);
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, text);
    }
    void closed() {
        settle();
        QTRY_VERIFY(!editor());
    }
    QMessageBox* question() {
        auto* box = editor()->findChild<QMessageBox*>("formatQuestion");
        if (!box) {
            qFatal("nothing was asked");
        }
        return box;
    }
    void answerQuestion(QMessageBox::StandardButton answer) {
        settle();
        QPointer<QMessageBox> box = question();
        QTest::mouseClick(box->button(answer), Qt::LeftButton);
        QTRY_VERIFY(!box);
    }
    /// Makes a format by hand and saves it.
    void makePirate() {
        openEditor();
        click("formatNew");
        QCOMPARE(editor()->focusWidget(), field<QLineEdit>("formatName"));
        QTest::keyClicks(field<QLineEdit>("formatName"), "Pirate");
        auto* opening = field<QPlainTextEdit>("formatOpening");
        opening->setFocus();
        QTest::keyClicks(opening, "A pirate talks.");
        QTest::keyClick(opening, Qt::Key_Return);
        fill("formatUserPrefix", "Sailor: ");
        fill("formatReplyPrefix", "Pirate:");
        auto* stops = field<QPlainTextEdit>("formatStops");
        stops->setFocus();
        stops->selectAll();
        QTest::keyClicks(stops, "\\nSailor:");
        QTest::keyClick(stops, Qt::Key_Return);
        QTest::keyClicks(stops, "\\nThe end");
        settle();
        QVERIFY2(!field<QLabel>("formatRemarks")->isVisible(),
                 qPrintable(field<QLabel>("formatRemarks")->text()));
        click("formatSave");
        closed();
    }
    QComboBox* chooser() { return find<QComboBox>("formatChooser"); }
    void choose(int index) {
        chooser()->setFocus();
        chooser()->setCurrentIndex(index);
        emit chooser()->activated(index);
        settle();
    }

private slots:
    void aFormatIsMadeUsedKeptAndOutlivesItsDeletion() {
        makePirate();
        // What was made is chosen.
        QCOMPARE(chooser()->currentText(), QStringLiteral("Pirate"));
        say("Ahoy", " Arr.");
        QCOMPARE(m_engine->lastGenerate.prompt,
                 QStringLiteral("A pirate talks.\nSailor: Ahoy\nPirate:"));
        QCOMPARE(m_engine->lastGenerate.stops, (QStringList{"\nSailor:", "\nThe end"}));
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("Arr."));

        restart();
        QTRY_COMPARE(messages()->rowCount(), 2);
        QCOMPARE(chooser()->currentText(), QStringLiteral("Pirate"));
        say("Bye", " Yarr.");
        QCOMPARE(
            m_engine->lastGenerate.prompt,
            QStringLiteral("A pirate talks.\nSailor: Ahoy\nPirate: Arr.\nSailor: Bye\nPirate:"));

        openEditor();
        QCOMPARE(field<QListWidget>("formatList")->currentItem()->text(), QStringLiteral("Pirate"));
        click("formatDelete");
        click("formatSave");
        closed();
        // The conversation goes on with it, a new one cannot.
        QCOMPARE(chooser()->currentText(), QStringLiteral("Pirate (of this conversation)"));
        restart();
        QTRY_COMPARE(messages()->rowCount(), 4);
        QCOMPARE(chooser()->currentText(), QStringLiteral("Pirate (of this conversation)"));
        say("Still there?", " Aye.");
        QVERIFY(m_engine->lastGenerate.prompt.startsWith("A pirate talks.\nSailor: Ahoy\n"));
        QVERIFY(m_engine->lastGenerate.stops.contains("\nThe end"));
        choose(0);
        say("And now?", " Hello.");
        QVERIFY(m_engine->lastGenerate.prompt.startsWith("Alice: Ahoy\nBob: Arr.\n"));
        restart();
        QTRY_COMPARE(messages()->rowCount(), 8);
        QVERIFY(chooser()->findText("Pirate", Qt::MatchStartsWith) < 0);
    }

    void aChangedFormatIsTakenWhereItWasChangedAndNowhereElse() {
        makePirate();
        say("Ahoy", " Arr.");
        trigger("actionNew");
        say("Another talk", " Arr.");
        openEditor();
        fill("formatReplyPrefix", "Captain:");
        click("formatSave");
        closed();
        QCOMPARE(chooser()->currentText(), QStringLiteral("Pirate"));
        say("More", " Aye.");
        QVERIFY(m_engine->lastGenerate.prompt.endsWith("Captain: Arr.\nSailor: More\nCaptain:"));
        clickListed("Ahoy");
        QTRY_COMPARE(chooser()->currentText(), QStringLiteral("Pirate (of this conversation)"));
        say("Again", " Aye.");
        QVERIFY(m_engine->lastGenerate.prompt.endsWith("Pirate: Arr.\nSailor: Again\nPirate:"));
    }

    void theEditorShowsTheExactPromptAndWhatIsWrong() {
        openEditor();
        QVERIFY(field<QLineEdit>("formatName")->isReadOnly()); // a built-in one
        QVERIFY(!field<QPushButton>("formatDelete")->isEnabled());
        QCOMPARE(
            field<FormatPreview>("formatPreview")->toPlainText(),
            QStringLiteral("Alice:·What·is·2·+·2?↵\nBob:·It·is·4.↵\nAlice:·And·3·+·3?↵\nBob:"));
        click("formatCopy");
        QCOMPARE(field<QLineEdit>("formatName")->text(),
                 QStringLiteral("Chat (Alice and Bob), copy"));
        fill("formatReplyPrefix", "Bob: ");
        const auto remarks = [this] { return field<QLabel>("formatRemarks")->text(); };
        QVERIFY2(remarks().contains("ends in a space"), qPrintable(remarks()));
        QVERIFY(field<FormatPreview>("formatPreview")->toPlainText().endsWith("Bob:·"));
        QVERIFY(field<QPushButton>("formatSave")->isEnabled()); // it is only advice
        fill("formatUserSuffix", "<|im_end|>\\t");
        QVERIFY2(remarks().contains("another model's format"), qPrintable(remarks()));
        QVERIFY(field<FormatPreview>("formatPreview")->toPlainText().contains("2?<|im_end|>⇥"));
        fill("formatName", "RAW TEXT");
        QVERIFY2(remarks().contains("Another format is called"), qPrintable(remarks()));
        QVERIFY(!field<QPushButton>("formatSave")->isEnabled());
        QTest::keyClick(editor(), Qt::Key_Escape);
        QVERIFY(!question()->button(QMessageBox::Save)->isEnabled());
        answerQuestion(QMessageBox::Discard);
        closed();
        QVERIFY(!QFile::exists(formatsPath())); // nothing was kept
    }

    void closingItAsksWhatIsToBecomeOfChanges() {
        makePirate();
        const auto kept = [this] { return readFormatFileAt(formatsPath()).formats; };
        const QList<PromptFormat> before = kept();
        openEditor();
        fill("formatName", "Captain");
        QTest::keyClick(editor(), Qt::Key_Escape);
        answerQuestion(QMessageBox::Cancel);
        QVERIFY(editor()->isVisible());
        QCOMPARE(field<QLineEdit>("formatName")->text(), QStringLiteral("Captain"));
        editor()->close(); // by the window's own button
        answerQuestion(QMessageBox::Discard);
        closed();
        QCOMPARE(kept(), before);

        openEditor();
        fill("formatName", "Captain");
        QTest::keyClick(editor(), Qt::Key_Escape);
        answerQuestion(QMessageBox::Save);
        closed();
        QCOMPARE(kept().value(0).rules().name, QStringLiteral("Captain"));

        openEditor();
        click("formatDelete");
        QTest::keyClick(editor(), Qt::Key_Escape);
        answerQuestion(QMessageBox::Save);
        closed();
        QCOMPARE(kept().size(), 0);
    }

    void closingItAsksNothingWhereNothingIsChanged() {
        makePirate();
        openEditor();
        fill("formatName", "Captain");
        fill("formatName", "Pirate"); // and back
        QTest::keyClick(editor(), Qt::Key_Escape);
        closed();
        openEditor();
        click("formatCopy");
        click("formatDelete");
        QTest::keyClick(editor(), Qt::Key_Escape);
        closed();
    }

    void formatsGoToAFileAndComeBack() {
        makePirate();
        const PromptFormat pirate = m_controller->format();
        const QString path = m_folder->filePath("pirate.json");
        openEditor();
        click("formatExport");
        auto* save = editor()->findChild<QFileDialog*>("exportFormats");
        QVERIFY(save);
        emit save->fileSelected(path);
        save->close();
        QCOMPARE(readFormatFileAt(path).formats, QList<PromptFormat>{pirate});
        click("formatDelete");
        click("formatImport");
        auto* open = editor()->findChild<QFileDialog*>("importFormats");
        QVERIFY(open);
        emit open->fileSelected(path);
        QCOMPARE(field<QListWidget>("formatList")->currentItem()->text(), QStringLiteral("Pirate"));
        emit open->fileSelected(path);
        QVERIFY(field<QLabel>("formatRemarks")->text().contains("already"));
        QFile broken(m_folder->filePath("broken.json"));
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{\"name\":7}") > 0);
        broken.close();
        emit open->fileSelected(broken.fileName());
        QVERIFY(field<QLabel>("formatRemarks")->text().contains("\"name\""));
        open->close();
        click("formatSave");
        closed();
        QCOMPARE(readFormatFileAt(formatsPath()).formats, QList<PromptFormat>{pirate});
    }

    void aFileThatCannotBeReadIsSetAside() {
        makePirate();
        QFile file(formatsPath());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{\"format\":") > 0);
        file.close();
        FormatDesk desk(m_window.get(), formatsPath());
        QSignalSpy problems(&desk, &FormatDesk::problem);
        desk.load();
        QCOMPARE(problems.size(), 1);
        QVERIFY(problems.first().first().toString().contains("was kept as"));
        QVERIFY(!QFile::exists(formatsPath()));
        QCOMPARE(QFileInfo(formatsPath()).dir().entryList({"*.set-aside-*"}).size(), 1);
    }

    void theChooserLeadsToTheEditorAndKeepsTheFormat() {
        const QString before = chooser()->currentText();
        choose(chooser()->count() - 1);
        QVERIFY(editor());
        QCOMPARE(chooser()->currentText(), before);
    }

    void eachConversationComesBackWithItsSettings() {
        const auto temperature = [this] { return m_window->settings()->settings().temperature; };
        const auto set = [this](double value) {
            GenerationSettings settings = m_window->settings()->settings();
            settings.temperature = value;
            m_window->settings()->setSettings(settings);
            emit m_window->settings()->settingsChanged(settings);
        };
        set(0.3);
        say("Cold", " Yes.");
        QCOMPARE(m_engine->lastGenerate.settings.temperature, 0.3);
        trigger("actionNew");
        QCOMPARE(temperature(), 0.3); // as the last one
        say("Warm", " Yes.");
        set(1.4);
        QTRY_COMPARE(find<QLabel>("statusKept")->text(), QStringLiteral("Saved"));
        clickListed("Cold");
        QTRY_COMPARE(temperature(), 0.3);
        QTRY_COMPARE(messages()->at(0).text, QStringLiteral("Cold"));
        restart();
        QTRY_COMPARE(messages()->rowCount(), 2);
        QCOMPARE(temperature(), 0.3);
        clickListed("Warm");
        QTRY_COMPARE(temperature(), 1.4);
        // A branch begins with them.
        emit m_window->branchRequested(1);
        settle();
        set(0.9);
        clickListed("Warm");
        QTRY_COMPARE(temperature(), 1.4);
        clickListed("Warm (branch)");
        QTRY_COMPARE(temperature(), 0.9);
    }

    void aPlanSurvivesARestartAndGoesIntoABranch() {
        say("One", " 1.");
        say("Two", " 2.");
        m_controller->library()->find(m_controller->conversation().info.id)->setup.plan = {
            3, QStringLiteral("They counted."), ContextHabit::Drop};
        say("Three", " 3.");
        QVERIFY(m_engine->lastGenerate.prompt.startsWith("They counted.\nAlice: Two"));
        restart();
        QTRY_COMPARE(messages()->rowCount(), 6);
        QVERIFY(messages()->at(1).unsent && !messages()->at(2).unsent);
        say("Four", " 4.");
        QVERIFY(m_engine->lastGenerate.prompt.startsWith("They counted.\nAlice: Two"));
        emit m_window->branchRequested(7);
        settle();
        say("Five", " 5.");
        QVERIFY(m_engine->lastGenerate.prompt.startsWith("They counted.\nAlice: Two"));
        trigger("actionSendWhole");
        say("Six", " 6.");
        QVERIFY(m_engine->lastGenerate.prompt.startsWith("Alice: One"));
    }
};

} // namespace phidelity

QTEST_MAIN(phidelity::FormatEditorTest)
#include "format_editor_test.moc"
