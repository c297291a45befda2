// SPDX-License-Identifier: MIT
// Presets go out to a file and come in from one through the menu and its dialogs, as a hand does
// it.
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QInputDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QMenu>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#ifdef Q_OS_UNIX
#include <sys/stat.h>
#endif

#include "app/lab_desk.h"
#include "app/wiring.h"
#include "ui/notice_bar.h"

using namespace phidelity;

class LabPresetsTest : public QObject {
    Q_OBJECT

    struct Program {
        ChatController controller;
        MainWindow window;
        LabDesk lab;

        explicit Program(const QString& presets) : lab(window, controller, PresetStore(presets)) {
            connectWindow(window, controller);
            window.resize(1280, 800);
            window.show();
            window.showPanel(QStringLiteral("lab"));
            QApplication::processEvents();
        }
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Program> m_program;

    QString path(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = m_program->window.findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    /// Clicks the button with the three dots, then goes down the menu that opens, by keys.
    void chooseFromMenu(const char* action) {
        auto* button = find<QToolButton>("presetMore");
        auto* wanted = find<QAction>(action);
        QVERIFY(wanted->isEnabled());
        QTimer walk;
        connect(&walk, &QTimer::timeout, this,
                [menu = button->menu(), wanted, steps = 0]() mutable {
                    const bool there = menu->activeAction() == wanted;
                    if (++steps > 200) {
                        menu->close(); // the test goes on and finds no dialog
                    } else if (menu->isVisible()) {
                        QTest::keyClick(menu, there ? Qt::Key_Return : Qt::Key_Down);
                    }
                });
        walk.start(5);
        QTest::mouseClick(button, Qt::LeftButton);
        walk.stop();
        QApplication::processEvents();
    }
    void typeFile(const char* dialogName, const QString& file) {
        auto* dialog = find<QFileDialog>(dialogName);
        QVERIFY(dialog->isVisible());
        auto* edit = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        QVERIFY(edit);
        edit->selectAll();
        QTest::keyClicks(edit, file);
        QTest::keyClick(edit, Qt::Key_Return);
        QApplication::processEvents();
        QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    void saveAs(const QString& name) {
        QTest::mouseClick(find<QToolButton>("presetSave"), Qt::LeftButton);
        auto* dialog = find<QInputDialog>("presetName");
        auto* edit = dialog->findChild<QLineEdit*>();
        edit->selectAll();
        QTest::keyClicks(edit, name);
        QTest::keyClick(edit, Qt::Key_Return);
        QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QApplication::processEvents();
    }
    const QList<OwnPreset>& own() { return m_program->lab.panel()->ownPresets(); }
    QString notice() { return find<NoticeBar>("labNotice")->sentence(); }

private slots:
    void initTestCase() { QApplication::setAttribute(Qt::AA_DontUseNativeDialogs); }
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_program = std::make_unique<Program>(path("presets.json"));
    }
    void cleanup() { m_program.reset(); }

    void aPresetGoesToAnotherMachine() {
        auto* order = find<QComboBox>("stageOrder");
        order->setFocus();
        QTest::keyClick(order, Qt::Key_Down); // as Hugging Face has it
        saveAs(QStringLiteral("Theirs"));
        QCOMPARE(own().size(), 1);
        const GenerationSettings settings = own().front().settings;
        chooseFromMenu("presetExport");
        typeFile("exportPresetsDialog", path("shared.json"));
        QVERIFY(QFile::exists(path("shared.json")));
        QVERIFY(notice().isEmpty());

        m_program = std::make_unique<Program>(path("other.json"));
        QVERIFY(own().isEmpty());
        chooseFromMenu("presetImport");
        typeFile("importPresetsDialog", path("shared.json"));
        QCOMPARE(own(), (QList<OwnPreset>{{QStringLiteral("Theirs"), settings}}));
        auto* box = find<QComboBox>("presetBox");
        box->setFocus();
        QTest::keyClick(box, Qt::Key_End);
        QCOMPARE(box->currentText(), QStringLiteral("Theirs"));
        QCOMPARE(orderOf(m_program->controller.settings()), StageOrder::HuggingFace);
        // And is there at the next start.
        m_program = std::make_unique<Program>(path("other.json"));
        QCOMPARE(own().size(), 1);
    }

    void aNameOfAnotherPresetIsKeptApart() {
        saveAs(QStringLiteral("Mine"));
        chooseFromMenu("presetExport");
        typeFile("exportPresetsDialog", path("shared.json"));
        auto* order = find<QComboBox>("stageOrder");
        order->setFocus();
        QTest::keyClick(order, Qt::Key_Down);
        m_program = std::make_unique<Program>(path("other.json"));
        find<QComboBox>("stageOrder")->setFocus();
        QTest::keyClick(find<QComboBox>("stageOrder"), Qt::Key_Down);
        saveAs(QStringLiteral("Mine"));
        chooseFromMenu("presetImport");
        typeFile("importPresetsDialog", path("shared.json"));
        QCOMPARE(own().size(), 2);
        QCOMPARE(own().last().name, QStringLiteral("Mine (2)"));
        QVERIFY(own().first().settings != own().last().settings);
    }

    void twoOfTheLongestNameAreBothThereAtTheNextStart() {
        const QString name(60, u'm');
        saveAs(name);
        saveAs(name);
        QCOMPARE(own().size(), 2);
        m_program = std::make_unique<Program>(path("presets.json"));
        QCOMPARE(own().size(), 2);
        QVERIFY(notice().isEmpty());
    }

    void aHostileFileChangesNothingAndSaysWhy_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        QTest::newRow("not JSON") << QByteArray("{\"format\": oops") << QStringLiteral("not JSON");
        QTest::newRow("another program's")
            << QByteArray(R"({"temp":0.8})") << QStringLiteral("no file of presets");
        QTest::newRow("deep") << QByteArray("[").repeated(500'000) << QStringLiteral("not JSON");
        QTest::newRow("too large") << QByteArray(16'000'001, ' ') << QStringLiteral("too large");
    }
    void aHostileFileChangesNothingAndSaysWhy() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        saveAs(QStringLiteral("Mine"));
        const QList<OwnPreset> before = own();
        QFile file(path("hostile.json"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        chooseFromMenu("presetImport");
        typeFile("importPresetsDialog", file.fileName());
        QVERIFY2(notice().contains(reason), qPrintable(notice()));
        QVERIFY(notice().contains(QStringLiteral("hostile.json")));
        QCOMPARE(own(), before);
    }

    void aPipeIsNotWaitedFor() {
#ifdef Q_OS_UNIX
        const QByteArray pipe = QFile::encodeName(path("pipe"));
        QCOMPARE(mkfifo(pipe.constData(), 0600), 0);
        QVERIFY(readPresets(path("pipe")).refusal.contains(QStringLiteral("no file")));
        QVERIFY(!readPresets(m_folder->path()).refusal.isEmpty());
        QVERIFY(!readPresets(path("none")).refusal.isEmpty());
#else
        QSKIP("no pipes in folders here");
#endif
    }
};

QTEST_MAIN(LabPresetsTest)
#include "lab_presets_test.moc"
