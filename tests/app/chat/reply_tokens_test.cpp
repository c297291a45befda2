// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <QTest>

#include "chat/reply_tokens.h"

using namespace phidelity;

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

GenerationRecord record(const QList<quint32>& prompt, const QList<quint32>& tokens,
                        const QList<float>& logprobs, const QList<float>& given = {}) {
    GenerationRecord record;
    record.prompt = prompt;
    record.tokens = tokens;
    record.logprobs = logprobs;
    record.given = given;
    return record;
}

} // namespace

class ReplyTokensTest : public QObject {
    Q_OBJECT

private slots:
    void aRecordTellsWhatItsReplyFollowsAndIs() {
        GenerationRecord one = record({1, 2}, {10, 11}, {-1, -2});
        one.alternatives = {{{10, -1}, {12, -3}}, {{11, -2}}};
        const ReplyTokens reply = replyTokens({one});
        QCOMPARE(reply.prompt, QList<quint32>({1, 2}));
        QCOMPARE(reply.tokens, QList<quint32>({10, 11}));
        QCOMPARE(reply.logprobs, QList<float>({-1, -2}));
        QCOMPARE(reply.alternatives, one.alternatives);
        QVERIFY(replyTokens({}).tokens.isEmpty());
    }

    void aContinuedReplyIsOneReply() {
        const ReplyTokens reply =
            replyTokens({record({1, 2}, {10, 11}, {-1, -2}), record({1, 2, 10, 11}, {12}, {-3})});
        QCOMPARE(reply.prompt, QList<quint32>({1, 2}));
        QCOMPARE(reply.tokens, QList<quint32>({10, 11, 12}));
        QCOMPARE(reply.logprobs, QList<float>({-1, -2, -3}));
    }

    void whatWasCutIntoOtherTokensOnTheWayIsNotKnown() {
        // The stop's last token went, and the text before it was read anew.
        const ReplyTokens reply = replyTokens(
            {record({1, 2}, {10, 11, 99}, {-1, -2, -9}), record({1, 2, 10, 30}, {12}, {-3})});
        QCOMPARE(reply.tokens, QList<quint32>({10, 30, 12}));
        QCOMPARE(reply.logprobs.at(0), -1.0F);
        QVERIFY(std::isnan(reply.logprobs.at(1)));
        QCOMPARE(reply.logprobs.at(2), -3.0F);
    }

    void aBranchBeginsWithWhatItWasGiven() {
        const ReplyTokens reply = replyTokens({record({1, 2, 10, 20}, {21}, {-3}, {-0.5F, -7.5F})});
        QCOMPARE(reply.prompt, QList<quint32>({1, 2}));
        QCOMPARE(reply.tokens, QList<quint32>({10, 20, 21}));
        QCOMPARE(reply.logprobs, QList<float>({-0.5F, -7.5F, -3}));
    }

    void recordsOfAnotherPromptTellNothing() {
        QVERIFY(replyTokens({record({1, 2}, {10}, {-1}), record({1, 3, 10}, {11}, {-1})})
                    .tokens.isEmpty());
        QVERIFY(replyTokens({record({1}, {10}, {-1}, {-1, -1})}).tokens.isEmpty());
    }

    void tokensLieOverTheirText() {
        const TokenSpans spans =
            spansOf({" Hello", ",", " world"}, QStringLiteral(" Hello, world"));
        QCOMPARE(spans.begins, QList<qsizetype>({0, 6, 7, 13}));
        QCOMPARE(spans.tokenAt(0), 0);
        QCOMPARE(spans.tokenAt(6), 1);
        QCOMPARE(spans.tokenAt(12), 2);
        QCOMPARE(spans.tokenAt(13), -1);
        QCOMPARE(spans.tokenAt(-1), -1);
    }

    void piecesOfACharacterBeginWithIt() {
        // U+1F600 is four bytes in two tokens, and two units in the text.
        const QString text = QStringLiteral("a\U0001F600ß");
        const TokenSpans spans = spansOf({"a", "\xF0\x9F", "\x98\x80", "\xC3\x9F"}, text);
        QCOMPARE(spans.begins, QList<qsizetype>({0, 1, 1, 3, 4}));
        QCOMPARE(spans.tokenAt(1), 2);
        QCOMPARE(spans.tokenAt(3), 3);
    }

    void aCharacterThatIsNotWholeIsLeftForLater() {
        QCOMPARE(wholeCharacters("abc"), 3);
        QCOMPARE(wholeCharacters("ab\xC3"), 2);
        QCOMPARE(wholeCharacters("ab\xC3\x9F"), 4);
        QCOMPARE(wholeCharacters("ab\xF0\x9F\x98"), 2);
        QCOMPARE(wholeCharacters("\xF0\x9F\x98\x80"), 4);
        QCOMPARE(wholeCharacters(""), 0);
    }

    void tokensBehindTheTextAreLeftOut() {
        QCOMPARE(spansOf({"one", "\n", "Al", "ice"}, QStringLiteral("one")).begins,
                 QList<qsizetype>({0, 3}));
        // A stop rule may cut in the middle of a token.
        QCOMPARE(spansOf({"one", ".\n"}, QStringLiteral("one.")).begins,
                 QList<qsizetype>({0, 3, 4}));
        QCOMPARE(spansOf({"one", "", "two"}, QStringLiteral("one")).begins,
                 QList<qsizetype>({0, 3, 3}));
    }

    void tokensOfAnotherTextAreNone() {
        QCOMPARE(spansOf({"one"}, QStringLiteral("two")).count(), 0);
        QCOMPARE(spansOf({"one"}, QStringLiteral("one two")).count(), 0);
        QCOMPARE(spansOf({}, QStringLiteral("one")).count(), 0);
    }
};

QTEST_GUILESS_MAIN(ReplyTokensTest)
#include "reply_tokens_test.moc"
