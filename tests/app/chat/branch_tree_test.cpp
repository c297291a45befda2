// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <QRandomGenerator>
#include <QTest>

#include "chat/branch_tree.h"

using namespace phidelity;

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

float ln(double probability) {
    return static_cast<float>(std::log(probability));
}

bool isNear(double a, double b) {
    return std::abs(a - b) < 1e-5;
}

} // namespace

class BranchTreeTest : public QObject {
    Q_OBJECT

private slots:
    void oneVersionIsOneSegment() {
        const auto tree = mergeBranches({{7, {1, 2, 3}, {ln(0.5), ln(0.5), ln(0.25)}}});
        QCOMPARE(tree.size(), 1);
        QCOMPARE(tree.front().tokens, QList<quint32>({1, 2, 3}));
        QCOMPARE(tree.front().parent, -1);
        QCOMPARE(tree.front().ends, QList<NodeId>({7}));
        QVERIFY(isNear(std::exp(tree.front().pathLogProbability), 0.0625));
    }

    void whatVersionsShareIsThereOnce() {
        const auto tree = mergeBranches({
            {1, {10, 11, 12, 13}, {ln(0.9), ln(0.8), ln(0.5), ln(0.5)}},
            {2, {10, 11, 20}, {ln(0.9), ln(0.8), ln(0.25)}},
            {3, {10, 11, 20, 21}, {ln(0.9), ln(0.8), ln(0.25), ln(0.1)}},
        });
        QCOMPARE(tree.size(), 4);
        QCOMPARE(tree.at(0).tokens, QList<quint32>({10, 11}));
        QCOMPARE(tree.at(0).through, QList<NodeId>({1, 2, 3}));
        QVERIFY(tree.at(0).ends.isEmpty());
        QCOMPARE(tree.at(1).tokens, QList<quint32>({12, 13}));
        QCOMPARE(tree.at(1).parent, 0);
        QCOMPARE(tree.at(1).begin, 2);
        QCOMPARE(tree.at(2).tokens, QList<quint32>({20}));
        QCOMPARE(tree.at(2).ends, QList<NodeId>({2}));
        QCOMPARE(tree.at(3).tokens, QList<quint32>({21}));
        QCOMPARE(tree.at(3).parent, 2);
        QCOMPARE(tree.at(3).depth, 2);
        QCOMPARE(tree.at(3).ends, QList<NodeId>({3}));
    }

    void aPathsProbabilityIsTheProductOfItsTokens() {
        const auto tree = mergeBranches({
            {1, {10, 11}, {ln(0.5), ln(0.6)}},
            {2, {10, 12}, {ln(0.5), ln(0.4)}},
        });
        QVERIFY(isNear(std::exp(tree.at(0).pathLogProbability), 0.5));
        QVERIFY(isNear(std::exp(tree.at(1).pathLogProbability), 0.3));
        QVERIFY(isNear(std::exp(tree.at(2).pathLogProbability), 0.2));
        // All ways on from a place together come to that place's own.
        QVERIFY(isNear(std::exp(tree.at(1).pathLogProbability) +
                           std::exp(tree.at(2).pathLogProbability),
                       std::exp(tree.at(0).pathLogProbability)));
    }

    void longPathsDoNotVanish() {
        TriedPath path{1, QList<quint32>(5000, 3), QList<float>(5000, ln(0.5))};
        const auto tree = mergeBranches({path});
        QVERIFY(std::abs(tree.front().pathLogProbability - 5000 * std::log(0.5)) < 0.01);
    }

    void equalVersionsEndTogether() {
        const auto tree = mergeBranches({{1, {5, 6}, {}}, {2, {5, 6}, {}}});
        QCOMPARE(tree.size(), 1);
        QCOMPARE(tree.front().ends, QList<NodeId>({1, 2}));
    }

    void theSameTextCutOtherwiseIsAnotherPath() {
        // "anything": in one piece, in two, and in two others.
        const auto tree = mergeBranches({
            {1, {100}, {ln(0.5)}},
            {2, {101, 102}, {ln(0.1), ln(0.9)}},
            {3, {101, 103}, {ln(0.1), ln(0.05)}},
        });
        QCOMPARE(tree.size(), 4);
        QCOMPARE(tree.at(0).ends, QList<NodeId>({1}));
        QCOMPARE(tree.at(1).tokens, QList<quint32>({101}));
        QCOMPARE(tree.at(1).parent, -1);
        QVERIFY(isNear(std::exp(tree.at(2).pathLogProbability), 0.09));
        QVERIFY(isNear(std::exp(tree.at(3).pathLogProbability), 0.005));
    }

    void whatOneVersionDoesNotKnowAnotherTells() {
        const auto tree = mergeBranches({
            {1, {10, 11, 12}, {kUnknown, kUnknown, ln(0.5)}},
            {2, {10, 11, 13}, {ln(0.5), ln(0.5)}},
        });
        QVERIFY(isNear(std::exp(tree.at(0).pathLogProbability), 0.25));
        QVERIFY(isNear(std::exp(tree.at(1).pathLogProbability), 0.125));
        QVERIFY(std::isnan(tree.at(2).pathLogProbability)); // its last token is not known
        QVERIFY(!std::isnan(tree.at(0).pathLogProbability));
    }

    void versionsWithoutTokensAreLeftOut() {
        QVERIFY(mergeBranches({}).isEmpty());
        QCOMPARE(mergeBranches({{1, {}, {}}, {2, {4}, {}}}).size(), 1);
    }

    void everyVersionCanBeReadOffTheTree() {
        QRandomGenerator random(5);
        for (int round = 0; round < 200; ++round) {
            QList<TriedPath> paths;
            const int versions = 1 + static_cast<int>(random.bounded(8));
            for (int version = 0; version < versions; ++version) {
                TriedPath path;
                path.node = static_cast<NodeId>(version + 1);
                const int length = 1 + static_cast<int>(random.bounded(6));
                for (int at = 0; at < length; ++at) {
                    path.tokens.append(random.bounded(2U));
                }
                path.logprobs.fill(-1, length);
                paths.append(path);
            }
            const auto tree = mergeBranches(paths);
            for (const TriedPath& path : paths) {
                int end = -1;
                for (int index = 0; index < tree.size(); ++index) {
                    end = tree.at(index).ends.contains(path.node) ? index : end;
                }
                QVERIFY(end >= 0);
                QVERIFY(isNear(tree.at(end).pathLogProbability,
                               -static_cast<double>(path.tokens.size())));
                QList<quint32> tokens;
                for (int index = end; index >= 0; index = tree.at(index).parent) {
                    QVERIFY(tree.at(index).parent < index);
                    QVERIFY(tree.at(index).through.contains(path.node));
                    tokens = tree.at(index).tokens + tokens;
                }
                QCOMPARE(tokens, path.tokens);
            }
        }
    }
};

QTEST_GUILESS_MAIN(BranchTreeTest)
#include "branch_tree_test.moc"
