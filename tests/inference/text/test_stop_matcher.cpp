// SPDX-License-Identifier: MIT
#include <QTest>

#include <random>
#include <string>

#include "inference/text/stop_matcher.h"

using namespace phidelity;

class TestStopMatcher : public QObject {
    Q_OBJECT

private slots:
    void stopsAcrossTokenBorders();
    void holdsBackOnlyWhatMayBecomeAStop();
    void releasesWhatBecameNothing();
    void theStopThatBeginsFirstWins();
    void ofStopsThatBeginTogetherTheLongestWins();
    void emptyStopsAreIgnored();
    void nothingIsLostOrShownTwice();
};

void TestStopMatcher::stopsAcrossTokenBorders() {
    StopMatcher matcher({"\nAlice:", "\nBob:"});
    QCOMPARE(matcher.push("Hello.\n").text, std::string("Hello."));
    QCOMPARE(matcher.push("Al").text, std::string());
    const StopMatcher::Step step = matcher.push("ice: And you?");
    QVERIFY(step.stopped);
    QCOMPARE(step.text, std::string());
    QCOMPARE(step.stop, std::string("\nAlice:"));
    QCOMPARE(step.cut, std::string("\nAlice: And you?"));
    QCOMPARE(matcher.finish(), std::string());
}

void TestStopMatcher::holdsBackOnlyWhatMayBecomeAStop() {
    StopMatcher matcher({"aab"});
    QCOMPARE(matcher.push("xa").text, std::string("x"));
    QCOMPARE(matcher.push("a").text, std::string());
    QCOMPARE(matcher.push("a").text,
             std::string("a")); // "aaa": the last two may still become "aab"
    const StopMatcher::Step step = matcher.push("b");
    QVERIFY(step.stopped);
    QCOMPARE(step.cut, std::string("aab"));
}

void TestStopMatcher::releasesWhatBecameNothing() {
    StopMatcher matcher({"stop"});
    QCOMPARE(matcher.push("sto").text, std::string());
    QCOMPARE(matcher.push("ne").text, std::string("stone"));
    QCOMPARE(matcher.push("st").text, std::string());
    QCOMPARE(matcher.finish(), std::string("st"));
    QCOMPARE(matcher.finish(), std::string());
}

void TestStopMatcher::theStopThatBeginsFirstWins() {
    StopMatcher matcher({"two", "one"});
    const StopMatcher::Step step = matcher.push("0 one two");
    QVERIFY(step.stopped);
    QCOMPARE(step.text, std::string("0 "));
    QCOMPARE(step.stop, std::string("one"));
    QCOMPARE(step.cut, std::string("one two"));
}

void TestStopMatcher::ofStopsThatBeginTogetherTheLongestWins() {
    StopMatcher matcher({"ab", "abc", "a"});
    QCOMPARE(matcher.push("xabcd").stop, std::string("abc"));
}

void TestStopMatcher::emptyStopsAreIgnored() {
    StopMatcher matcher({"", ""});
    const StopMatcher::Step step = matcher.push("text");
    QVERIFY(!step.stopped);
    QCOMPARE(step.text, std::string("text"));
    QCOMPARE(matcher.finish(), std::string());
}

void TestStopMatcher::nothingIsLostOrShownTwice() {
    std::mt19937_64 random(3);
    const std::vector<std::string> stops = {"aba", "bb", "cab", "abab"};
    int stoppedRuns = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string whole;
        for (auto length = random() % 12; length > 0; --length) {
            whole.push_back(static_cast<char>('a' + random() % 3));
        }
        StopMatcher matcher(stops);
        std::string shown;
        std::string rest;
        std::size_t begin = 0;
        bool stopped = false;
        while (begin < whole.size() && !stopped) {
            const std::size_t length = random() % 3 + 1;
            const StopMatcher::Step step =
                matcher.push(std::string_view(whole).substr(begin, length));
            begin = std::min(begin + length, whole.size());
            shown += step.text;
            rest = step.cut;
            stopped = step.stopped;
            QCOMPARE(step.stopped, !step.stop.empty());
            QVERIFY(step.cut.starts_with(step.stop));
            // What is shown never contains a stop string, nor does what was pushed go on unnoticed.
            const std::string pushed = whole.substr(0, begin);
            bool contains = false;
            for (const std::string& stop : stops) {
                QVERIFY(shown.find(stop) == std::string::npos);
                contains = contains || pushed.find(stop) != std::string::npos;
            }
            QCOMPARE(stopped, contains);
        }
        stoppedRuns += stopped ? 1 : 0;
        if (!stopped) {
            shown += matcher.finish();
        }
        QCOMPARE(shown + rest, whole.substr(0, begin));
    }
    QVERIFY(stoppedRuns > 500 && stoppedRuns < 2500);
}

QTEST_APPLESS_MAIN(TestStopMatcher)
#include "test_stop_matcher.moc"
