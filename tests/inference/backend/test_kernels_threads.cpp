// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <QObject>
#include <QTest>

#include "inference/backend/cpu/kernels/kernels.h"

using namespace phidelity::kernels;

class TestKernelsThreads : public QObject {
    Q_OBJECT

private slots:
    void everyTaskRunsOnce() {
        for (const std::uint32_t threads : {1U, 2U, 3U, 8U}) {
            ThreadPool pool(threads);
            QVERIFY(pool.threads() <= threads);
            for (std::uint64_t region = 0; region < 2000; ++region) {
                const std::uint64_t tasks = region % 17;
                std::vector<int> runs(tasks,
                                      0); // not atomic: the region itself must order the writes
                std::atomic<bool> badThread{false};
                pool.parallelFor(tasks, [&](std::uint64_t task, std::uint32_t thread) {
                    ++runs[task];
                    if (thread >= pool.threads()) {
                        badThread = true;
                    }
                });
                QVERIFY(!badThread);
                QVERIFY(
                    std::all_of(runs.begin(), runs.end(), [](int count) { return count == 1; }));
            }
        }
    }

    void aStalledThreadHoldsUpOneTaskOnly() {
        ThreadPool pool(2);
        if (pool.threads() < 2) {
            QSKIP("the system grants one thread only");
        }
        std::atomic<int> others{0};
        std::atomic<bool> stalled{false};
        pool.parallelFor(100, [&](std::uint64_t task, std::uint32_t) {
            if (task == 0) {
                // Waits until the other thread has run all that is left, or a minute.
                for (int i = 0; i < 60'000 && others < 99; ++i) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
                stalled = others < 99;
            } else {
                ++others;
            }
        });
        QVERIFY(!stalled);
        QCOMPARE(others.load(), 99);
    }

    void sleepingThreadsWakeUp() {
        ThreadPool pool(3);
        for (int round = 0; round < 20; ++round) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // far past the spinning
            std::atomic<int> done{0};
            pool.parallelFor(30, [&](std::uint64_t, std::uint32_t) { ++done; });
            QCOMPARE(done.load(), 30);
        }
    }

    void poolsComeAndGo() {
        for (int round = 0; round < 50; ++round) {
            ThreadPool pool(4);
            std::atomic<int> done{0};
            if (round % 2 == 0) {
                pool.parallelFor(5, [&](std::uint64_t, std::uint32_t) { ++done; });
                QCOMPARE(done.load(), 5);
            }
        }
    }

    void theLimitsOfTheMachineAreMeasured() {
        ThreadPool pool(usableCores());
        QVERIFY(measureFmaPeak(pool) > 1e8);
        QVERIFY(!instructionSet().empty());
    }
};

QTEST_APPLESS_MAIN(TestKernelsThreads)
#include "test_kernels_threads.moc"
