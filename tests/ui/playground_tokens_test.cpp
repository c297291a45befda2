// SPDX-License-Identifier: MIT
// What the playground knows of the tokens of a text: branches go on from the very ones, and a text
// that somebody typed or pasted is scored. The real engine and the demo model.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

#include "engine/model_source.h"
#include "playground_fixture.h"
#include "ui/inspector/token_words.h"
#include "ui/playground/play_text.h"

using namespace phidelity;

namespace {

QList<quint32> ids(const QList<TokenDetail>& tokens) {
    QList<quint32> all;
    for (const TokenDetail& token : tokens) {
        all.append(token.id);
    }
    return all;
}

QByteArray bytes(const QList<TokenDetail>& tokens) {
    QByteArray all;
    for (const TokenDetail& token : tokens) {
        all += token.bytes;
    }
    return all;
}

/// What the text would be made of, read anew.
QList<quint32> encoded(const QString& text) {
    const auto tokenizer = openTokenizer({});
    QList<quint32> all;
    for (const auto id : (*tokenizer)->encode(text.toStdString())) {
        all.append(id);
    }
    return all;
}

/// A small model of noise that says to hold more tokens than one of its size mostly does.
bool writeLongModel(const QString& path, quint32 context) {
    const QStringList arguments{"make-model", "--shape", "tiny", "--type", "F16", path};
    if (QProcess::execute(QStringLiteral(PHIDELITY_BIN_DIR "/phidelity-cli"), arguments) != 0) {
        return false;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite)) {
        return false;
    }
    const QByteArray key = "phi2.context_length";
    const qsizetype at = file.peek(1 << 16).indexOf(key);
    constexpr int kTypeBytes = 4;
    return at > 0 && file.seek(at + key.size() + kTypeBytes) &&
           file.write(reinterpret_cast<const char*>(&context), sizeof context) == sizeof context;
}

} // namespace

class PlaygroundTokensTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<PlaygroundProgram> m_program;

    PlaygroundProgram& program() { return *m_program; }
    void writeOn() {
        const auto before = program().ended.size();
        program().key(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(program().ended.size(), before + 1, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
    }
    void scoreAll() {
        program().press("playScore");
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
    }
    /// Far from what a text would be cut into, and as long as it is allowed to be.
    void setUnlikely(int tokens, quint64 seed) {
        const auto tokenizer = openTokenizer({});
        GenerationSettings settings;
        settings.logitBias = {{(*tokenizer)->endOfText(), -std::numeric_limits<float>::infinity()}};
        settings.temperature = 2.5;
        settings.topK = 0;
        settings.topP = 1;
        settings.minP = 0;
        settings.maxTokens = tokens;
        settings.randomSeed = false;
        settings.seed = seed;
        program().desk.setSettings(settings);
    }
    /// A place from which the text, read anew, would be made of other tokens, with a whole word in
    /// that place.
    void findPlace(int* token, int* row) {
        const QList<TokenDetail> known = program().tokens();
        for (auto at = static_cast<int>(known.size()) - 1; at > 5; --at) {
            const QByteArray before = bytes(known.first(at));
            const QList<TokenAlternative>& top = known.at(at).top;
            for (int other = 0; other < top.size(); ++other) {
                const QList<quint32> exact = ids(known.first(at)) << top.at(other).id;
                const bool word =
                    top.at(other).bytes.trimmed().size() > 1 && top.at(other).id != known.at(at).id;
                if (word && encoded(QString::fromUtf8(before + top.at(other).bytes)) != exact) {
                    *token = at;
                    *row = other;
                    return;
                }
            }
        }
    }
    static QString longText(int words) {
        QString text;
        for (int word = 0; word < words; ++word) {
            text += QStringLiteral("word %1 of a text, ").arg(word);
        }
        return text;
    }

private slots:
    void initTestCase() { registerEngineMessages(); }

    void init() {
        QVERIFY(QDir(m_folder.path()).removeRecursively());
        m_program = std::make_unique<PlaygroundProgram>(m_folder.path());
        QVERIFY(QTest::qWaitForWindowActive(&program().window));
        QTRY_VERIFY_WITH_TIMEOUT(program().isReady(), 60000);
        program().edit()->setFocus();
    }
    void cleanup() { m_program.reset(); }

    void whatWasWrittenGoesOnFromItsOwnTokens() {
        setUnlikely(40, 1);
        QTest::keyClicks(program().edit(), QStringLiteral("Once upon a time"));
        writeOn();
        const GenerationRecord first = program().ended.last().record;
        writeOn();
        const GenerationEnded& second = program().ended.last();
        QCOMPARE(second.record.prompt, first.prompt + first.tokens);
        QVERIFY(second.promptTokens - second.reusedTokens <= 2);
    }

    void aBranchGoesOnFromTheVeryTokensWhereItsTextWouldGiveOthers() {
        program().openInspector();
        int token = -1;
        int row = -1;
        for (quint64 seed = 1; seed <= 20 && token < 0; ++seed) {
            program().key(Qt::Key_T);
            setUnlikely(60, seed);
            QTest::keyClicks(program().edit(), QStringLiteral("Once upon a time"));
            writeOn();
            if (bytes(program().tokens()) == program().text().toUtf8()) {
                findPlace(&token, &row);
            }
        }
        QVERIFY2(token > 0, "each text is cut as it was written at each place");
        const QList<TokenDetail> known = program().tokens();
        const GenerationRecord record = program().ended.last().record;
        QCOMPARE(ids(known).first(record.prompt.size()), record.prompt);
        const QList<quint32> exact = ids(known.first(token)) << known.at(token).top.at(row).id;
        program().clickRow(program().chips(), token);
        program().clickRow(program().others(), row);
        QVERIFY(!program().isIdle());
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
        const GenerationEnded& end = program().ended.last();
        QCOMPARE(end.record.prompt, exact);
        QVERIFY(end.promptTokens - end.reusedTokens <= 2);
        QVERIFY(program().text().startsWith(QString::fromUtf8(bytes(known.first(token)))));
    }

    void aBranchInALongTextReadsNothingAgain() {
        const QString path = m_folder.filePath(QStringLiteral("long.gguf"));
        QVERIFY(QDir().mkpath(m_folder.path()));
        QVERIFY(writeLongModel(path, 2048));
        program().controller.models()->open(path);
        QTRY_VERIFY_WITH_TIMEOUT(program().controller.models()->model().path == path, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(program().isReady(), 60000);
        program().setLength(8);
        program().paste(longText(60).left(1000));
        program().openInspector();
        scoreAll();
        const QList<TokenDetail> known = program().tokens();
        QCOMPARE(known.size(), 1000); // a byte is a token of this model
        for (const int token : {999, 600, 32, 1}) {
            // Of the first branch each time.
            program().page->showBranch(1);
            const QList<TokenAlternative>& top = known.at(token).top;
            const auto plain = std::find_if(top.begin(), top.end(), [](const TokenAlternative& it) {
                return it.bytes.size() == 1 && it.bytes.at(0) > ' ';
            });
            QVERIFY(plain != top.end());
            const auto row = static_cast<int>(std::distance(top.begin(), plain));
            const auto before = program().ended.size();
            program().clickRow(program().chips(), token);
            program().clickRow(program().others(), row);
            QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
            QCOMPARE(program().ended.size(), before + 1);
            const GenerationEnded& end = program().ended.last();
            QCOMPARE(end.record.prompt, ids(known.first(token)) << plain->id);
            QVERIFY2(end.promptTokens - end.reusedTokens <= 2,
                     qPrintable(QStringLiteral("%1 of %2 were read again")
                                    .arg(end.promptTokens - end.reusedTokens)
                                    .arg(end.promptTokens)));
        }
    }

    void scoringTellsOfEachTokenWhatIsToldOfGeneratedOnes() {
        // What the model writes at temperature 0 ...
        program().setLength(16);
        QTest::keyClicks(program().edit(), QStringLiteral("What is water?"));
        program().openInspector();
        writeOn();
        const QList<TokenDetail> written = program().tokens();
        const QString text = program().text();
        // ... pasted is foretold as it was when it was written.
        program().key(Qt::Key_T);
        program().paste(text);
        QCOMPARE(program().tokens().size(), 0);
        scoreAll();
        const QList<TokenDetail> scored = program().tokens();
        QCOMPARE(QString::fromUtf8(bytes(scored)), text);
        QCOMPARE(ids(scored), encoded(text));
        QVERIFY(std::isnan(scored.first().logprob)); // of it a model says nothing
        for (qsizetype at = 1; at < scored.size(); ++at) {
            QVERIFY(scored.at(at).rank >= 0);
            QVERIFY(!std::isnan(scored.at(at).logprob) && !std::isnan(scored.at(at).entropy));
            QCOMPARE(scored.at(at).top.size(), PlaygroundDesk::kAlternatives);
        }
        if (ids(scored) == ids(written)) {
            for (qsizetype at = 5; at < scored.size(); ++at) {
                QVERIFY(written.at(at).rank < 0 ||
                        std::abs(scored.at(at).logprob - written.at(at).logprob) < 1e-3F);
            }
        }
        const QString sentence = scoreSentence(scoreOf(scored));
        QVERIFY(sentence.startsWith(QStringLiteral("Perplexity")));
        QCOMPARE(program().note(), sentence);
        QCOMPARE(program().find<QLabel>("inspectorSummary")->text(), sentence);
    }

    void aSelectionIsScoredBehindWhatStandsBeforeIt() {
        program().paste(QStringLiteral("The sky is blue. The grass is green."));
        for (int step = 0; step < 20; ++step) {
            program().key(Qt::Key_Left, Qt::ShiftModifier);
        }
        program().openInspector();
        scoreAll();
        const QList<TokenDetail> all = program().tokens();
        QCOMPARE(QString::fromUtf8(bytes(all)), program().text());
        QList<TokenDetail> selected;
        qsizetype end = 0;
        for (const TokenDetail& token : all) {
            end += token.bytes.size();
            if (end > program().text().size() - 20) {
                selected.append(token);
            }
        }
        QVERIFY(selected.size() > 2 && selected.size() < all.size());
        QCOMPARE(program().note(),
                 QStringLiteral("Selection: ") + scoreSentence(scoreOf(selected)));
    }

    void whatIsKnownHoldsAsFarAsTheTextIsTheSame() {
        program().paste(QStringLiteral("The sky is blue. The grass is green."));
        program().openInspector();
        scoreAll();
        const QList<TokenDetail> all = program().tokens();
        program().edit()->setCursorPosition(8);
        QTest::keyClicks(program().edit(), QStringLiteral("y"));
        QTRY_VERIFY(program().tokens().size() < all.size());
        const QList<TokenDetail> left = program().tokens();
        QVERIFY(!left.isEmpty());
        QVERIFY(QByteArray("The sky ").startsWith(bytes(left)));
        QCOMPARE(ids(left), ids(all.first(left.size())));
        program().key(Qt::Key_Z);
        QTRY_COMPARE(ids(program().tokens()), ids(all)); // and comes back with it
        // After a restart, too.
        program().page->tellEdited();
        m_program.reset();
        m_program = std::make_unique<PlaygroundProgram>(m_folder.path());
        QCOMPARE(ids(program().tokens()), ids(all));
        QCOMPARE(program().tokens().last().logprob, all.last().logprob);
    }

    void scoredTextIsColouredAndToldFromGeneratedText() {
        program().paste(QStringLiteral("The sky is blue.\nThe grass is green."));
        program().find<QAction>("playActionMeasure1")->trigger();
        const auto marked = [this](int block) {
            int count = 0;
            const QTextBlock line = program().edit()->document()->findBlockByNumber(block);
            for (const QTextLayout::FormatRange& range : line.layout()->formats()) {
                count += range.format.background().style() != Qt::NoBrush &&
                                 range.format.underlineStyle() == QTextCharFormat::DotLine
                             ? 1
                             : 0;
            }
            return count;
        };
        QCOMPARE(marked(0), 0);
        scoreAll();
        QVERIFY(marked(0) > 1);
        QVERIFY(marked(1) > 1);
        program().edit()->setCursorPosition(8);
        QTest::keyClicks(program().edit(), QStringLiteral("y"));
        QTRY_COMPARE(marked(1), 0);
    }

    void readingALongTextSaysSoAndStops() {
        program().paste(longText(3000)); // the demo model holds 512 tokens
        program().openInspector();
        program().press("scoreText"); // the panel's own button
        QVERIFY(!program().isIdle());
        QTRY_VERIFY_WITH_TIMEOUT(program().note().contains(QStringLiteral("longer than the 512")),
                                 60000);
        QVERIFY(
            program().find<QAbstractButton>("scoreText")->text().contains(QStringLiteral("Stop")));
        QTRY_VERIFY_WITH_TIMEOUT(program().tokens().size() > 30, 60000);
        program().press("playWrite"); // which says Stop
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
        QVERIFY2(program().note().startsWith(QStringLiteral("Stopped. Perplexity")),
                 qPrintable(program().note()));
        // What was read until then is there.
        const QList<TokenDetail> read = program().tokens();
        QVERIFY(!read.isEmpty());
        QVERIFY(program().text().toUtf8().startsWith(bytes(read)));
        QVERIFY(bytes(read).size() < program().text().size());
    }

    void aTextThatIsLongerThanTheContextIsReadToItsEnd() {
        program().paste(longText(80));
        program().openInspector();
        scoreAll();
        const QList<TokenDetail> read = program().tokens();
        QVERIFY(read.size() > 512);
        QCOMPARE(QString::fromUtf8(bytes(read)), program().text());
        QVERIFY(program().note().startsWith(QStringLiteral("Perplexity")));
    }
};

QTEST_MAIN(PlaygroundTokensTest)
#include "playground_tokens_test.moc"
