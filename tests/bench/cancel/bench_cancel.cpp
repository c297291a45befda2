// SPDX-License-Identifier: MIT
// How long a running request goes on after a new one has stopped it, while it reads its prompt and
// while it writes. For people, not for the test run.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

#include "engine/engine.h"
#include "engine/engine_thread.h"

using namespace phidelity;

namespace {

constexpr int kRounds = 24;

struct Bench {
    EngineThread engine;
    RequestId last = 0;

    /// Waits for `signal` of the engine, at most two minutes.
    template <class Signal>
    bool waitFor(Signal signal, const std::function<void()>& begin) {
        QEventLoop loop;
        bool came = false;
        const auto connection = QObject::connect(
            &engine.engine(), signal, &loop,
            [&] {
                came = true;
                loop.quit();
            },
            Qt::QueuedConnection);
        QTimer::singleShot(120'000, &loop, &QEventLoop::quit);
        begin();
        loop.exec();
        QObject::disconnect(connection);
        return came;
    }

    void post(const GenerateRequest& request) {
        QMetaObject::invokeMethod(
            &engine.engine(), [this, request] { engine.engine().generate(request); },
            Qt::QueuedConnection);
    }
    GenerateRequest request(const QString& prompt) {
        GenerateRequest made;
        made.id = ++last;
        made.prompt = prompt;
        made.settings.temperature = 0;
        made.settings.maxTokens = 0;
        made.stop = std::make_shared<std::atomic<bool>>(false);
        return made;
    }

    /// Stops a request `afterMs` after `since` and says how long it then went on; -1 if it had
    /// ended before.
    template <class Signal>
    double endAfter(const QString& prompt, Signal since, double afterMs) {
        const GenerateRequest asked = request(prompt);
        bool ended = false;
        const auto connection = QObject::connect(
            &engine.engine(), &Engine::generationEnded, QCoreApplication::instance(),
            [&](const GenerationEnded& end) { ended = ended || end.id == asked.id; },
            Qt::QueuedConnection);
        waitFor(since, [&] { post(asked); });
        QElapsedTimer clock;
        clock.start();
        const auto spin = [&](const std::function<bool()>& done) {
            while (!done() && clock.elapsed() < 60'000) {
                QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            }
        };
        spin([&] { return ended || static_cast<double>(clock.nsecsElapsed()) > afterMs * 1e6; });
        const bool before = ended;
        clock.start();
        asked.stop->store(true);
        spin([&] { return ended; });
        const double took = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        QObject::disconnect(connection);
        return before ? -1 : took;
    }
};

void tell(const char* what, std::vector<double> times) {
    std::erase_if(times, [](double time) { return time < 0; });
    if (times.empty()) {
        std::printf("%-28s always ended before\n", what);
        return;
    }
    std::ranges::sort(times);
    std::printf("%-28s median %7.2f ms, worst of %zu %7.2f ms\n", what, times[times.size() / 2],
                times.size(), times.back());
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    registerEngineMessages();
    const QStringList words = QCoreApplication::arguments();
    Bench bench;
    OpenModelRequest open;
    open.id = ++bench.last;
    open.path = words.value(1);
    open.device = words.value(2, QStringLiteral("cpu"));
    int context = 0;
    QObject::connect(&bench.engine.engine(), &Engine::modelOpened, &application,
                     [&](const ModelOpened& model) { context = model.context; });
    bench.waitFor(&Engine::modelOpened, [&] {
        QMetaObject::invokeMethod(
            &bench.engine.engine(), [&] { bench.engine.engine().openModel(open); },
            Qt::QueuedConnection);
    });
    if (context == 0) {
        std::fprintf(stderr, "bench_cancel: the model cannot be opened\n");
        return 1;
    }
    // Each prompt is another one, so that nothing of it is in the cache.
    const auto prompt = [&](int round) {
        QString text = QStringLiteral("# round %1\n").arg(round);
        while (text.size() < context * 3 / 4) {
            text += QStringLiteral("v%1 = f(%1)\n").arg(text.size() + round);
        }
        return text;
    };
    std::vector<double> reading;
    std::vector<double> writing;
    for (int round = 0; round < kRounds; ++round) {
        reading.push_back(bench.endAfter(prompt(round), &Engine::promptProgress, 7.0 * round));
        writing.push_back(bench.endAfter(QStringLiteral("def f_%1(x):\n").arg(round),
                                         &Engine::textArrived, 3.0 * round));
    }
    tell("stopped while reading", reading);
    tell("stopped while writing", writing);
    return 0;
}
