// SPDX-License-Identifier: MIT
// The pages of the playground as values, and their files.
#include <cmath>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "playground/comparison.h"
#include "playground/page_files.h"
#include "playground/piece_maker.h"
#include "playground/play_page.h"

using namespace phidelity;

namespace {

TokenDetail token(quint32 id, const QByteArray& bytes, float logprob = -0.5F) {
    TokenDetail detail;
    detail.id = id;
    detail.bytes = bytes;
    detail.logprob = logprob;
    detail.rank = 1;
    detail.entropy = 1.25F;
    detail.top = {{id, QString::fromUtf8(bytes), logprob, bytes},
                  {7, QStringLiteral("x"), -2, "x"}};
    return detail;
}

PlayPage somePage() {
    PlayPage page = newPage(3);
    page.branches[0].pieces = {{QStringLiteral("Once "), Origin::Typed, {}},
                               {QStringLiteral("upon"), Origin::Generated, {token(5, "upon")}}};
    page.current = page.add(1, 5, {{QStringLiteral("Once more"), Origin::Typed, {}}},
                            Q_UINT64_C(18446744073709551615));
    page.cursor = 4;
    return page;
}

} // namespace

class PlayPageTest : public QObject {
    Q_OBJECT

private slots:
    void aPageComesBackAsItWas() {
        const PlayPage page = somePage();
        const std::optional<PlayPage> back = pageFromBytes(toBytes(page));
        QVERIFY(back);
        QCOMPARE(back->id, page.id);
        QCOMPARE(back->place, 3);
        QCOMPARE(back->current, 2);
        QCOMPARE(back->cursor, 4);
        QCOMPARE(back->branches.size(), 2);
        QCOMPARE(back->branches.at(1).parent, 1);
        QCOMPARE(back->branches.at(1).fork, 5);
        QCOMPARE(back->branches.at(1).seed, Q_UINT64_C(18446744073709551615));
        const QList<TextPiece>& pieces = back->branches.at(0).pieces;
        QCOMPARE(textOf(pieces), QStringLiteral("Once upon"));
        QCOMPARE(pieces.at(0).origin, Origin::Typed);
        QCOMPARE(pieces.at(1).origin, Origin::Generated);
        const TokenDetail& kept = pieces.at(1).tokens.at(0);
        QCOMPARE(kept.id, 5U);
        QCOMPARE(kept.bytes, QByteArray("upon"));
        QCOMPARE(kept.logprob, -0.5F);
        QCOMPARE(kept.rank, 1);
        QCOMPARE(kept.entropy, 1.25F);
        QVERIFY(std::isnan(kept.chainProbability)); // not computed stays not computed
        QCOMPARE(kept.top, token(5, "upon").top);
    }

    void noDamageOfAFileIsMoreThanAPageLost() {
        const QByteArray whole = toBytes(somePage());
        QVERIFY(!pageFromBytes({}));
        QVERIFY(!pageFromBytes("not a page"));
        for (qsizetype length = 0; length < whole.size(); ++length) {
            QVERIFY(!pageFromBytes(whole.left(length)));
        }
        for (qsizetype at = 0; at < whole.size(); ++at) {
            QByteArray flipped = whole;
            flipped[at] = static_cast<char>(flipped.at(at) ^ 0x10);
            if (const std::optional<PlayPage> page = pageFromBytes(flipped)) {
                QVERIFY(page->find(page->current));
            }
        }
    }

    void piecesAreCutAndJoinedWithoutLoss() {
        const QList<TextPiece> pieces = somePage().branches.at(0).pieces;
        for (qsizetype at = 0; at <= textOf(pieces).size(); ++at) {
            const QList<TextPiece> first = firstOf(pieces, at);
            const QList<TextPiece> rest = restOf(pieces, at);
            QCOMPARE(textOf(first).size(), at);
            QCOMPARE(textOf(first + rest), textOf(pieces));
        }
        QVERIFY(firstOf(pieces, 7).last().tokens.isEmpty()); // half a token is none
        QVERIFY(!restOf(pieces, 5).first().tokens.isEmpty());
        const QList<TextPiece> more =
            withInserted(pieces, 5, {{QStringLiteral("and "), Origin::Typed, {}}});
        QCOMPARE(textOf(more), QStringLiteral("Once and upon"));
        QCOMPARE(more.last().tokens.size(), 1);
    }

    void tokensFindTheirCharacters() {
        PieceMaker maker;
        // Two tokens share the four bytes of one character; the text of the last one is held back.
        QList<TextPiece> pieces =
            maker.take(QStringLiteral("Hi"), {token(1, "Hi"), token(2, "\xF0\x9F"),
                                              token(3, "\x98\x80"), token(4, "\nAli")});
        QCOMPARE(pieces.size(), 1);
        QCOMPARE(pieces.at(0).tokens.at(0).id, 1U);
        pieces = maker.take(QString::fromUtf8("\xF0\x9F\x98\x80"), {});
        QCOMPARE(pieces.size(), 1);
        QCOMPARE(pieces.at(0).tokens.size(), 2);
        // What turned out to be before a stop string: text, but no whole token.
        pieces = maker.take(QStringLiteral("\n"), {});
        QCOMPARE(textOf(pieces), QStringLiteral("\n"));
        QVERIFY(pieces.at(0).tokens.isEmpty());
        QCOMPARE(pieces.at(0).origin, Origin::Generated);
    }

    void aTextWithoutDetailsIsKeptAllTheSame() {
        PieceMaker maker;
        const QList<TextPiece> pieces = maker.take(QStringLiteral("plain"), {});
        QCOMPARE(textOf(pieces), QStringLiteral("plain"));
        QCOMPARE(pieces.at(0).origin, Origin::Generated);
    }

    void theFirstDifferenceIsFoundByToken() {
        const QList<TokenDetail> a{token(1, "a"), token(2, "b"), token(3, "c")};
        const QList<TokenDetail> b{token(1, "a"), token(9, "B"), token(3, "c")};
        QCOMPARE(firstDifference(a, b), std::optional<qsizetype>(1));
        QCOMPARE(firstDifference(a, a), std::optional<qsizetype>());
        QCOMPARE(firstDifference(a, a.first(2)), std::optional<qsizetype>(2));
        const QList<TextPiece> pieces{{QStringLiteral("xyz"), Origin::Generated, {token(1, "xyz")}},
                                      {QStringLiteral("w"), Origin::Generated, {token(2, "w")}}};
        QCOMPARE(placeOfToken(pieces, 0), 0);
        QCOMPARE(placeOfToken(pieces, 1), 3);
    }

    void filesKeepPagesAndOrderAndAreTheUsersAlone() {
        const QTemporaryDir folder;
        const PageFiles files(folder.filePath(QStringLiteral("playground")));
        PlayPage late = newPage(5);
        PlayPage early = newPage(2);
        QVERIFY(files.save(late));
        QVERIFY(files.save(early));
        const QList<PlayPage> pages = files.load();
        QCOMPARE(pages.size(), 2);
        QCOMPARE(pages.at(0).id, early.id);
        const QFileInfo info(folder.filePath(QStringLiteral("playground/%1.page").arg(early.id)));
        QCOMPARE(info.permissions() &
                     (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
                 QFile::Permissions());
    }

    void aFileThatCannotBeReadIsLeftAndNamed() {
        const QTemporaryDir folder;
        QFile bad(folder.filePath(QStringLiteral("bad.page")));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("rubbish");
        bad.close();
        const PageFiles files(folder.path());
        QVERIFY(files.save(newPage(0)));
        QStringList unreadable;
        QCOMPARE(files.load(&unreadable).size(), 1);
        QCOMPARE(unreadable, QStringList{QStringLiteral("bad.page")});
        QVERIFY(bad.exists());
    }

    void aFailedSaveKeepsWhatWasThereAndSaysWhy() {
        const QTemporaryDir folder;
        QFile blocker(folder.filePath(QStringLiteral("file")));
        QVERIFY(blocker.open(QIODevice::WriteOnly));
        QString problem;
        QVERIFY(!PageFiles(blocker.fileName()).save(newPage(0), &problem));
        QVERIFY(!problem.isEmpty());
        QVERIFY(blocker.exists());
    }

    void closedPagesAreKeptForAWhile() {
        const QTemporaryDir folder;
        const PageFiles files(folder.path());
        for (int index = 0; index < PageFiles::kClosedKept + 5; ++index) {
            PlayPage page = newPage(index);
            page.open = false;
            QVERIFY(files.save(page));
        }
        QVERIFY(files.save(newPage(99)));
        files.removeOldClosed();
        QCOMPARE(files.load().size(), PageFiles::kClosedKept + 1);
    }
};

QTEST_MAIN(PlayPageTest)
#include "play_page_test.moc"
