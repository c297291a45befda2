// SPDX-License-Identifier: MIT
// The code page.
#include <QAction>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTest>

#include "live_scene.h"
#include "states.h"
#include "ui/code/code_edit.h"

namespace phidelity::screenshots {

namespace {

const char* const kPrime = "import math\n\n\n"
                           "def is_prime(n: int) -> bool:\n"
                           "    \"\"\"Return True if n is a prime number.\"\"\"\n"
                           "    if n < 2:\n"
                           "        return False\n"
                           "    for divisor in range(2, math.isqrt(n) + 1):\n"
                           "        if n % divisor == 0:\n"
                           "            return False  # found a divisor\n"
                           "    return ";

void write(LiveScene& scene, const QString& text) {
    scene.window.showPage(QStringLiteral("code"));
    scene.code->edit()->setPlainText(text);
    scene.code->edit()->moveCursor(QTextCursor::End);
    scene.code->edit()->setFocus();
    QTest::qWait(50);
}

/// Files in tabs: one read only in part, one in another language.
void openFiles(LiveScene& scene, const QTemporaryDir& folder) {
    const std::pair<const char*, QByteArray> files[] = {
        {"primes.py", QByteArray(kPrime) + "True\n"},
        {"a_module_with_a_long_name.cpp", "#include <cstdio>\r\n\r\nint main() {\r\n    return "
                                          "std::puts(\"hello\");\r\n}\r\n"},
        {"notes.txt", "gr\xFC\xDF"
                      "e\n"}};
    for (const auto& [name, bytes] : files) {
        QFile file(folder.filePath(QLatin1String(name)));
        if (file.open(QIODevice::WriteOnly)) {
            file.write(bytes);
            file.close();
            scene.code->openFile(file.fileName());
        }
    }
}

void complete(LiveScene& scene) {
    write(scene, QString::fromUtf8(kPrime));
    scene.code->edit()->requestCompletion();
    auto* said = scene.code->findChild<QLabel*>(QStringLiteral("codeSaid"));
    LiveScene::wait([&] { return said->text().contains(QStringLiteral("robability")); });
}

} // namespace

QList<State> codeStates() {
    return {
        live(QStringLiteral("code-empty"), [](LiveScene& scene) { write(scene, {}); }),
        live(QStringLiteral("code-ghost"), complete),
        live(QStringLiteral("code-files"),
             [](LiveScene& scene) {
                 const QTemporaryDir folder;
                 scene.window.showPage(QStringLiteral("code"));
                 openFiles(scene, folder);
                 scene.code->openFile(folder.filePath(QStringLiteral("primes.py")));
                 QTest::keyClicks(scene.code->edit(), QStringLiteral("# "));
             }),
        live(QStringLiteral("code-long"),
             [](LiveScene& scene) {
                 QString text;
                 for (int line = 1; line <= 12000; ++line) {
                     text += QStringLiteral("value_%1 = compute(%1, \"%2\")  # %3\n")
                                 .arg(line)
                                 .arg(QString(line % 160, u'x'))
                                 .arg(line * line % 97);
                 }
                 write(scene, text);
                 scene.code->edit()->goToLine(11980);
             }),
        live(QStringLiteral("code-find"),
             [](LiveScene& scene) {
                 write(scene, QString::fromUtf8(kPrime));
                 scene.code->findChild<QAction*>(QStringLiteral("actionCodeReplace"))->trigger();
                 auto* field = qobject_cast<QLineEdit*>(QApplication::focusWidget());
                 if (field) {
                     QTest::keyClicks(field, QStringLiteral("divisor"));
                 }
             }),
        live(QStringLiteral("code-run"),
             [](LiveScene& scene) {
                 write(scene, QString::fromUtf8(kPrime) + QStringLiteral("True\n"));
                 CodeNote note;
                 note.status = QStringLiteral("Ended with an error after 0.1 s");
                 note.output = QStringLiteral("7 is prime\nTraceback (most recent call last):\n  "
                                              "File \"code.py\", line 14, in <module>\n"
                                              "AssertionError");
                 note.kind = CodeNote::Kind::Bad;
                 scene.code->showRun(note);
             }),
        live(QStringLiteral("code-inspector"),
             [](LiveScene& scene) {
                 scene.window.showPage(QStringLiteral("code"));
                 scene.window.showPanel(QStringLiteral("codeInspector"));
                 complete(scene);
                 scene.code->edit()->acceptGhost();
             }),
        live(QStringLiteral("code-inspector-empty"),
             [](LiveScene& scene) {
                 write(scene, QString::fromUtf8(kPrime));
                 scene.window.showPanel(QStringLiteral("codeInspector"));
             }),
        live(QStringLiteral("code-inspector-read"),
             [](LiveScene& scene) {
                 write(scene, QString::fromUtf8(kPrime));
                 scene.window.showPanel(QStringLiteral("codeInspector"));
                 scene.codeInspector.score();
                 QTest::qWait(2000);
             }),
        live(QStringLiteral("code-lab"),
             [](LiveScene& scene) {
                 write(scene, QString::fromUtf8(kPrime));
                 scene.window.showPanel(QStringLiteral("lab"));
                 QTest::qWait(1500);
             }),
        live(QStringLiteral("code-fault"),
             [](LiveScene& scene) {
                 write(scene, QString::fromUtf8(kPrime));
                 scene.code->openFile(QStringLiteral("/home/me/there_is_no_such_file.py"));
             }),
    };
}

} // namespace phidelity::screenshots
