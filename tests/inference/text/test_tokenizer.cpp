// SPDX-License-Identifier: MIT
#include <QTest>

#include <map>
#include <random>
#include <string>

#include "inference/text/byte_alphabet.h"
#include "inference/text/pre_tokenizer.h"
#include "inference/text/tokenizer.h"
#include "inference/text/utf8.h"
#include "vocabularies.h"

using namespace phidelity;

namespace {

using Ids = std::vector<TokenId>;

std::shared_ptr<const Tokenizer> tiny() {
    return Tokenizer::create(test::tinyVocabulary()).value_or(nullptr);
}

/// The merge loop as the reference tells it: find the pair of least rank, leftmost, merge it,
/// again.
Ids obviousMerge(const TokenizerData& data, std::string_view piece) {
    std::map<std::pair<std::string, std::string>, std::size_t> ranks;
    for (std::size_t rank = 0; rank < data.merges.size(); ++rank) {
        ranks.emplace(data.merges[rank], rank);
    }
    std::vector<std::string> symbols;
    for (const char byte : piece) {
        symbols.push_back(alphabetFromBytes(std::string_view(&byte, 1)));
    }
    while (true) {
        std::size_t best = data.merges.size();
        std::size_t at = 0;
        for (std::size_t index = 0; index + 1 < symbols.size(); ++index) {
            const auto found = ranks.find({symbols[index], symbols[index + 1]});
            if (found != ranks.end() && found->second < best) {
                best = found->second;
                at = index;
            }
        }
        if (best == data.merges.size()) {
            break;
        }
        symbols[at] += symbols[at + 1];
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at + 1));
    }
    Ids ids;
    for (const std::string& symbol : symbols) {
        const auto found = std::find(data.tokens.begin(), data.tokens.end(), symbol);
        ids.push_back(static_cast<TokenId>(found - data.tokens.begin()));
    }
    return ids;
}

std::vector<std::string> pieces(std::string_view text) {
    std::vector<std::string> list;
    while (!text.empty()) {
        list.emplace_back(text.substr(0, nextPiece(text)));
        text.remove_prefix(list.back().size());
    }
    return list;
}

} // namespace

class TestTokenizer : public QObject {
    Q_OBJECT

private slots:
    void splitsAsGpt2sPattern_data();
    void splitsAsGpt2sPattern();
    void mergesAsTheObviousLoop();
    void mergesLongPiecesAsTheObviousLoop();
    void mergesByRankEvenWhereRanksFall();
    void whitespaceRunsAreCutOutLongestFirst();
    void controlTokensAreTextUnlessAskedFor();
    void fillersNeverMatchAndAreSilent();
    void sizeEndsBeforeTheFillers();
    void invalidBytesBecomeReplacements();
    void decodesLoneBytesAsReplacements();
    void labelsShowControlTokens();
    void idsPastTheEndAreEmpty();
    void ofEqualTokensTheLowerIdWins();
    void ofEqualMergesTheFirstCounts();
    void endOfTextIsControlWhateverItsKind();
};

void TestTokenizer::splitsAsGpt2sPattern_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char* name, const QString& text, const QStringList& expected) {
        QTest::newRow(name) << text << expected;
    };
    row("words", "Hello world", {"Hello", " world"});
    row("contractions", "I'm we've they'll he'd it's can't you're",
        {"I", "'m", " we", "'ve", " they", "'ll", " he", "'d", " it", "'s", " can", "'t", " you",
         "'re"});
    row("upper case is no contraction", "It'S", {"It", "'", "S"});
    row("contraction before a word", "'sun", {"'s", "un"});
    row("space before an apostrophe", " 's", {" '", "s"});
    row("numbers and letters", "x2 10abc", {"x", "2", " 10", "abc"});
    row("every category of number", QString::fromUtf16(u"1\u00BD\u216B\u0663"),
        {QString::fromUtf16(u"1\u00BD\u216B\u0663")});
    row("signs", "a+=b !!", {"a", "+=", "b", " !!"});
    row("marks are signs", QString::fromUtf16(u"e\u0301a"),
        {"e", QString::fromUtf16(u"\u0301"), "a"});
    row("spaces leave one", "a   b", {"a", "  ", " b"});
    row("newlines leave one", "a\n\n\nb", {"a", "\n\n", "\n", "b"});
    row("space after newline joins", "a\n b", {"a", "\n", " b"});
    row("space before newline", "a \nb", {"a", " ", "\n", "b"});
    row("spaces at the end", "a   ", {"a", "   "});
    row("one space at the end", "a ", {"a", " "});
    row("no-break space is space", QString::fromUtf16(u"a\u00A0b"),
        {"a", QString::fromUtf16(u"\u00A0"), "b"});
    row("ideographic space leaves one", QString::fromUtf16(u" \u3000b"),
        {" ", QString::fromUtf16(u"\u3000"), "b"});
    row("not space", QString::fromUtf16(u"a\u200Bb\u001Cc"),
        {"a", QString::fromUtf16(u"\u200B"), "b", QString::fromUtf16(u"\u001C"), "c"});
}

void TestTokenizer::splitsAsGpt2sPattern() {
    QFETCH(QString, text);
    QFETCH(QStringList, expected);
    QStringList found;
    for (const std::string& piece : pieces(text.toStdString())) {
        found << QString::fromStdString(piece);
    }
    QCOMPARE(found, expected);
}

void TestTokenizer::mergesAsTheObviousLoop() {
    const TokenizerData data = test::tinyVocabulary();
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    std::mt19937_64 random(5);
    std::size_t merged = 0;
    for (int round = 0; round < 300; ++round) {
        const std::string text = test::mixedText(random, random() % 200 + 1);
        for (const std::string& piece : pieces(text)) {
            if (piece.find("  ") != std::string::npos || piece.find("\t\t") != std::string::npos) {
                continue; // cut out before merging
            }
            const Ids expected = obviousMerge(data, piece);
            QCOMPARE((*tokenizer)->encode(piece), expected);
            merged += expected.size() < piece.size() ? 1 : 0;
        }
    }
    QVERIFY(merged > 1000);
}

void TestTokenizer::mergesLongPiecesAsTheObviousLoop() {
    const TokenizerData data = test::tinyVocabulary();
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    std::mt19937_64 random(6);
    static constexpr std::string_view kLetters = "aaaaeeiortnsthd";
    for (const std::size_t length : {46, 47, 48, 49, 50, 51, 64, 100, 333, 1000}) {
        std::string piece;
        while (piece.size() < length) {
            piece.push_back(kLetters[random() % kLetters.size()]);
        }
        QCOMPARE((*tokenizer)->encode(piece), obviousMerge(data, piece));
        const std::string same(length, 'a');
        QCOMPARE((*tokenizer)->encode(same), obviousMerge(data, same));
    }
}

void TestTokenizer::mergesByRankEvenWhereRanksFall() {
    // "abc" can be made early from "a" + "bc", but "bc" comes last: ranks are not in the order of
    // making.
    TokenizerData data = test::tinyVocabulary();
    data.merges = {{"a", "bc"}, {"abc", "a"}, {"c", "a"}, {"ca", "ca"}, {"b", "c"}, {"ca", "b"}};
    for (const char* text : {"abc", "abca", "ca", "caca", "bc", "cab"}) {
        data.tokens.emplace_back(text);
        data.kinds.push_back(TokenKind::Normal);
    }
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    std::mt19937_64 random(7);
    for (int round = 0; round < 400; ++round) {
        std::string piece;
        for (auto length = random() % 120 + 1; length > 0; --length) {
            piece.push_back(static_cast<char>('a' + random() % 3));
        }
        QCOMPARE((*tokenizer)->encode(piece), obviousMerge(data, piece));
    }
}

void TestTokenizer::whitespaceRunsAreCutOutLongestFirst() {
    const auto tokenizer = tiny();
    QVERIFY(tokenizer);
    const auto labels = [&](std::string_view text) {
        std::vector<std::string> list;
        for (const TokenId id : tokenizer->encode(text)) {
            list.emplace_back(tokenizer->bytes(id));
        }
        return list;
    };
    using List = std::vector<std::string>;
    QCOMPARE(labels(std::string(9, ' ')), (List{"    ", "    ", " "}));
    QCOMPARE(labels(std::string(7, ' ')), (List{"    ", "   "}));
    QCOMPARE(labels("\t\t\t\t"), (List{"\t\t\t", "\t"}));
    QCOMPARE(labels(" \t\t "), (List{" ", "\t\t", " "}));
    // Two spaces are one token, so the word after them has no space of its own.
    QCOMPARE(labels("the  the"), (List{"t", "he", "  ", "t", "he"}));
    QCOMPARE(labels("the     the"), (List{"t", "he", "    ", " the"}));
    // The cut ends the fragment: the newline before it is the last character of its fragment.
    QCOMPARE(labels("\n\n  x").size(), std::size_t(4));
}

void TestTokenizer::controlTokensAreTextUnlessAskedFor() {
    const auto tokenizer = tiny();
    QVERIFY(tokenizer);
    const std::string text = "hi<|endoftext|>there";
    const Ids plain = tokenizer->encode(text);
    QVERIFY(std::find(plain.begin(), plain.end(), tokenizer->endOfText()) == plain.end());
    QCOMPARE(tokenizer->decode(plain), text);
    const Ids parsed = tokenizer->encode(text, SpecialTokens::Parse);
    QCOMPARE(std::count(parsed.begin(), parsed.end(), tokenizer->endOfText()), 1);
    QCOMPARE(tokenizer->decode(parsed), std::string("hithere"));
    QCOMPARE(tokenizer->encode("<|endoftext|>", SpecialTokens::Parse), Ids{tokenizer->endOfText()});
}

void TestTokenizer::fillersNeverMatchAndAreSilent() {
    const TokenizerData data = test::tinyVocabulary();
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    for (TokenId id = (*tokenizer)->size(); id < data.tokens.size(); ++id) {
        QVERIFY(data.tokens[id].starts_with("[PAD"));
        const Ids ids = (*tokenizer)->encode(data.tokens[id], SpecialTokens::Parse);
        QVERIFY(ids.size() > 1);
        QCOMPARE((*tokenizer)->decode(ids), data.tokens[id]);
        QVERIFY((*tokenizer)->bytes(id).empty());
        QVERIFY((*tokenizer)->label(id).empty());
    }
}

void TestTokenizer::sizeEndsBeforeTheFillers() {
    TokenizerData data = test::tinyVocabulary();
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    QCOMPARE((*tokenizer)->size(), static_cast<std::uint32_t>(data.tokens.size() - 2));
    // Old files say UserDefined for every filler.
    data.kinds.back() = TokenKind::UserDefined;
    QCOMPARE(Tokenizer::create(data).value()->size(), (*tokenizer)->size());
    // A text like a filler's, but not with its own number, is a token.
    data.tokens.back() = "[PAD7]";
    QCOMPARE(Tokenizer::create(data).value()->size(),
             static_cast<std::uint32_t>(data.tokens.size()));
}

void TestTokenizer::invalidBytesBecomeReplacements() {
    const auto tokenizer = tiny();
    QVERIFY(tokenizer);
    QCOMPARE(tokenizer->encode("a\xFF\xE2\x82z"), tokenizer->encode("a\uFFFD\uFFFDz"));
    QCOMPARE(tokenizer->encode(""), Ids());
    QCOMPARE(tokenizer->decode(tokenizer->encode("\x80")), std::string("\uFFFD"));
    const std::string_view zeros("\0a\0", 3);
    QCOMPARE(tokenizer->decode(tokenizer->encode(zeros)), std::string(zeros));
}

void TestTokenizer::decodesLoneBytesAsReplacements() {
    const auto tokenizer = tiny();
    QVERIFY(tokenizer);
    const Ids ids = tokenizer->encode("\u20AC");
    QCOMPARE(ids.size(), std::size_t(3));
    QCOMPARE(tokenizer->decode(ids), std::string("\u20AC"));
    QCOMPARE(tokenizer->decode(std::span(ids).first(2)), std::string("\uFFFD"));
    QCOMPARE(tokenizer->bytes(ids[0]), std::string_view("\xE2"));
}

void TestTokenizer::labelsShowControlTokens() {
    const auto tokenizer = tiny();
    QVERIFY(tokenizer);
    QCOMPARE(tokenizer->label(tokenizer->endOfText()), std::string_view("<|endoftext|>"));
    QVERIFY(tokenizer->bytes(tokenizer->endOfText()).empty());
    QVERIFY(tokenizer->isControl(tokenizer->endOfText()));
    QVERIFY(!tokenizer->isControl(0));
    QCOMPARE(tokenizer->label(0), std::string_view("!"));
}

void TestTokenizer::idsPastTheEndAreEmpty() {
    const auto tokenizer = tiny();
    QVERIFY(tokenizer);
    for (const TokenId id : {tokenizer->size() + 2, 51199U, 0xFFFFFFFFU}) {
        QVERIFY(tokenizer->bytes(id).empty());
        QVERIFY(tokenizer->label(id).empty());
        QVERIFY(!tokenizer->isControl(id));
    }
    const Ids ids = {0, 0xFFFFFFFF, 1};
    QCOMPARE(tokenizer->decode(ids), std::string("!\""));
}

void TestTokenizer::ofEqualTokensTheLowerIdWins() {
    TokenizerData data = test::tinyVocabulary();
    const TokenId first = Tokenizer::create(data).value()->encode(" the").front();
    const auto copy = static_cast<TokenId>(data.tokens.size());
    data.tokens.push_back(data.tokens[first]);
    data.kinds.push_back(TokenKind::Normal);
    data.tokens.emplace_back("  ");
    data.kinds.push_back(TokenKind::UserDefined);
    const auto tokenizer = Tokenizer::create(data);
    QVERIFY(tokenizer);
    QCOMPARE((*tokenizer)->encode(" the"), Ids{first});
    QCOMPARE((*tokenizer)->bytes(copy), std::string_view(" the"));
    QVERIFY((*tokenizer)->encode("  ").front() < copy);
}

void TestTokenizer::ofEqualMergesTheFirstCounts() {
    TokenizerData data = test::tinyVocabulary();
    const auto before = Tokenizer::create(data).value();
    data.merges.push_back(data.merges.front());
    const auto after = Tokenizer::create(data);
    QVERIFY(after);
    std::mt19937_64 random(8);
    const std::string text = test::mixedText(random, 20000);
    QCOMPARE((*after)->encode(text), before->encode(text));
}

void TestTokenizer::endOfTextIsControlWhateverItsKind() {
    for (const TokenKind kind : {TokenKind::Normal, TokenKind::UserDefined, TokenKind::Unknown}) {
        TokenizerData data = test::tinyVocabulary();
        data.kinds[data.endOfText] = kind;
        const auto tokenizer = Tokenizer::create(data);
        QVERIFY(tokenizer);
        QVERIFY((*tokenizer)->isControl(data.endOfText));
        const Ids plain = (*tokenizer)->encode("<|endoftext|>");
        QVERIFY(plain.size() > 1);
    }
}

QTEST_APPLESS_MAIN(TestTokenizer)
#include "test_tokenizer.moc"
