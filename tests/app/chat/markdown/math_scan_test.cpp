// SPDX-License-Identifier: MIT
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include "chat/markdown/math_scan.h"

using namespace phidelity;
using namespace Qt::StringLiterals;
using Kind = MathSegment::Kind;

namespace {

/// The segments written down: text as it is, ⟦i:…⟧ and ⟦d:…⟧ for what goes to the setter.
QString marked(const QString& text, MathEnding ending = MathEnding::Final) {
    QString out;
    for (const MathSegment& segment : scanMath(text, ending)) {
        const QString inner = text.mid(segment.innerStart, segment.innerLength);
        out += segment.kind == Kind::Text     ? inner
               : segment.kind == Kind::Inline ? u"⟦i:"_s + inner + u"⟧"_s
                                              : u"⟦d:"_s + inner + u"⟧"_s;
    }
    return out;
}

bool covers(const QString& text, const QList<MathSegment>& segments) {
    qsizetype at = 0;
    for (const MathSegment& segment : segments) {
        const bool inside =
            segment.innerStart >= segment.start &&
            segment.innerStart + segment.innerLength <= segment.start + segment.length;
        if (segment.start != at || segment.length <= 0 || !inside) {
            return false;
        }
        at += segment.length;
    }
    return at == text.size();
}

} // namespace

class MathScanTest : public QObject {
    Q_OBJECT

private slots:
    void findsMathematics_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("wanted");
        const auto row = [](const char* text, const char* wanted) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(wanted);
        };
        const auto same = [&row](const char* text) { row(text, text); };

        // Formulas
        row("$x$", "⟦i:x⟧");
        row("Let $x = 1$.", "Let ⟦i:x = 1⟧.");
        row("($a+b$)", "(⟦i:a+b⟧)");
        row("$a$ and $b$", "⟦i:a⟧ and ⟦i:b⟧");
        row("$a$, $b$: $c$; $d$!", "⟦i:a⟧, ⟦i:b⟧: ⟦i:c⟧; ⟦i:d⟧!");
        row("$$x^2$$", "⟦d:x^2⟧");
        row("before $$x$$ after", "before ⟦d:x⟧ after");
        row("$$\nx\n+ y\n$$", "⟦d:\nx\n+ y\n⟧");
        row("\\(x\\)", "⟦i:x⟧");
        row("\\[x\\]", "⟦d:x⟧");
        row("a \\(x\\) b \\[y\\] c", "a ⟦i:x⟧ b ⟦d:y⟧ c");
        row("\\[\n\\frac{1}{2}\n\\]", "⟦d:\n\\frac{1}{2}\n⟧");
        row("\\[a \\\\[2pt] b\\]", "⟦d:a \\\\[2pt] b⟧");
        row("$a\nb$", "⟦i:a\nb⟧");
        row("the $n$th and $k$-th", "the ⟦i:n⟧th and ⟦i:k⟧-th");
        row("$x_i$'s", "⟦i:x_i⟧'s");
        row("$\\alpha$s", "⟦i:\\alpha⟧s");
        row("$2$ and $3.5$", "⟦i:2⟧ and ⟦i:3.5⟧");
        row("**$x$**", "**⟦i:x⟧**");
        row("$`x_1`$", "⟦i:x_1⟧");
        row("$\\text{cost: \\$5}$", "⟦i:\\text{cost: \\$5}⟧");
        row("\\begin{align}a &= b\\\\ c &= d\\end{align}",
            "⟦d:\\begin{align}a &= b\\\\ c &= d\\end{align}⟧");
        row("So \\begin{pmatrix}1\\end{pmatrix}!", "So ⟦d:\\begin{pmatrix}1\\end{pmatrix}⟧!");
        row("$f(x) = max(x, 0)$", "⟦i:f(x) = max(x, 0)⟧");
        row("$x \\text{ if } y$", "⟦i:x \\text{ if } y⟧");
        row("-$x$", "-⟦i:x⟧");
        row("$-5$", "⟦i:-5⟧");

        // Prices and other dollars
        same("$5");
        same("costs $5, or $7.");
        same("It costs $5 and $6.");
        same("$5-$7");
        same("$5–$10");
        same("$20,000 and USD$30,000");
        same("between $1.50 and $2.50");
        same("US$5 and US$6");
        same("I have $5 and you have 10$.");
        same("5$ and 6$");
        same("$5/month ($50/year)");
        same("($5) or ($7)");
        same("$5, $6, $7");
        same("| $5 | $6 |");
        same("**$5** or **$6**");
        same("$HOME and $PATH");
        same("$HOME/$USER");
        same("echo ${HOME}/bin:$PATH");
        same("a $ b $ c");
        same("$ x$");
        same("$x $");
        same("$");
        same("$$");
        same("$$$");
        same("$$$$");
        same("$$$x$$$");
        same("\\$5 and \\$6");
        same("\\$x$");
        same("A$AP and Ke$ha");

        // Not closed, not ours
        same("$x");
        same("$$x");
        same("$$x$");
        same("\\(x");
        same("\\[x");
        same("\\[x\\)");
        same("\\begin{align}a");
        same("\\begin{document}a\\end{document}");
        same("$a\n\nb$");
        same("$$a\n\nb$$");
        same("\\[a\n \nb\\]");
        same("\\\\(x\\\\)");
        same("\\(\\)");
        same("$$ $$");
        same("\\");

        // Code
        same("`$x$`");
        same("``$x$ ` $y$``");
        row("`a` $x$ `b`", "`a` ⟦i:x⟧ `b`");
        row("` $x$", "` ⟦i:x⟧");
        same("`\\(x\\)` and `\\[y\\]`");
        same("$a `b$ c`");

        // One that fails leaves the next alone
        row("$5 and $x$", "$5 and ⟦i:x⟧");
        row("It is $5, so $x = 5$.", "It is $5, so ⟦i:x = 5⟧.");
        row("$$ and $x$", "$$ and ⟦i:x⟧");
        row("\\( and \\(x\\)", "\\( and ⟦i:x⟧");
    }

    void findsMathematics() {
        QFETCH(QString, text);
        QFETCH(QString, wanted);
        QCOMPARE(marked(text), wanted);
        QVERIFY(covers(text, scanMath(text)));
    }

    void aDollarAtTheEndOfAStreamClosesNothingYet() {
        QCOMPARE(marked(u"$5-$"_s, MathEnding::Open), u"$5-$"_s);
        QCOMPARE(marked(u"$5-$7"_s, MathEnding::Open), u"$5-$7"_s);
        QCOMPARE(marked(u"$x$"_s, MathEnding::Open), u"$x$"_s);
        QCOMPARE(marked(u"$x$ "_s, MathEnding::Open), u"⟦i:x⟧ "_s);
        QCOMPARE(marked(u"\\(x\\)"_s, MathEnding::Open), u"⟦i:x⟧"_s);
    }

    void whatIsFoundWhileStreamingStays() {
        const QString text =
            u"Costs $5-$7, where $x^2$ is $5 or \\(a\\) and $$b\n+c$$ or \\[d\\] `$e$` $n$th; "
            "$5 and 6$. \\begin{align}a&=b\\\\c&=d\\end{align} then $f$ ends."_s;
        QList<MathSegment> seen;
        for (qsizetype length = 0; length <= text.size(); ++length) {
            QList<MathSegment> formulas;
            for (const MathSegment& segment :
                 scanMath(QStringView(text).left(length), MathEnding::Open)) {
                if (segment.kind != Kind::Text) {
                    formulas.append(segment);
                }
            }
            QVERIFY2(formulas.size() >= seen.size(), qPrintable(text.left(length)));
            QCOMPARE(formulas.first(seen.size()), seen);
            seen = formulas;
        }
        QCOMPARE(seen.size(), 7);
    }

    void anyInputIsCoveredInTime() {
        static const QStringList kTokens = {u"$"_s,
                                            u"$$"_s,
                                            u"\\("_s,
                                            u"\\)"_s,
                                            u"\\["_s,
                                            u"\\]"_s,
                                            u"\\"_s,
                                            u"`"_s,
                                            u"``"_s,
                                            u"x"_s,
                                            u"5"_s,
                                            u" "_s,
                                            u"\n"_s,
                                            u"^"_s,
                                            u"{"_s,
                                            u"}"_s,
                                            u"\\begin{align}"_s,
                                            u"\\end{align}"_s,
                                            u"word"_s,
                                            QString(QChar(0)),
                                            QString(QChar(0xD800)),
                                            QString(QChar(0x202E))};
        QRandomGenerator random(7);
        for (int i = 0; i < 100'000; ++i) {
            QString text;
            for (int length = random.bounded(24); length > 0; --length) {
                text += kTokens.at(random.bounded(kTokens.size()));
            }
            for (const MathEnding ending : {MathEnding::Final, MathEnding::Open}) {
                QVERIFY2(covers(text, scanMath(text, ending)), qPrintable(text));
            }
        }
    }

    /// A megabyte of each thing that opens something; quadratic cost would take minutes.
    void costIsLinear() {
        for (const QString& opener :
             {u"$"_s, u"$a "_s, u"$$a "_s, u"\\("_s, u"\\["_s, u"\\begin{align}"_s, u"`"_s,
              u"` `` "_s, u"$`"_s, u"\n"_s, u"\n "_s, u"\\"_s, u"$\\"_s,
              u"\\begin{align}\\begin{gather}"_s}) {
            const QString text = opener.repeated(1'000'000 / opener.size());
            QElapsedTimer timer;
            timer.start();
            QVERIFY(covers(text, scanMath(text)));
            QVERIFY2(timer.elapsed() < 5000, qPrintable(opener));
        }
    }
};

QTEST_GUILESS_MAIN(MathScanTest)
#include "math_scan_test.moc"
