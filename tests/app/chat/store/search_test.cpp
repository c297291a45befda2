// SPDX-License-Identifier: MIT
// What a search finds, and where it says that it stands.
#include "store/folding.h"
#include "store_fixture.h"

using namespace phidelity;

class SearchTest : public QObject {
    Q_OBJECT

private:
    static QStringList marked(const QString& text, const QList<TextMark>& marks) {
        QStringList parts;
        for (const TextMark& mark : marks) {
            parts.append(text.mid(mark.start, mark.length));
        }
        return parts;
    }

private slots:
    void marksStandOnTheLettersOfTheText_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("query");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const char* text, const char* query,
                            const QStringList& expected) {
            QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(query) << expected;
        };
        row("a part of a name", "call getUserName() now", "username", {"UserName"});
        row("code with signs", "std::vector<int> v;", "vector<int>", {"vector<int>"});
        row("words in any order", "red green blue", "blue red", {"red", "blue"});
        row("every place", "aXa bXb", "x", {"X", "X"});
        row("all must occur", "red green", "red blue", {});
        row("quotes keep words together", "the big red dog, red big", "\"big red\"", {"big red"});
        row("a line end is a space", "big\nred", "\"big red\"", {"big\nred"});
        row("accents do not matter", "Crème Brûlée", "creme brulee", {"Crème", "Brûlée"});
        row("nor do they in the query", "creme", "CRÈME", {"creme"});
        row("nor how they are written", "e\xCC\x81t\xC3\xA9", "\xC3\xA9te\xCC\x81",
            {"e\xCC\x81t\xC3\xA9"});
        row("sharp s", "Straße", "strasse", {"Straße"});
        row("a ligature as a whole", "a ﬁle", "fil", {"ﬁl"});
        row("half of a ligature", "xﬁ", "xf", {"xﬁ"});
        row("Greek", "ΣΊΣΥΦΟΣ", "σισυφοσ", {"ΣΊΣΥΦΟΣ"});
        row("beyond the first plane", "a🙂b🙂", "🙂", {"🙂", "🙂"});
        row("Chinese", "我们学习数学", "学习", {"学习"});
        row("Korean", "한국어를", "한국", {"한국"});
        row("overlaps are one", "banana", "ana nan", {"anan"});
        row("an open quote", "say \"hi there", "\"hi there", {"hi there"});
        row("nothing asked", "text", "  \"\" ", {});
        row("NUL", "a\\b", "a\\b", {"a\\b"});
    }

    void marksStandOnTheLettersOfTheText() {
        QFETCH(QString, text);
        QFETCH(QString, query);
        QFETCH(QStringList, expected);
        QCOMPARE(marked(text, findTerms(text, searchTerms(query), 100)), expected);
        // The index lets through what is there.
        StoreFixture store;
        STORE_OK(store.open());
        const QString id = QStringLiteral("c");
        STORE_OK(store->save(
            {PutConversation{conversationNamed(id)}, PutMessage{id, userNode(1, text)}}));
        const auto found = store->search({7, query, SearchScope::Kept, 10});
        STORE_OK(found);
        QCOMPARE(found->id, 7U);
        QCOMPARE(found->hits.size(), expected.isEmpty() ? 0 : 1);
        if (!expected.isEmpty()) {
            const SearchHit& hit = found->hits.first();
            QCOMPARE(hit.node, 1U);
            QCOMPARE(marked(text, hit.marks), expected);
            QStringList oneLine = expected;
            oneLine.replaceInStrings(QStringLiteral("\n"), QStringLiteral(" "));
            QCOMPARE(marked(hit.excerpt, hit.excerptMarks), oneLine);
        }
    }

    void aLongTextIsShownAroundItsFirstMark() {
        StoreFixture store;
        STORE_OK(store.open());
        const QString id = QStringLiteral("c");
        const QString filler = QStringLiteral("🙂line of text\n").repeated(500);
        const QString text = filler + QStringLiteral("needle") + filler;
        STORE_OK(store->save(
            {PutConversation{conversationNamed(id)}, PutMessage{id, userNode(1, text)}}));
        const auto found = store->search({1, QStringLiteral("NEEDLE"), SearchScope::Kept, 10});
        const SearchHit& hit = found->hits.first();
        QCOMPARE(hit.marks, (QList<TextMark>{{filler.size(), 6}}));
        QVERIFY(hit.excerpt.size() < 220);
        QVERIFY(!hit.excerpt.contains(u'\n'));
        QCOMPARE(marked(hit.excerpt, hit.excerptMarks), QStringList{"needle"});
        QCOMPARE(hit.excerpt.toUtf8().count("\xEF\xBF\xBD"), 0);
    }

    void titlesComeFirstThenTheNewestMessages() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save(
            {PutConversation{conversationNamed("a")}, PutMessage{"a", userNode(1, "word one")},
             PutConversation{conversationNamed("b", "About a word")},
             PutMessage{"b", userNode(1, "another word")}, PutMessage{"b", replyNode(2, "none")}}));
        const auto found = store->search({1, "word", SearchScope::Kept, 10});
        QCOMPARE(found->hits.size(), 3);
        QCOMPARE(found->hits.at(0).node, 0U);
        QCOMPARE(found->hits.at(0).conversation, QString("b"));
        QCOMPARE(found->hits.at(1).conversation, QString("b"));
        QCOMPARE(found->hits.at(1).title, QString("About a word"));
        QCOMPARE(found->hits.at(2).conversation, QString("a"));
        QVERIFY(found->complete);
    }

    void theTrashIsSearchedOnlyWhenAsked() {
        StoreFixture store;
        STORE_OK(store.open());
        ConversationInfo info = conversationNamed("a", "My word");
        info.trashedMs = 5;
        STORE_OK(store->save({PutConversation{info}, PutMessage{"a", userNode(1, "word")}}));
        QCOMPARE(store->search({1, "word", SearchScope::Kept, 10})->hits.size(), 0);
        QCOMPARE(store->search({1, "word", SearchScope::Trash, 10})->hits.size(), 2);
    }

    void moreThanTheLimitIsSaid() {
        StoreFixture store;
        STORE_OK(store.open());
        QList<StoreChange> changes = {PutConversation{conversationNamed("a")}};
        for (NodeId id = 1; id <= 20; ++id) {
            changes.append(PutMessage{"a", userNode(id, "some word")});
        }
        STORE_OK(store->save(changes));
        const auto found = store->search({1, "word", SearchScope::Kept, 10});
        QCOMPARE(found->hits.size(), 10);
        QCOMPARE(found->hits.first().node, 20U);
        QVERIFY(!found->complete);
        QVERIFY(store->search({1, "word", SearchScope::Kept, 20})->complete);
    }

    void signsOfTheQueryLanguageAreOnlySigns() {
        StoreFixture store;
        STORE_OK(store.open());
        const QString text = "x AND y OR NOT (z*) {col}: ^a NEAR(b) - + ' ; --";
        STORE_OK(store->save(
            {PutConversation{conversationNamed("a")}, PutMessage{"a", userNode(1, text)}}));
        for (const char* query :
             {"AND", "(z*)", "{col}:", "^a", "NEAR(b)", "'", "\"(z*)", "\" ; --\"", "*", "l}:"}) {
            const auto found = store->search({1, query, SearchScope::Kept, 10});
            STORE_OK(found);
            QVERIFY2(found->hits.size() == 1, query);
        }
        STORE_OK(store->search({1, QString(100'000, u'z'), SearchScope::Kept, 10}));
    }

    void anIndexOfOtherRulesIsBuiltAgain() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save(
            {PutConversation{conversationNamed("a")}, PutMessage{"a", userNode(1, "Crème")}}));
        store.close();
        {
            auto database = Database::open(store.file(), Database::Mode::ReadWrite);
            STORE_OK(database);
            STORE_OK(database->run("INSERT INTO word(word) VALUES('delete-all')"));
            STORE_OK(database->run("UPDATE state SET value = 'older' WHERE key = '.folding'"));
        }
        STORE_OK(store.open());
        QCOMPARE(store->search({1, "creme", SearchScope::Kept, 10})->hits.size(), 1);
    }
};

QTEST_GUILESS_MAIN(SearchTest)
#include "search_test.moc"
