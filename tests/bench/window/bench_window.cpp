// SPDX-License-Identifier: MIT
// What the list of messages costs while it is used: frames of a long reply that streams, the first
// sight of it, a wider window, wheel steps through a long conversation, what is found in it, many
// turns, hostile replies.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QLineEdit>
#include <QScrollBar>
#include <QTimer>

#include "hostile_replies.h"
#include "ui/chat_find.h"
#include "ui/elided_label.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/theme.h"

using namespace phidelity;

namespace {

/// Milliseconds of what was done one after the other.
class Times {
public:
    template <class Act>
    void take(const Act& act) {
        QElapsedTimer timer;
        timer.start();
        act();
        m_times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    [[nodiscard]] double most() const { return *std::max_element(m_times.begin(), m_times.end()); }
    void print(const char* what) const {
        std::vector<double> sorted = m_times;
        std::sort(sorted.begin(), sorted.end());
        const auto at = [&sorted](double share) {
            return sorted[static_cast<size_t>(static_cast<double>(sorted.size() - 1) * share)];
        };
        std::printf("%-44s n %6zu  median %7.2f  99%% %7.2f  most %7.2f ms\n", what, sorted.size(),
                    at(0.5), at(0.99), sorted.back());
    }

private:
    std::vector<double> m_times;
};

Message reply(const QString& text, MessageState state) {
    Message message;
    message.speaker = Speaker::Model;
    message.author = QStringLiteral("Phi-2");
    message.text = text;
    message.state = state;
    return message;
}

Message question(int number) {
    Message message;
    message.text = QStringLiteral("Question %1: how does this go on?").arg(number);
    return message;
}

QString prose(int lines) {
    QString text;
    for (int line = 0; line < lines; ++line) {
        text += QStringLiteral("Line %1 tells of **rivers**, `code` and the sea.\n\n").arg(line);
    }
    return text;
}

QString code(int lines) {
    QString text = QStringLiteral("```python\n");
    for (int line = 0; line < lines; ++line) {
        text += QStringLiteral("    total_%1 = sum(values[:%1])  # so far\n").arg(line);
    }
    return text;
}

double residentMb() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) {
        return 0;
    }
    return file.readAll().split(' ').value(1).toDouble() * 4096 / 1e6;
}

struct Stage {
    MessageModel model;
    MessageView view;

    Stage() {
        view.setModel(&model);
        view.resize(1000, 700);
        view.show();
        QApplication::processEvents();
    }
    void draw() { view.viewport()->repaint(); }
};

/// Prose with a bit of everything that Markdown has.
QString mixed(qsizetype size) {
    QString text;
    for (int part = 0; text.size() < size; ++part) {
        text +=
            QStringLiteral(
                "## Part %1\n\nLine of **prose** with `code`, a [link](https://x.org/%1) and "
                "$x_%1^2 + \\frac{1}{2}$ in it, which goes on for a while so that it wraps.\n\n"
                "1. First\n   - inner\n2. Second\n\n> Quoted\n\n"
                "| a | b | c |\n|---|:-:|--:|\n| 1 | two | %1 |\n| 4 | *five* | 6 |\n\n"
                "$$\\sum_{i=1}^{%1} i$$\n\n```python\nfor i in range(%1):\n    print(i)\n```\n\n")
                .arg(part);
    }
    return text.left(size);
}

/// Batches as the engine sends them: some 30 characters thirty times a second.
void stream(const QString& text, const char* what) {
    Stage stage;
    stage.model.add(question(1));
    stage.model.add(reply({}, MessageState::Writing));
    Times times;
    for (qsizetype at = 0; at < text.size(); at += 30) {
        times.take([&] {
            stage.model.appendText(1, text.mid(at, 30));
            stage.draw();
        });
    }
    times.print(what);
}

double threadSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// The window's thread while 200 tokens a second (of four letters) arrive in 30 batches a second,
/// as its event loop sees them, after so much of the reply has come already.
void share(const QString& text, qsizetype before, const char* what) {
    Stage stage;
    stage.model.add(question(1));
    stage.model.add(reply(text.left(before), MessageState::Writing));
    stage.draw();
    constexpr int kBatch = 200 * 4 / 30;
    constexpr double kSeconds = 5;
    qsizetype at = before;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, [&] {
        stage.model.appendText(1, text.mid(at, kBatch));
        at += kBatch;
    });
    QElapsedTimer wall;
    wall.start();
    const double start = threadSeconds();
    timer.start(1000 / 30);
    while (static_cast<double>(wall.elapsed()) < kSeconds * 1000) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    std::printf("%-44s %.1f%% of a core\n", what,
                (threadSeconds() - start) / static_cast<double>(wall.elapsed()) * 1e5);
}

/// The longest that a hostile reply holds the window, whole, scrolled through and in batches.
/// `kind`: only the ones whose name begins so.
void hostile(const QString& kind) {
    for (const HostileReply& bad : hostileReplies(QStringLiteral("/nowhere/x.png"))) {
        if (!QString::fromUtf8(bad.name).startsWith(kind)) {
            continue;
        }
        Times whole;
        Times steps;
        Times batches;
        Stage stage;
        whole.take([&] {
            stage.model.reset({question(1), reply(bad.text, MessageState::Complete)});
            stage.draw();
        });
        QScrollBar* bar = stage.view.verticalScrollBar();
        for (int step = 0; step <= 50; ++step) {
            steps.take([&] {
                bar->setValue(bar->maximum() * step / 50);
                stage.draw();
            });
        }
        stage.model.reset({question(1), reply({}, MessageState::Writing)});
        const qsizetype size = std::max<qsizetype>(30, bad.text.size() / 400);
        for (qsizetype at = 0; at < bad.text.size(); at += size) {
            batches.take([&] {
                stage.model.appendText(1, bad.text.mid(at, size));
                stage.draw();
            });
        }
        std::printf("%-44s whole %7.2f  step %7.2f  batch %7.2f ms\n", bad.name, whole.most(),
                    steps.most(), batches.most());
    }
}

void firstSight(const QString& text, const char* what) {
    Times times;
    for (int round = 0; round < 5; ++round) {
        Stage stage;
        const QList<Message> messages{question(1), reply(text, MessageState::Complete)};
        times.take([&] {
            stage.model.reset(messages);
            stage.draw();
        });
    }
    times.print(what);
}

void widen(const QString& text, const char* what) {
    Stage stage;
    stage.model.add(reply(text, MessageState::Complete));
    Times times;
    for (int step = 0; step < 50; ++step) {
        times.take([&] {
            stage.view.resize(600 + step * 4, 700);
            stage.draw();
        });
    }
    times.print(what);
}

QList<Message> tenThousand() {
    QList<Message> messages;
    for (int turn = 0; turn < 5000; ++turn) {
        messages << question(turn) << reply(prose(2 + turn % 9), MessageState::Complete);
    }
    return messages;
}

/// From the key to the whole count, with what holds the window longest on the way: messages that
/// were never seen, all of them with hits, one or none.
void find() {
    for (const char* what : {"sea", "Question 2345", "nowhere"}) {
        Stage stage;
        stage.model.reset(tenThousand());
        ChatFind bar(&stage.view, &stage.model);
        bar.show();
        bar.open();
        stage.draw();
        auto* field = bar.findChild<QLineEdit*>(QStringLiteral("chatFind"));
        const auto* said = bar.findChild<ElidedLabel*>(QStringLiteral("chatFindSaid"));
        QElapsedTimer whole;
        whole.start();
        Times steps;
        steps.take([&] {
            field->setText(QString::fromLatin1(what));
            stage.draw();
        });
        while (!said->text().contains(QStringLiteral(" of ")) &&
               said->text() != QStringLiteral("Not found")) {
            steps.take([] { QApplication::processEvents(); });
        }
        std::printf(
            "find %-15s in 10,000 messages          all %7.2f  step at most %7.2f ms (%s)\n", what,
            static_cast<double>(whole.nsecsElapsed()) / 1e6, steps.most(),
            qPrintable(said->text()));
    }
}

void scroll() {
    Stage stage;
    const QList<Message> messages = tenThousand();
    Times open;
    open.take([&] {
        stage.model.reset(messages);
        stage.draw();
    });
    open.print("open a conversation of 10,000 messages");
    Times times;
    QScrollBar* bar = stage.view.verticalScrollBar();
    for (int step = 0; step < 2000; ++step) {
        times.take([&] {
            bar->setValue(bar->value() - 120);
            stage.draw();
        });
    }
    times.print("wheel step up in it");
}

void manyTurns() {
    Stage stage;
    const double before = residentMb();
    for (int turn = 0; turn < 200; ++turn) {
        stage.model.add(question(turn));
        stage.model.add(reply({}, MessageState::Writing));
        const QString text = prose(6) + code(10);
        for (qsizetype at = 0; at < text.size(); at += 30) {
            stage.model.appendText(turn * 2 + 1, text.mid(at, 30));
        }
        stage.draw();
    }
    std::printf("%-44s %.1f MB\n", "memory that 200 turns (320 KB of text) take",
                residentMb() - before);
}

void wellBehaved() {
    manyTurns();
    stream(prose(10000), "frame while 10,000 lines of prose stream");
    stream(code(10000), "frame while 10,000 lines of code stream");
    const QString megabyte = mixed(1 << 20);
    stream(megabyte, "frame while 1 MB of Markdown streams");
    share(megabyte, 0, "200 tokens/s, a reply that begins");
    share(megabyte, 1000000, "200 tokens/s, after 1 MB of the reply");
    firstSight(prose(10000), "first sight of 10,000 lines of prose");
    firstSight(code(10000), "first sight of 10,000 lines of code");
    widen(prose(10000), "frame while the window widens, prose");
    widen(code(10000), "frame while the window widens, code");
    scroll();
    find();
}

} // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    applyAppearance(application, Appearance::Light);
    // "bench_window hostile" runs that part alone, "bench_window hostile emoji" that kind,
    // "bench_window find" the search.
    const QString only = QApplication::arguments().value(1);
    if (only == QLatin1String("find")) {
        find();
        return 0;
    }
    if (only != QLatin1String("hostile")) {
        wellBehaved();
    }
    hostile(QApplication::arguments().value(2));
    return 0;
}
