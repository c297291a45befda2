// SPDX-License-Identifier: MIT
// What a reply shows beyond its text: marks of checked arithmetic, and what code said that was run.
#include <QSignalSpy>

#include "view_fixture.h"

using namespace phidelity;

namespace {

const QString kSums = QStringLiteral(
    "So 12 * 7 = 84, and 12 * 8 = 95. In short `1/3 = 0.33`.\n\n$$\\frac{1}{2} + \\frac{1}{3} = "
    "\\frac{5}{6}$$\n\n| sum | is |\n|--|--|\n| 2 + 2 = 5 | 4 |\n\n```python\nx = 1 + 1 == 3\n```");
const QString kCode =
    QStringLiteral("Here:\n\n```python\nprint(1)\n```\n\nand\n\n```sh\nls\n```\n\nthen");

} // namespace

class ReplyChecksTest : public ViewFixture {
    Q_OBJECT

private slots:
    void statementsAreMarkedInTextCodeFormulasAndTables() {
        m_model->add(reply(kSums));
        picture();
        const QList<ArithmeticMark> marks = m_view->checks(0);
        QList<ArithmeticVerdict> verdicts;
        for (const ArithmeticMark& mark : marks) {
            verdicts.append(mark.verdict);
        }
        using V = ArithmeticVerdict;
        QCOMPARE(verdicts, (QList<V>{V::Right, V::Wrong, V::Rounded, V::Right, V::Wrong}));
    }

    void aMarkSaysUnderThePointerWhatItIs() {
        m_model->add(reply(kSums));
        picture();
        QTest::mouseMove(m_view->viewport(), m_view->checkRect(0, 0, 1).center());
        QVERIFY(m_view->viewport()->toolTip().contains(QStringLiteral("12 * 8 is 96, not 95")));
        QTest::mouseMove(m_view->viewport(), QPoint(3, 590));
        QVERIFY(m_view->viewport()->toolTip().isEmpty());
    }

    void marksChangeNeitherTextNorLayoutNorWhatIsCopied() {
        m_model->add(reply(kSums));
        const QImage marked = picture();
        const QString withMarks = copied();
        const int height = m_view->rowRect(0).height();
        m_view->setArithmeticChecked(false);
        QCOMPARE(copied(), withMarks);
        QCOMPARE(m_view->rowRect(0).height(), height);
        QVERIFY(m_view->checks(0).isEmpty());
        QVERIFY(picture() != marked);
    }

    void ofAUsersMessageNothingIsMarked() {
        Message message;
        message.speaker = Speaker::User;
        message.text = QStringLiteral("Is 12 * 7 = 85?");
        m_model->add(message);
        picture();
        QVERIFY(m_view->checks(0).isEmpty());
    }

    void onlyPythonHasARunButtonAndOnlyWhereItIsOffered() {
        m_model->add(reply(kCode));
        picture();
        QVERIFY(m_view->runButtonRect(0, 0).isEmpty());
        m_view->setRunOffered(true);
        picture();
        QVERIFY(!m_view->runButtonRect(0, 0).isEmpty());
        QVERIFY(m_view->runButtonRect(0, 1).isEmpty());
        QSignalSpy asked(m_view.get(), &MessageView::runRequested);
        QTest::mouseMove(m_view->viewport(), m_view->runButtonRect(0, 0).center());
        QVERIFY(!m_view->viewport()->toolTip().isEmpty());
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {},
                          m_view->runButtonRect(0, 0).center());
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][2].toString(), QStringLiteral("print(1)"));
    }

    void whatCodeSaidStandsUnderItAndIsNotCopied() {
        m_model->add(reply(kCode));
        m_view->setRunOffered(true);
        picture();
        QSignalSpy asked(m_view.get(), &MessageView::runRequested);
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {},
                          m_view->runButtonRect(0, 0).center());
        const QString before = copied();
        const int height = m_view->rowRect(0).height();
        m_view->setCodeNote(0, asked[0][1].value<qsizetype>(), QStringLiteral("print(1)"),
                            {CodeNote::Kind::Good, QStringLiteral("Ended after 0.1 s."),
                             QStringLiteral("1\n2\n3")});
        QVERIFY(m_view->rowRect(0).height() > height);
        QCOMPARE(copied(), before);
        const int withNote = m_view->rowRect(0).height();
        m_view->resize(500, 600);
        picture();
        m_view->resize(700, 600);
        picture();
        QCOMPARE(m_view->rowRect(0).height(), withNote);
    }
};

QTEST_MAIN(ReplyChecksTest)
#include "reply_checks_test.moc"
