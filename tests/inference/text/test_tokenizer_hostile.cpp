// SPDX-License-Identifier: MIT
#include <QTest>

#include <functional>
#include <random>
#include <string>

#include "inference/text/tokenizer.h"
#include "vocabularies.h"

using namespace phidelity;

using Damage = std::function<void(TokenizerData&)>;
Q_DECLARE_METATYPE(Damage)

class TestTokenizerHostile : public QObject {
    Q_OBJECT

private slots:
    void refusesWithAReason_data();
    void refusesWithAReason();
    void livesWithOddEntries_data();
    void livesWithOddEntries();
    void aMillionEntriesAreHandled();
    void randomDamageNeverCrashes();
};

void TestTokenizerHostile::refusesWithAReason_data() {
    QTest::addColumn<Damage>("damage");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const Damage& damage, const char* reason) {
        QTest::newRow(name) << damage << QString(reason);
    };
    row(
        "no tokens", [](TokenizerData& d) { d = {}; }, "vocabulary is empty");
    row(
        "too few kinds", [](TokenizerData& d) { d.kinds.pop_back(); }, "token kinds: expected");
    row(
        "too many kinds", [](TokenizerData& d) { d.kinds.push_back(TokenKind::Normal); },
        "token kinds: expected");
    row(
        "unknown kind", [](TokenizerData& d) { d.kinds[300] = static_cast<TokenKind>(77); },
        "token 300: unknown kind 77");
    row(
        "end of text past the end",
        [](TokenizerData& d) { d.endOfText = static_cast<std::uint32_t>(d.tokens.size()); },
        "end of text: expected an id below");
    row(
        "end of text 2^32 - 1", [](TokenizerData& d) { d.endOfText = 0xFFFFFFFF; },
        "found 4294967295");
    row(
        "a byte missing", [](TokenizerData& d) { d.tokens[32] = "!!"; }, "no token for byte 65");
    row(
        "a byte that is only control", [](TokenizerData& d) { d.kinds[0] = TokenKind::Control; },
        "no token for byte 33");
    row(
        "result missing", [](TokenizerData& d) { d.merges.emplace_back("q", "q"); },
        "(q q): the result is not in the vocabulary");
    row(
        "left part missing", [](TokenizerData& d) { d.merges.emplace_back("qqq", "a"); },
        "the left part is not in the vocabulary");
    row(
        "right part missing", [](TokenizerData& d) { d.merges.emplace_back("a", "qqq"); },
        "the right part is not in the vocabulary");
    row(
        "empty part", [](TokenizerData& d) { d.merges.emplace_back("a", ""); },
        "the right part is not in the vocabulary");
    row(
        "part outside the alphabet", [](TokenizerData& d) { d.merges.emplace_back("a b", "c"); },
        "the left part is not in the vocabulary");
    row(
        "part that is not UTF-8",
        [](TokenizerData& d) { d.merges.emplace_back("\xFF\xFE\x01", "c"); },
        "the left part is not in the vocabulary");
    row(
        "added text not UTF-8",
        [](TokenizerData& d) {
            d.tokens[300] = "\x80\x80";
            d.kinds[300] = TokenKind::UserDefined;
        },
        "token 300: added text is not UTF-8");
    row(
        "huge token", [](TokenizerData& d) { d.tokens.back() = std::string(65537, 'a'); },
        "65537 bytes, at most 65536");
    row(
        "byte entry without a byte",
        [](TokenizerData& d) {
            d.tokens[300] = "<0x-1>";
            d.kinds[300] = TokenKind::Byte;
        },
        "token 300: expected a byte such as <0x0A>, found <0x-1>");
}

void TestTokenizerHostile::refusesWithAReason() {
    QFETCH(Damage, damage);
    QFETCH(QString, reason);
    TokenizerData data = test::tinyVocabulary();
    damage(data);
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(!tokenizer);
    QCOMPARE(tokenizer.error().code, ErrorCode::BadTokenizer);
    const QString detail = QString::fromStdString(tokenizer.error().detail);
    QVERIFY2(detail.contains(reason), qPrintable(detail));
}

void TestTokenizerHostile::livesWithOddEntries_data() {
    QTest::addColumn<Damage>("damage");
    const auto row = [](const char* name, const Damage& damage) { QTest::newRow(name) << damage; };
    const auto append = [](TokenizerData& d, std::string text, TokenKind kind) {
        d.tokens.push_back(std::move(text));
        d.kinds.push_back(kind);
    };
    row("empty tokens of every kind", [=](TokenizerData& d) {
        for (const auto kind : {TokenKind::Normal, TokenKind::Unknown, TokenKind::Control,
                                TokenKind::UserDefined, TokenKind::Unused, TokenKind::Byte}) {
            append(d, "", kind);
        }
    });
    row("outside the alphabet", [=](TokenizerData& d) {
        append(d, "a b", TokenKind::Normal);
        append(d, "\u20AC", TokenKind::Normal);
        append(d, "\xFF", TokenKind::Normal);
        append(d, "\xE2\x82", TokenKind::Control);
    });
    row("longest token", [=](TokenizerData& d) {
        append(d, std::string(65536, 'a'), TokenKind::Normal);
        append(d, std::string(65536, 'a'), TokenKind::UserDefined);
    });
    row("no merges", [](TokenizerData& d) { d.merges.clear(); });
    row("end of text is a byte", [](TokenizerData& d) { d.endOfText = 3; });
    row("end of text is a filler",
        [](TokenizerData& d) { d.endOfText = static_cast<std::uint32_t>(d.tokens.size() - 1); });
    row("end of text is empty", [](TokenizerData& d) { d.tokens[d.endOfText].clear(); });
    row("byte entries beside letters",
        [=](TokenizerData& d) { append(d, "<0xFf>", TokenKind::Byte); });
    row("added tokens that are prefixes of each other", [=](TokenizerData& d) {
        for (std::size_t length = 1; length < 200; ++length) {
            append(d, std::string(length, 'b'), TokenKind::UserDefined);
        }
    });
}

void TestTokenizerHostile::livesWithOddEntries() {
    QFETCH(Damage, damage);
    TokenizerData data = test::tinyVocabulary();
    damage(data);
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().detail.c_str());
    std::mt19937_64 random(2);
    const std::string text =
        test::mixedText(random, 20000) + std::string(500, 'a') + std::string(500, 'b');
    QCOMPARE((*tokenizer)->decode((*tokenizer)->encode(text)), text);
    for (TokenId id = 0; id < data.tokens.size() + 2; ++id) {
        (void)(*tokenizer)->bytes(id);
        (void)(*tokenizer)->label(id);
    }
}

void TestTokenizerHostile::aMillionEntriesAreHandled() {
    TokenizerData data = test::tinyVocabulary();
    while (data.tokens.size() < 1'000'000) {
        data.tokens.push_back(std::string("x").append(std::to_string(data.tokens.size())));
        data.kinds.push_back(data.tokens.size() % 2 == 0 ? TokenKind::Normal
                                                         : TokenKind::UserDefined);
    }
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    QCOMPARE((*tokenizer)->size(), 1'000'000U);
    const std::string text = "x999998 x500002 x1 the";
    QCOMPARE((*tokenizer)->decode((*tokenizer)->encode(text)), text);
}

void TestTokenizerHostile::randomDamageNeverCrashes() {
    std::mt19937_64 random(4);
    const TokenizerData whole = test::tinyVocabulary();
    const std::string text = test::mixedText(random, 2000);
    int accepted = 0;
    for (int round = 0; round < 1000; ++round) {
        TokenizerData data = whole;
        for (auto wounds = random() % 3 + 1; wounds > 0; --wounds) {
            // Rarely one of the first 256, whose loss is always refused.
            const std::size_t at = random() % 4 == 0 ? random() % data.tokens.size()
                                                     : 256 + random() % (data.tokens.size() - 256);
            switch (random() % 6) {
            case 0:
                data.tokens[at] = data.tokens[random() % data.tokens.size()];
                break;
            case 1:
                data.kinds[at] = static_cast<TokenKind>(random() % 8);
                break;
            case 2:
                if (!data.tokens[at].empty()) {
                    data.tokens[at][random() % data.tokens[at].size()] =
                        static_cast<char>(random());
                }
                break;
            case 3:
                std::swap(data.merges[random() % data.merges.size()],
                          data.merges[random() % data.merges.size()]);
                break;
            case 4:
                data.endOfText = static_cast<std::uint32_t>(random() % (data.tokens.size() + 1));
                break;
            default:
                data.merges[random() % data.merges.size()].first =
                    data.tokens[random() % data.tokens.size()];
            }
        }
        const auto tokenizer = Tokenizer::create(data);
        if (!tokenizer) {
            QCOMPARE(tokenizer.error().code, ErrorCode::BadTokenizer);
            QVERIFY(!tokenizer.error().detail.empty());
            continue;
        }
        ++accepted;
        QCOMPARE((*tokenizer)->decode((*tokenizer)->encode(text)), text);
    }
    QVERIFY(accepted > 50);
}

QTEST_APPLESS_MAIN(TestTokenizerHostile)
#include "test_tokenizer_hostile.moc"
