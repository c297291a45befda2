// SPDX-License-Identifier: MIT
#include <QTest>

#include "chat/prompt_warnings.h"
#include "chat/token_text.h"

using namespace phidelity;

Q_DECLARE_METATYPE(phidelity::PromptWarningKind)

namespace {

PromptFacts raw(const QString& prompt) {
    PromptFacts facts;
    facts.prompt = prompt;
    return facts;
}

QList<PromptWarningKind> kindsOf(const PromptFacts& facts) {
    QList<PromptWarningKind> kinds;
    for (const PromptWarning& warning : promptWarnings(facts)) {
        kinds.append(warning.kind);
    }
    return kinds;
}

using Kind = PromptWarningKind;

} // namespace

class PromptWarningsTest : public QObject {
    Q_OBJECT

private slots:
    void warnsOf_data() {
        QTest::addColumn<QString>("prompt");
        QTest::addColumn<QList<PromptWarningKind>>("kinds");
        using Kinds = QList<PromptWarningKind>;
        QTest::newRow("plain text") << "Once upon a time" << Kinds{};
        QTest::newRow("trailing space") << "Once upon a " << Kinds{Kind::TrailingSpace};
        QTest::newRow("trailing tab") << "a\t" << Kinds{Kind::TrailingSpace};
        QTest::newRow("a new line at the end") << "def f():\n" << Kinds{};
        QTest::newRow("question and answer") << "Instruct: Why?\nOutput:" << Kinds{};
        QTest::newRow("answer in the question's line")
            << "Instruct: Why? Output:" << Kinds{Kind::MissingNewline};
        QTest::newRow("label that ends the text")
            << "Why is that? Bob:" << Kinds{Kind::MissingNewline};
        QTest::newRow("label with a space behind it")
            << "Instruct: Why? Output: " << Kinds{Kind::TrailingSpace, Kind::MissingNewline};
        QTest::newRow("indented label") << "Instruct: Why?\n  Output:" << Kinds{};
        QTest::newRow("a word that ends like a label") << "This is Jimbob:" << Kinds{};
        QTest::newRow("a label within a sentence") << "I asked Bob: why?" << Kinds{};
        QTest::newRow("ChatML") << "<|im_start|>user\nHi" << Kinds{Kind::ForeignMarker};
        QTest::newRow("Llama") << "[INST] Hi [/INST]"
                               << Kinds{Kind::ForeignMarker, Kind::ForeignMarker};
        QTest::newRow("Alpaca") << "### Instruction:\nHi" << Kinds{Kind::ForeignMarker};
        QTest::newRow("Phi-3") << "<|user|>Hi" << Kinds{Kind::ForeignMarker};
        QTest::newRow("end of a sequence") << "Hi</s>" << Kinds{Kind::ForeignMarker};
        QTest::newRow("each marker once") << "</s></s></s>" << Kinds{Kind::ForeignMarker};
        QTest::newRow("special token") << "Hi<|endoftext|>" << Kinds{Kind::SpecialToken};
        QTest::newRow("comparison in code") << "if a <b or c> d:\n" << Kinds{};
    }
    void warnsOf() {
        QFETCH(const QString, prompt);
        QTEST(kindsOf(raw(prompt)), "kinds");
    }

    void theContextIsFullWhereNoReplyCanBegin() {
        PromptFacts facts = raw(QStringLiteral("x"));
        facts.context = 2048;
        facts.wanted = 256;
        facts.tokens = 1792;
        QCOMPARE(kindsOf(facts), QList<Kind>{});
        facts.tokens = 1793;
        QCOMPARE(kindsOf(facts), QList<Kind>{Kind::LittleRoom});
        facts.tokens = 2047;
        QCOMPARE(kindsOf(facts), QList<Kind>{Kind::LittleRoom});
        facts.tokens = 2048;
        QCOMPARE(kindsOf(facts), QList<Kind>{Kind::PastContext});
        QVERIFY(promptWarnings(facts).front().sentence.contains(QStringLiteral("2,048")));
    }

    void aSmallContextIsNotNearlyFullFromTheFirstWordOn() {
        PromptFacts facts = raw(QStringLiteral("x"));
        facts.context = 512;
        facts.wanted = 512;
        facts.tokens = 384;
        QCOMPARE(kindsOf(facts), QList<Kind>{});
        facts.tokens = 385;
        QCOMPARE(kindsOf(facts), QList<Kind>{Kind::LittleRoom});
    }

    void aRawTextThatJoinsTheOneBeforeIsToldOf() {
        PromptFacts facts = raw(QStringLiteral("The end.And then"));
        facts.typedFrom = 8;
        QCOMPARE(kindsOf(facts), QList<Kind>{Kind::MissingNewline});
        facts.prompt = QStringLiteral("The end. And then");
        QCOMPARE(kindsOf(facts), QList<Kind>{});
    }

    void labelledFormatsBreakTheirLinesThemselves() {
        PromptFacts facts = raw(QStringLiteral("Alice: Say \"Bob:\"\nBob:"));
        facts.format = FormatId::Chat;
        QCOMPARE(kindsOf(facts), QList<Kind>{});
    }

    void whatIsBeingWrittenComesBeforeWhatWasSent() {
        PromptFacts facts = raw(QStringLiteral("a [INST] b\nc </s>"));
        facts.typedFrom = 11;
        const QList<PromptWarning> warnings = promptWarnings(facts);
        QCOMPARE(warnings.size(), 2);
        QVERIFY(!warnings.at(0).earlier &&
                warnings.at(0).sentence.contains(QStringLiteral("</s>")));
        QVERIFY(warnings.at(1).earlier &&
                warnings.at(1).sentence.contains(QStringLiteral("[INST]")));
    }

    void aReplyThatIsBeingWrittenMayEndInASpace() {
        PromptFacts facts = raw(QStringLiteral("Alice: Hi\nBob: Hello "));
        facts.occasion = PromptOccasion::Writing;
        QCOMPARE(kindsOf(facts), QList<Kind>{});
    }

    void marksHideNothing() {
        QCOMPARE(visibleText(" two words\n"), QStringLiteral("·two·words↵\n"));
        QCOMPARE(visibleText("\t"), QStringLiteral("⇥"));
        QCOMPARE(visibleText(QByteArray("\0", 1)), QStringLiteral("⟨U+0000⟩"));
        QCOMPARE(visibleText("\r"), QStringLiteral("⟨U+000D⟩"));
        QCOMPARE(visibleText("\xe2\x80\xae"), QStringLiteral("⟨U+202E⟩")); // turns the direction
        QCOMPARE(visibleText("\xc2\xa0"), QStringLiteral("⟨U+00A0⟩"));     // no-break space
        QCOMPARE(visibleText(" \xe2\x82"), QStringLiteral("·⟨E2⟩⟨82⟩"));   // two thirds of a sign
        QCOMPARE(visibleText("\xe2\x82\xac"), QStringLiteral("€"));
    }
};

QTEST_GUILESS_MAIN(PromptWarningsTest)
#include "prompt_warnings_test.moc"
