// SPDX-License-Identifier: MIT
// The panel of the token inspector by itself: values in, intent out.
#include <cmath>

#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>

#include "ui/inspector/alternative_list.h"
#include "ui/inspector/branch_tree_view.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_chips.h"
#include "ui/inspector/token_scale.h"
#include "ui/inspector/token_words.h"
#include "ui/theme.h"

using namespace phidelity;

namespace {

float ln(double probability) {
    return static_cast<float>(std::log(probability));
}

TokenDetail token(quint32 id, const QByteArray& bytes, double probability, int rank) {
    TokenDetail token;
    token.id = id;
    token.bytes = bytes;
    token.logprob = ln(probability);
    token.rank = rank;
    token.entropy = 1;
    token.top = {{id + 100, " cat", ln(0.5), " cat"}, {id, "", token.logprob, bytes}};
    return token;
}

QList<TokenDetail> sentence() {
    return {token(1, " The", 0.9, 0), token(2, " dog", 0.25, 1), token(3, "\n", 0.001, 40)};
}

TriedPath path(NodeId node, const QList<quint32>& tokens, double probability) {
    return {node, tokens, QList<float>(tokens.size(), ln(probability))};
}

BranchTree threeVersions() {
    BranchTree tree;
    tree.segments =
        mergeBranches({path(4, {1, 2, 3}, 0.4), path(7, {1, 5, 6}, 0.4), path(9, {1, 5, 7}, 0.4)});
    tree.texts = {" The", " dog ran", " cat", " sat", " lay"};
    tree.versions = {4, 7, 9};
    tree.shown = 9;
    return tree;
}

} // namespace

class InspectorViewTest : public QObject {
    Q_OBJECT

    std::unique_ptr<InspectorView> m_view;

    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = m_view->findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    QString text(const char* label) { return find<QLabel>(label)->text(); }
    static void clickRow(QAbstractItemView* list, int row) {
        QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::NoModifier,
                          list->visualRect(list->model()->index(row, 0)).center());
    }

private slots:
    void init() {
        m_view = std::make_unique<InspectorView>();
        m_view->resize(360, 700);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }
    void cleanup() { m_view.reset(); }

    void numbersAreSaidInPlainWords() {
        QCOMPARE(probabilityWords(0.34), QStringLiteral("34 %"));
        QCOMPARE(probabilityWords(0.034), QStringLiteral("3.4 %"));
        QCOMPARE(probabilityWords(0.0034), QStringLiteral("0.34 %"));
        QCOMPARE(probabilityWords(0.00003), QStringLiteral("1 in 33,000"));
        QCOMPARE(probabilityWords(0.99999), QStringLiteral("over 99.9 %"));
        QCOMPARE(probabilityWords(0), QStringLiteral("impossible"));
        QCOMPARE(probabilityWords(std::nan("")), QStringLiteral("unknown"));
        QCOMPARE(pathWords(-100 * std::log(10.0)), QStringLiteral("1 in 10¹⁰⁰"));
        QCOMPARE(choiceWords(0), QStringLiteral("first choice"));
        QCOMPARE(choiceWords(41), QStringLiteral("choice number 42"));
        QCOMPARE(tokenSentence(token(1, "a", 0.25, 1)),
                 QStringLiteral("The model gave it 25 %: its 2nd choice."));
        QVERIFY(tokenSentence({}).contains(QStringLiteral("not been computed")));
    }

    void perplexityIsThatOfTheTokensThatCount() {
        TokenDetail first; // nothing stands before it
        const TextScore score = scoreOf({first, token(1, "a", 0.5, 0), token(2, "b", 0.125, 3)});
        QCOMPARE(score.tokens, 2);
        QVERIFY(std::abs(score.perplexity() - 4) < 1e-5);
        QVERIFY(scoreSentence(score).startsWith(QStringLiteral("Perplexity 4.0")));
        QVERIFY(scoreSentence(scoreOf({first})).isEmpty());
    }

    void nothingIsHiddenInAToken() {
        QCOMPARE(tokenLabel(" a\t"), QStringLiteral("·a⇥"));
        QCOMPARE(tokenLabel("\n"), QStringLiteral("↵"));
        QCOMPARE(tokenLabel("\xE2\x80\x8B"), QStringLiteral("⟨U+200B⟩"));
        QCOMPARE(tokenLabel("\xC3"), QStringLiteral("⟨C3⟩"));
        QCOMPARE(tokenLabel({}), QStringLiteral("⟨end of text⟩"));
        QCOMPARE(bytesInHex(" d"), QStringLiteral("20 64"));
    }

    void tokensAreWalkedByKeysAndMouse() {
        QSignalSpy picked(m_view.get(), &InspectorView::currentPicked);
        m_view->setTokens(sentence());
        m_view->setCurrent(0);
        QCOMPARE(picked.size(), 0); // what was told is not told back
        auto* chips = find<TokenChips>("tokenChips");
        chips->setFocus();
        QTest::keyClick(chips, Qt::Key_Right);
        QCOMPARE(m_view->current(), 1);
        QCOMPARE(picked.last().first().toInt(), 1);
        QTest::keyClick(chips, Qt::Key_End);
        QCOMPARE(m_view->current(), 2);
        QTest::keyClick(chips, Qt::Key_Right);
        QCOMPARE(m_view->current(), 2);
        QTest::keyClick(chips, Qt::Key_Left);
        clickRow(chips, 0);
        QCOMPARE(m_view->current(), 0);
        QCOMPARE(picked.last().first().toInt(), 0);
        QVERIFY(text("tokenText").contains(QStringLiteral("“·The”")));
    }

    void allAboutATokenIsSaid() {
        m_view->setTokens(sentence());
        m_view->setCurrent(1);
        QVERIFY(text("tokenText").contains(QStringLiteral("token 2 of 3")));
        QVERIFY(text("tokenSentence").contains(QStringLiteral("25 %")));
        QCOMPARE(text("tokenId"), QStringLiteral("2"));
        QCOMPARE(text("tokenBytes"), QStringLiteral("20 64 6F 67"));
        QVERIFY(text("tokenLogprob").contains(QStringLiteral("-1.386")));
        QVERIFY(text("tokenUncertainty").contains(QStringLiteral("2.7 equally likely")));
        QVERIFY(!find<QLabel>("tokenChain")->isVisible()); // nothing was drawn
    }

    void aTextThatGrowsKeepsItsCurrentToken() {
        m_view->setTokens(sentence());
        m_view->setCurrent(1);
        m_view->addTokens({token(4, " ran", 0.5, 0)});
        QCOMPARE(m_view->current(), 1);
        QCOMPARE(find<TokenChips>("tokenChips")->current(), 1);
        QVERIFY(text("tokenText").contains(QStringLiteral("token 2 of 4")));
        m_view->setTokens(sentence().first(1));
        QCOMPARE(m_view->current(), -1);
    }

    void aClickOrEnterOnAnAlternativeBranches() {
        QSignalSpy branched(m_view.get(), &InspectorView::branchRequested);
        m_view->setTokens(sentence());
        m_view->setCurrent(1);
        auto* others = find<AlternativeList>("alternatives");
        clickRow(others, 0);
        QCOMPARE(branched.size(), 0); // nothing can be gone on from yet
        m_view->setBranchable(true);
        clickRow(others, 0);
        QCOMPARE(branched.size(), 1);
        QCOMPARE(branched.last(), QVariantList({1, 102U}));
        clickRow(others, 1);
        QCOMPARE(branched.size(), 1); // that one stands there already
        auto* chips = find<TokenChips>("tokenChips");
        chips->setFocus();
        QTest::keyClick(chips, Qt::Key_Return);
        QVERIFY(others->hasFocus());
        QTest::keyClick(others, Qt::Key_Home);
        QTest::keyClick(others, Qt::Key_Return);
        QCOMPARE(branched.size(), 2);
    }

    void theTokenItselfIsAmongTheAlternatives() {
        TokenDetail rare = token(2, " dog", 0.0001, 700);
        rare.top.removeLast();
        m_view->setTokens({rare});
        m_view->setCurrent(0);
        const AlternativeModel* rows = find<AlternativeList>("alternatives")->alternatives();
        QCOMPARE(rows->rowCount(), 2);
        QVERIFY(!rows->at(0).chosen);
        QVERIFY(rows->at(1).chosen);
        QCOMPARE(rows->at(1).rank, 700);
    }

    void coloursAreOffUntilTheyAreWanted() {
        m_view->setTokens(sentence());
        auto* legend = find<QWidget>("tokenLegend");
        QVERIFY(!legend->isVisible());
        auto* measure = find<QComboBox>("tokenMeasure");
        QCOMPARE(measure->currentIndex(), 0);
        const QImage plain = find<TokenChips>("tokenChips")->grab().toImage();
        measure->setFocus();
        QTest::keyClick(measure, Qt::Key_Down);
        QVERIFY(legend->isVisible());
        QVERIFY(!legend->accessibleDescription().isEmpty());
        QVERIFY(find<TokenChips>("tokenChips")->grab().toImage() != plain);
    }

    void stepsAreToldApartWithoutColourVision() {
        for (const Appearance look : {Appearance::Light, Appearance::Dark}) {
            applyAppearance(*qApp, look);
            for (int step = 0; step < kScaleSteps; ++step) {
                const QColor ground = scaleColor(qApp->palette(), step);
                const QColor ink = readableOn(ground, qApp->palette().color(QPalette::Text));
                QVERIFY(contrast(ground, ink) >= 4.5);
                for (int other = 0; other < step; ++other) {
                    // Blue against yellow is what those see who do not tell red from green.
                    const QColor before = scaleColor(qApp->palette(), other);
                    const auto yellowness = [](const QColor& color) {
                        return (color.red() + color.green()) / 2 - color.blue();
                    };
                    const int apart = std::abs(yellowness(ground) - yellowness(before)) +
                                      std::abs(qGray(ground.rgb()) - qGray(before.rgb()));
                    QVERIFY2(apart > 20, qPrintable(QStringLiteral("%1 %2").arg(step).arg(other)));
                }
            }
        }
        applyAppearance(*qApp, Appearance::System);
        QCOMPARE(scaleStep(TokenMeasure::Probability, token(1, "a", 0.95, 0)), 0);
        QCOMPARE(scaleStep(TokenMeasure::Probability, token(1, "a", 0.2, 0)), 2);
        QCOMPARE(scaleStep(TokenMeasure::Probability, token(1, "a", 0.002, 0)), 4);
        QCOMPARE(scaleStep(TokenMeasure::Choice, token(1, "a", 0.2, 2)), 1);
        QVERIFY(!scaleStep(TokenMeasure::Choice, TokenDetail()));
        QVERIFY(!scaleStep(TokenMeasure::None, token(1, "a", 0.2, 2)));
    }

    void theTreeShowsWhatWasTriedAndGoesThere() {
        QSignalSpy wanted(m_view.get(), &InspectorView::versionRequested);
        auto* tabs = find<QTabWidget>("inspectorTabs");
        QVERIFY(!tabs->isTabEnabled(1));
        m_view->setTree(threeVersions());
        QVERIFY(tabs->isTabEnabled(1));
        QVERIFY(tabs->tabText(1).contains(u'3'));
        tabs->setCurrentIndex(1);
        auto* tree = find<BranchTreeView>("branchTree");
        const BranchRows* rows = tree->rows();
        QCOMPARE(rows->rowCount(), 5);
        QCOMPARE(rows->at(0).text, QStringLiteral("·The"));
        QCOMPARE(rows->at(1).chance, QStringLiteral("40 %"));
        QCOMPARE(rows->at(1).path, QStringLiteral("6.4 %"));
        QCOMPARE(rows->at(1).versions, QStringLiteral("version 1"));
        QCOMPARE(rows->shownRow(), 4);
        QVERIFY(rows->at(0).shown);
        QVERIFY(!rows->at(1).shown);
        QVERIFY(rows->at(2).last);
        clickRow(tree, 1);
        QCOMPARE(wanted.last().first().value<NodeId>(), NodeId(4));
        tree->setFocus();
        QTest::keyClick(tree, Qt::Key_End);
        QTest::keyClick(tree, Qt::Key_Up);
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(wanted.last().first().value<NodeId>(), NodeId(7));
    }

    void scoringIsOfferedAndStopped() {
        QSignalSpy wanted(m_view.get(), &InspectorView::scoreRequested);
        QSignalSpy stopped(m_view.get(), &InspectorView::scoreStopRequested);
        auto* button = find<QAbstractButton>("scoreText");
        QVERIFY(!button->isVisible());
        m_view->setScoreOffer(ScoreOffer::Score);
        QTest::mouseClick(button, Qt::LeftButton);
        m_view->setScoreOffer(ScoreOffer::Stop);
        button->setFocus();
        QTest::keyClick(button, Qt::Key_Space);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(stopped.size(), 1);
    }

    void everythingHasANameForScreenReaders() {
        m_view->setTokens(sentence());
        m_view->setCurrent(1);
        m_view->setTree(threeVersions());
        m_view->setScoreOffer(ScoreOffer::Score);
        const QList<QWidget*> widgets = m_view->findChildren<QWidget*>();
        for (QWidget* widget : widgets) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                widget->focusProxy()) {
                continue;
            }
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(face);
            QVERIFY2(!face->text(QAccessible::Name).isEmpty(),
                     qPrintable(QLatin1String(widget->metaObject()->className()) + u' ' +
                                widget->objectName()));
        }
        QAccessibleInterface* chips =
            QAccessible::queryAccessibleInterface(find<TokenChips>("tokenChips"));
        QCOMPARE(chips->childCount(), 3);
        QVERIFY(chips->child(1)->text(QAccessible::Name).contains(QStringLiteral("25 %")));
    }

    void tabLeadsThroughAllOfIt() {
        m_view->setTokens(sentence());
        m_view->setCurrent(1);
        m_view->setBranchable(true);
        m_view->setTree(threeVersions());
        m_view->activateWindow();
        find<QComboBox>("tokenMeasure")->setFocus();
        QStringList reached;
        for (int step = 0; step < 8; ++step) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            reached.append(QApplication::focusWidget()->objectName());
        }
        QVERIFY(reached.contains(QStringLiteral("tokenChips")));
        QVERIFY(reached.contains(QStringLiteral("alternatives")));
        QVERIFY(reached.contains(QStringLiteral("tokenMeasure"))); // and round again
    }
};

QTEST_MAIN(InspectorViewTest)
#include "inspector_view_test.moc"
