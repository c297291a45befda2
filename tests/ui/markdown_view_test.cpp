// SPDX-License-Identifier: MIT
// Markdown in the list of messages: links, tables, formulas, hits of a search, by pointer and keys.
#include <QLabel>
#include <QScrollBar>
#include <QSignalSpy>
#include <QWheelEvent>

#include "ui/search_hits.h"
#include "view_fixture.h"

using namespace phidelity;

class MarkdownViewTest : public ViewFixture {
    Q_OBJECT

    [[nodiscard]] QLabel* address() const {
        return m_view->findChild<QLabel*>(QStringLiteral("linkAddress"));
    }

private slots:
    void aLinkShowsItsAddressBeforeItOpens() {
        m_model->add(
            reply(QStringLiteral("See [the page](https://x.org/a) and [b](https://y.org)")));
        m_view->grab();
        QSignalSpy opened(m_view.get(), &MessageView::linkActivated);
        const QPoint place = m_view->linkRect(0, 0).center();
        QVERIFY(m_view->viewport()->rect().contains(place));
        QTest::mouseMove(m_view->viewport(), place);
        QVERIFY(address()->isVisible());
        QCOMPARE(address()->text(), QStringLiteral("https://x.org/a"));
        QCOMPARE(m_view->viewport()->cursor().shape(), Qt::PointingHandCursor);
        QVERIFY(opened.isEmpty());
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, place);
        QCOMPARE(opened.size(), 1);
        QCOMPARE(opened.at(0).at(0).toUrl(), QUrl(QStringLiteral("https://x.org/a")));
        QTest::mouseMove(m_view->viewport(), m_view->linkRect(0, 1).center());
        QCOMPARE(address()->text(), QStringLiteral("https://y.org"));
        QTest::mouseMove(m_view->viewport(), QPoint(5, 5));
        QVERIFY(!address()->isVisible());
    }

    /// A click where the pointer has not been, as when text moves under it, only shows the address.
    void aClickWithoutTheAddressShownOpensNothing() {
        m_model->add(reply(QStringLiteral("[page](https://x.org/)")));
        m_view->grab();
        QSignalSpy opened(m_view.get(), &MessageView::linkActivated);
        const QPoint place = m_view->linkRect(0, 0).center();
        QTest::mousePress(m_view->viewport(), Qt::LeftButton, {}, place);
        QTest::mouseRelease(m_view->viewport(), Qt::LeftButton, {}, place);
        QVERIFY(opened.isEmpty());
        QVERIFY(address()->isVisible());
    }

    void aDragOverALinkSelectsAndOpensNothing() {
        m_model->add(reply(QStringLiteral("[some longer words of a link](https://x.org/)")));
        m_view->grab();
        QSignalSpy opened(m_view.get(), &MessageView::linkActivated);
        const QRect link = m_view->linkRect(0, 0);
        QTest::mouseMove(m_view->viewport(), link.center());
        QTest::mousePress(m_view->viewport(), Qt::LeftButton, {}, link.center());
        QTest::mouseMove(m_view->viewport(), link.center() + QPoint(link.width() / 3, 0));
        QTest::mouseRelease(m_view->viewport(), Qt::LeftButton, {},
                            link.center() + QPoint(link.width() / 3, 0));
        QVERIFY(opened.isEmpty());
        QVERIFY(!m_view->selectedText().isEmpty());
    }

    void linksOfOtherKindsAreNoLinks() {
        m_model->add(reply(QStringLiteral("[a](smb://host/x) [b](file:///etc/passwd) "
                                          "[c](javascript:alert(1))")));
        m_view->grab();
        QVERIFY(m_view->linkRect(0, 0).isEmpty());
        QCOMPARE(copied(), QStringLiteral("a (smb://host/x) b (file:///etc/passwd) "
                                          "c (javascript:alert(1))"));
    }

    void tabGoesThroughTheLinksAndOn() {
        QWidget window;
        window.resize(700, 500);
        m_view->setParent(&window);
        m_view->setGeometry(0, 0, 700, 450);
        QWidget other(&window);
        other.setFocusPolicy(Qt::StrongFocus);
        other.setGeometry(0, 460, 100, 30);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        m_model->add(reply(QStringLiteral("[one](https://one.org/) [two](https://two.org/)")));
        m_view->grab();
        QSignalSpy opened(m_view.get(), &MessageView::linkActivated);
        m_view->setFocus();
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QCOMPARE(address()->text(), QStringLiteral("https://one.org/"));
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QCOMPARE(address()->text(), QStringLiteral("https://two.org/"));
        QTest::keyClick(m_view.get(), Qt::Key_Return);
        QCOMPARE(opened.size(), 1);
        QCOMPARE(opened.at(0).at(0).toUrl(), QUrl(QStringLiteral("https://two.org/")));
        QTest::keyClick(m_view.get(), Qt::Key_Backtab);
        QCOMPARE(address()->text(), QStringLiteral("https://one.org/"));
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QTest::keyClick(m_view.get(), Qt::Key_Tab);
        QVERIFY(!m_view->hasFocus());
        QVERIFY(!address()->isVisible());
        m_view->setParent(nullptr);
    }

    void aTableIsCopiedCellByCell() {
        m_model->add(reply(QStringLiteral("| a | b |\n|---|--:|\n| **1** | `x` |\n| 2 | $y^2$ |")));
        m_view->grab();
        QCOMPARE(copied(), QStringLiteral("a\tb\n1\tx\n2\t$y^2$"));
    }

    void aTableThatIsTooWideIsScrolledSideways() {
        QString row;
        for (int column = 0; column < 20; ++column) {
            row += QStringLiteral("| unbreakable%1 ").arg(column);
        }
        const QString dashes = QStringLiteral("|---").repeated(20);
        m_model->add(
            reply(row + QStringLiteral("|\n") + dashes + QStringLiteral("|\n") + row + u'|'));
        const QImage before = picture();
        const QRect table = m_view->rowRect(0);
        const QPointF point = table.center();
        QWheelEvent wheel(point, m_view->viewport()->mapToGlobal(point), {}, {-240, 0},
                          Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(m_view->viewport(), &wheel);
        QVERIFY(picture() != before);
        // Nothing is painted beside the column.
        const QImage after = picture();
        for (int x = table.right() + 2; x < after.width() - 3; ++x) { // but for the ring of focus
            QCOMPARE(after.pixelColor(x, table.center().y()),
                     m_view->palette().color(QPalette::Base));
        }
    }

    void aLongTableKeepsItsColumns() {
        QString text = QStringLiteral("| key | value |\n|---|---|\n");
        for (int row = 0; row < 400; ++row) {
            text += QStringLiteral("| k%1 | v |\n").arg(row);
        }
        m_model->add(reply(text));
        m_view->grab();
        QVERIFY(copied().endsWith(QStringLiteral("k399\tv")));
        // The line between the columns runs through all pieces of the table.
        m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->maximum() / 2);
        const QImage shown = picture();
        const QRect row = m_view->rowRect(0);
        int lines = 0;
        for (int x = row.left(); x < row.right(); ++x) {
            const QColor first = shown.pixelColor(x, 40);
            bool line = first != shown.pixelColor(3, 40);
            for (int y = 40; y < 400 && line; ++y) {
                line = shown.pixelColor(x, y) == first;
            }
            lines += line ? 1 : 0;
        }
        QCOMPARE(lines, 3);
    }

    void formulasAreSetAndCopiedAsWritten() {
        const QString text =
            QStringLiteral("Where $x^2$ is\n\n$$\\frac{a}{b}$$\n\nand $\\nosuch{y}$.");
        m_model->add(reply(text));
        m_view->grab();
        QCOMPARE(copied(), text);
        // What is set is higher than a line of text; what cannot be set is a line of text.
        const int high = m_view->rowRect(0).height();
        m_model->reset({reply(QStringLiteral("Where\n\n$$\\nosuch{a}{b}$$\n\nand."))});
        m_view->grab();
        QVERIFY(high > m_view->rowRect(0).height());
    }

    void anOpenFormulaStaysTextWhileItStreams() {
        const QString text = QStringLiteral("So $x_1 + x_2$ is it");
        m_model->add(reply({}, MessageState::Writing));
        for (const QChar c : text) {
            m_model->appendText(0, QString(c));
            m_view->grab();
            QCOMPARE(copied().trimmed(), m_model->at(0).text.trimmed());
        }
    }

    void wordsOfASearchAreFoundAsTyped() {
        QCOMPARE(searchWords(QStringLiteral("  one \"two  words\" one three\" ")),
                 (QStringList{"one", "two words", "three"}));
        const auto hits = findHits(QStringLiteral("One tone ONE"), {{QStringLiteral("one")}});
        QCOMPARE(hits.size(), 3);
        QCOMPARE(
            findHits(QStringLiteral("aaa"), {{QStringLiteral("a"), QStringLiteral("aa")}}).size(),
            2);
    }

    void aHitIsMarkedAndScrolledTo() {
        QString text;
        for (int paragraph = 0; paragraph < 200; ++paragraph) {
            text += paragraph == 20 || paragraph == 150
                        ? QStringLiteral("Here is the **nee**dle, you see.\n\n")
                        : QStringLiteral("Hay and hay and more of it in a paragraph.\n\n");
        }
        for (int row = 0; row < 10; ++row) {
            m_model->add(reply(row == 3 ? text : QStringLiteral("Short.")));
        }
        m_view->setHits(QStringLiteral("NEEDLE"));
        QCOMPARE(m_view->hitCount(3), 2);
        QCOMPARE(m_view->hitCount(4), 0);
        for (const int number : {0, 1}) {
            m_view->showHit(3, number);
            QVERIFY(!m_view->isFollowing());
            const QImage marked = picture();
            m_view->setHits({});
            const QImage plain = picture();
            QVERIFY(marked != plain);
            m_view->setHits(QStringLiteral("needle"));
        }
        // Both are far apart: the second is further down.
        m_view->showHit(3, 0);
        const int first = m_view->verticalScrollBar()->value();
        m_view->showHit(3, 1);
        QVERIFY(m_view->verticalScrollBar()->value() > first + 1000);
    }

    /// The marker of an item stands on the side where its text begins.
    void itemsAreMirroredWhereTextRunsFromTheRight() {
        const auto inkAt = [this](const QString& text, bool right) {
            m_model->reset({reply(text)});
            m_view->grab();
            const QImage shown = picture();
            const QRect row = m_view->rowRect(0);
            const int from = right ? row.right() - 24 : row.left();
            const QColor ground = m_view->palette().color(QPalette::Base);
            for (int x = from; x < from + 20; ++x) {
                for (int y = row.top() + 25; y < row.top() + 50; ++y) {
                    if (shown.pixelColor(x, y) != ground) {
                        return true;
                    }
                }
            }
            return false;
        };
        const QString arabic = QString::fromUtf8("- \u0645\u0627\u0621");
        QVERIFY(inkAt(QStringLiteral("- water"), false));
        QVERIFY(!inkAt(QStringLiteral("- water"), true));
        QVERIFY(inkAt(arabic, true));
        QVERIFY(!inkAt(arabic, false));
    }

    void theAddressGoesWhenItsLinkMovesAway() {
        m_model->add(reply(QStringLiteral("[page](https://x.org/)\n\n"), MessageState::Writing));
        m_view->grab();
        QTest::mouseMove(m_view->viewport(), m_view->linkRect(0, 0).center());
        QVERIFY(address()->isVisible());
        m_model->appendText(0, QStringLiteral("More and more.\n\n").repeated(60));
        QVERIFY(!address()->isVisible());
    }

    void rawHtmlAndPicturesAreText() {
        m_model->add(reply(QStringLiteral("<b>x</b> ![alt](http://127.0.0.1:9/i.png)")));
        m_view->grab();
        QCOMPARE(copied(), QStringLiteral("<b>x</b> alt (http://127.0.0.1:9/i.png)"));
    }
};

QTEST_MAIN(MarkdownViewTest)
#include "markdown_view_test.moc"
