// SPDX-License-Identifier: MIT
// The playground with the real engine and the demo model.
#include <QElapsedTimer>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include "playground_fixture.h"
#include "states.h"

namespace phidelity::screenshots {

namespace {

void wait(const std::function<bool()>& until) {
    QElapsedTimer timer;
    timer.start();
    while (!until() && timer.elapsed() < 30000) {
        QTest::qWait(20);
    }
    QTest::qWait(100);
}

State playing(const QString& name, const std::function<void(PlaygroundProgram&)>& act) {
    return {name, [act](const QSize& size, const Take& take) {
                const QTemporaryDir folder;
                PlaygroundProgram program(folder.path());
                program.window.resize(size);
                wait([&] { return program.isReady(); });
                program.edit()->setFocus();
                act(program);
                wait([&] { return program.isIdle(); });
                take(&program.window);
            }};
}

void writeOn(PlaygroundProgram& program, const QString& text) {
    QTest::keyClicks(program.edit(), text);
    program.key(Qt::Key_Return);
    wait([&] { return program.isIdle(); });
}

QString longText(int times) {
    return QStringLiteral("The sky is blue. The grass is green. Water boils at 100 degrees. ")
        .repeated(times);
}

void scoreText(PlaygroundProgram& program) {
    program.paste(longText(3));
    program.press("playScore");
}

/// Goes on from the second choice at a token of what was written.
void branch(PlaygroundProgram& program, int token) {
    int first = 0;
    const QList<TokenDetail> tokens = program.tokens();
    while (first < tokens.size() && tokens.at(first).rank < 0) {
        ++first;
    }
    const TokenDetail taken = tokens.value(first + token);
    for (const TokenAlternative& other : taken.top) {
        if (other.id != taken.id && other.bytes.trimmed().size() > 1) {
            program.page->branchAt(first + token, other.id);
            break;
        }
    }
    wait([&] { return program.isIdle(); });
}

} // namespace

QList<State> playgroundLiveStates() {
    const QString start = QStringLiteral("Once upon a time");
    return {
        playing(QStringLiteral("playground-empty"), [](PlaygroundProgram&) {}),
        playing(QStringLiteral("playground-scored"),
                [](PlaygroundProgram& program) {
                    program.find<QAction>("playActionMeasure1")->trigger();
                    scoreText(program);
                }),
        playing(QStringLiteral("playground-uncertainty"),
                [start](PlaygroundProgram& program) {
                    program.setLength(200, 1.2);
                    writeOn(program, start);
                    program.find<QAction>("playActionMeasure2")->trigger();
                }),
        playing(QStringLiteral("playground-rank"),
                [start](PlaygroundProgram& program) {
                    program.setLength(200, 1.2);
                    writeOn(program, start);
                    program.find<QAction>("playActionMeasure3")->trigger();
                }),
        playing(QStringLiteral("playground-four"),
                [start](PlaygroundProgram& program) {
                    program.setLength(24, 1.2);
                    QTest::keyClicks(program.edit(), start);
                    program.key(Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
                }),
        playing(QStringLiteral("playground-error"),
                [](PlaygroundProgram& program) {
                    program.paste(longText(60)); // more than the model holds
                    program.key(Qt::Key_Return);
                }),
        playing(QStringLiteral("playground-tree"),
                [start](PlaygroundProgram& program) {
                    program.openInspector();
                    writeOn(program, start);
                    branch(program, 2);
                    branch(program, 5);
                    program.page->showBranch(1);
                    branch(program, 4);
                    program.find<QTabWidget>("inspectorTabs")->setCurrentIndex(1);
                }),
        playing(QStringLiteral("playground-inspector"),
                [](PlaygroundProgram& program) {
                    program.openInspector();
                    scoreText(program);
                    wait([&] { return program.isIdle(); });
                    program.edit()->setCursorPosition(20);
                }),
    };
}

} // namespace phidelity::screenshots
