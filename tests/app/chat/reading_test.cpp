// SPDX-License-Identifier: MIT
// Which tokens of a page's text are known, and the tree of its branches, as values.
#include <cmath>

#include <QTest>

#include "playground/piece_maker.h"
#include "playground/reading.h"

using namespace phidelity;

namespace {

TokenDetail token(quint32 id, const QByteArray& bytes, float logprob = -0.5F) {
    TokenDetail detail;
    detail.id = id;
    detail.bytes = bytes;
    detail.logprob = logprob;
    detail.rank = 1;
    return detail;
}

/// As a prompt is known: what it is made of, but not what the model thought.
TokenDetail bare(quint32 id, const QByteArray& bytes) {
    TokenDetail detail;
    detail.id = id;
    detail.bytes = bytes;
    return detail;
}

TextPiece typed(const char* text) {
    return {QString::fromUtf8(text), Origin::Typed, {}};
}

TextPiece written(quint32 id, const char* text, float logprob = -0.5F) {
    return {QString::fromUtf8(text), Origin::Generated, {token(id, text, logprob)}};
}

QList<quint32> ids(const QList<TokenDetail>& tokens) {
    QList<quint32> all;
    for (const TokenDetail& one : tokens) {
        all.append(one.id);
    }
    return all;
}

PlayBranch someBranch() {
    PlayBranch branch;
    branch.id = 1;
    branch.pieces = {typed("One two"), written(7, " three"), written(8, " four")};
    branch.reading = {QStringLiteral("One two"), {bare(1, "One"), bare(2, " two")}};
    return branch;
}

} // namespace

class ReadingTest : public QObject {
    Q_OBJECT

private slots:
    void aPromptAndWhatFollowsItAreKnown() {
        const PlayBranch branch = someBranch();
        QCOMPARE(ids(tokensBefore(branch, 18)), (QList<quint32>{1, 2, 7, 8}));
        QCOMPARE(ids(tokensBefore(branch, 13)), (QList<quint32>{1, 2, 7}));
        QCOMPARE(ids(tokensBefore(branch, 3)), QList<quint32>{1});
        // In the middle of a token nothing is.
        QVERIFY(tokensBefore(branch, 5).isEmpty());
        QVERIFY(tokensBefore(branch, 10).isEmpty());
        QVERIFY(tokensBefore(branch, 0).isEmpty());
    }

    void whatWasTypedBehindIsNotKnown() {
        PlayBranch branch = someBranch();
        branch.pieces.append(typed(" five"));
        QVERIFY(tokensBefore(branch, 23).isEmpty());
        QCOMPARE(tokensBefore(branch, 18).size(), 4);
    }

    void aChangeLeavesWhatStandsBeforeIt() {
        PlayBranch branch = someBranch();
        branch.pieces[0] = typed("One tWo");
        const QList<PlacedToken> placed = placedTokens(branch);
        QCOMPARE(placed.size(), 3); // "One", and the two that were written
        QCOMPARE(placed.at(0).token.id, 1U);
        QCOMPARE(placed.at(1).begin, 7);
        QVERIFY(tokensBefore(branch, 18).isEmpty());
    }

    void tokensThatShareACharacterStandTogether() {
        PlayBranch branch;
        branch.id = 1;
        branch.pieces = {typed("a\xF0\x9F\x98\x80z")};
        branch.reading = {branch.pieces.first().text,
                          {bare(1, "a"), bare(2, "\xF0\x9F"), bare(3, "\x98\x80"), bare(4, "z")}};
        const QList<PlacedToken> placed = placedTokens(branch);
        QCOMPARE(placed.size(), 4);
        QCOMPARE(placed.at(1).begin, 1);
        QCOMPARE(placed.at(1).end, 3);
        QCOMPARE(placed.at(2).begin, 1);
        QCOMPARE(placed.at(2).end, 3);
        QCOMPARE(tokensBefore(branch, 3).size(), 3);
        QCOMPARE(firstOfReading(branch.reading, 1).tokens.size(), 1);
        QCOMPARE(firstOfReading(branch.reading, 3).text.size(), 3);
    }

    void aFreshReadingKeepsWhatWasKnownOfTheSameTokens() {
        const Reading scored{QStringLiteral("One two three"),
                             {token(1, "One"), token(2, " two"), token(3, " three")}};
        const Reading prompt{QStringLiteral("One two"), {bare(1, "One"), bare(2, " two")}};
        const Reading both = mergedReading(scored, prompt);
        QCOMPARE(both.text, scored.text);
        QCOMPARE(both.tokens.size(), 3);
        QCOMPARE(both.tokens.at(1).rank, 1);
        // Another text is another reading.
        const Reading other{QStringLiteral("One too"), {bare(1, "One"), bare(9, " too")}};
        QCOMPARE(ids(mergedReading(scored, other).tokens), (QList<quint32>{1, 9}));
        QCOMPARE(mergedReading(scored, other).text, other.text);
    }

    void whatTheChainLeftStaysWithAScore() {
        PlayBranch branch = someBranch();
        branch.pieces[1].tokens[0].chainProbability = 0.25F;
        branch.reading = {
            QStringLiteral("One two three four"),
            {token(1, "One"), token(2, " two"), token(7, " three", -3), token(8, " four", -4)}};
        const QList<PlacedToken> placed = placedTokens(branch);
        QCOMPARE(placed.size(), 4);
        QCOMPARE(placed.at(2).token.logprob, -3.0F);
        QCOMPARE(placed.at(2).token.chainProbability, 0.25F);
        QCOMPARE(placed.at(2).origin, Origin::Generated);
        QCOMPARE(placed.at(1).origin, Origin::Typed);
    }

    void aPathIsAsLikelyAsWhatWasWrittenOnIt() {
        PlayPage page = newPage(0);
        page.branches[0] = someBranch();
        QList<TextPiece> other{typed("One two"), written(7, " three"), written(9, " many", -2)};
        page.current = page.add(1, 13, other, 0);
        const BranchTree tree = treeOf(page);
        QCOMPARE(tree.segments.size(), 3);
        QCOMPARE(tree.texts.at(0), QByteArray("One two three"));
        QVERIFY(tree.typed.at(0) && !tree.typed.at(1));
        QCOMPARE(tree.segments.at(0).pathLogProbability, -0.5);
        QCOMPARE(tree.segments.at(1).pathLogProbability, -1.0);
        QCOMPARE(tree.segments.at(2).pathLogProbability, -2.5);
        QCOMPARE(tree.shown, NodeId(2));
        QVERIFY(tree.removable);
    }

    void aRemovedBranchIsInNoTreeUntilItComesBack() {
        PlayPage page = newPage(0);
        page.branches[0] = someBranch();
        page.current = page.add(1, 7, {typed("One two")}, 0);
        page.add(2, 7, {typed("One two!")}, 0);
        QVERIFY(page.remove(2));
        QCOMPARE(page.current, 1); // the one that it had left
        QCOMPARE(treeOf(page).versions, (QList<NodeId>{1, 3}));
        QCOMPARE(page.parentOf(*page.find(3)), 1);
        QVERIFY(page.remove(3));
        QVERIFY(!page.remove(1)); // something has to be shown
        QCOMPARE(page.lastRemoved(), 3);
        const std::optional<PlayPage> back = pageFromBytes(toBytes(page));
        QVERIFY(back);
        QCOMPARE(back->lastRemoved(), 3);
        QCOMPARE(back->present().size(), 1);
        QCOMPARE(ids(back->find(1)->reading.tokens), (QList<quint32>{1, 2}));
        QCOMPARE(back->find(1)->reading.text, QStringLiteral("One two"));
    }

    void bytesThatAreNoTextKeepTheirTokens() {
        PieceMaker maker;
        const QString bad(QChar::ReplacementCharacter);
        // A character that does not go on is one mark, and nothing behind it is lost.
        QList<TextPiece> pieces =
            maker.take(bad + QStringLiteral(" quiet"), {token(1, "\xF1"), token(2, " quiet")});
        QCOMPARE(textOf(pieces), bad + QStringLiteral(" quiet"));
        QCOMPARE(pieces.size(), 1);
        QCOMPARE(ids(pieces.first().tokens), (QList<quint32>{1, 2}));
        // One that the end of the text cuts off.
        pieces = maker.take({}, {token(3, "\xE2\x82")});
        QVERIFY(pieces.isEmpty());
        pieces = maker.take(bad, {});
        QCOMPARE(pieces.size(), 1);
        QCOMPARE(ids(pieces.first().tokens), QList<quint32>{3});
    }
};

QTEST_GUILESS_MAIN(ReadingTest)
#include "reading_test.moc"
