// SPDX-License-Identifier: MIT
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include "math_corpus.h"
#include "ui/math/math_parse.h"
#include "ui/math/math_symbols.h"

using namespace phidelity;
using namespace Qt::StringLiterals;
using Kind = MathNode::Kind;

namespace {

/// The tree written down, short enough to read: what a construct is understood as.
QString outline(const MathNode& node) {
    const auto parts = [&node](const QString& name) {
        QString out = name + u'(';
        for (const MathNode& part : node.parts) {
            out += (out.endsWith(u'(') ? u""_s : u","_s) + outline(part);
        }
        return out + u')';
    };
    switch (node.kind) {
    case Kind::Empty:
        return u"-"_s;
    case Kind::Symbol:
        return QString::fromUcs4(&node.symbol, 1);
    case Kind::Text:
        return u'"' + node.text + u'"';
    case Kind::Group: {
        QString out;
        for (const MathNode& part : node.parts) {
            out += (out.isEmpty() ? u""_s : u" "_s) + outline(part);
        }
        return node.parts.size() == 1 ? out : u'{' + out + u'}';
    }
    case Kind::Fraction:
        return parts(node.barred ? u"frac"_s : u"over"_s);
    case Kind::Root:
        return parts(u"root"_s);
    case Kind::Scripts:
        return parts(node.limits == MathLimits::Side ? u"scripts"_s : u"limits"_s);
    case Kind::Fence: {
        QString delimiters;
        for (const char32_t c : node.delimiters) {
            delimiters += c == 0 ? u"."_s : QString::fromUcs4(&c, 1);
        }
        return parts(delimiters);
    }
    case Kind::Delimiter:
        return u"big%1"_s.arg(node.size) + QString::fromUcs4(&node.symbol, 1);
    case Kind::Accent:
        return parts(u"accent%1"_s.arg(static_cast<int>(node.accent)));
    case Kind::Arrow:
        return parts(u"arrow"_s);
    case Kind::Table:
        return parts(u"table%1"_s.arg(static_cast<int>(node.grid)));
    case Kind::Space:
        return u"sp%1"_s.arg(qRound(node.space * 18));
    case Kind::Level:
        return u"level%1"_s.arg(static_cast<int>(node.level));
    case Kind::Tag:
        return parts(u"tag"_s);
    }
    return {};
}

QString read(const QString& latex) {
    QString why;
    const auto tree = parseMath(latex, &why);
    return tree ? outline(*tree) : u"! "_s + why;
}

int depthOf(const MathNode& node) {
    int depth = 0;
    for (const MathNode& part : node.parts) {
        depth = std::max(depth, depthOf(part));
    }
    return depth + 1;
}

int countOf(const MathNode& node) {
    int count = 1;
    for (const MathNode& part : node.parts) {
        count += countOf(part);
    }
    return count;
}

} // namespace

class MathParseTest : public QObject {
    Q_OBJECT

private slots:
    void reads_data() {
        QTest::addColumn<QString>("latex");
        QTest::addColumn<QString>("wanted");
        const auto row = [](const char* latex, const char* wanted) {
            QTest::newRow(latex) << QString::fromUtf8(latex) << QString::fromUtf8(wanted);
        };
        row("x", "x");
        row("a+b", "{a + b}");
        row("a - b", "{a − b}");
        row("a*b", "{a ∗ b}");
        row("{ab}c", "{{a b} c}");
        row("x^2", "scripts(x,-,2)");
        row("x_i^2", "scripts(x,i,2)");
        row("x^2_i", "scripts(x,i,2)");
        row("x_{ij}", "scripts(x,{i j},-)");
        row("f'", "scripts(f,-,′)");
        row("f''_1", "scripts(f,1,{′ ′})");
        row("f'^2", "scripts(f,-,{′ 2})");
        row("{}^{14}C", "{scripts({},-,{1 4}) C}");
        row("^2", "scripts({},-,2)");
        row("x^\\alpha", "scripts(x,-,α)");
        row("\\frac{a}{b}", "frac(a,b)");
        row("\\frac12", "frac(1,2)");
        row("\\frac 1 {2}", "frac(1,2)");
        row("\\dfrac{a}{b}", "frac(a,b)");
        row("\\tfrac ab", "frac(a,b)");
        row("\\binom{n}{k}", "()(over(n,k))");
        row("{a \\over b+c}", "frac(a,{b + c})");
        row("{n \\choose k}", "()(over(n,k))");
        row("\\sqrt{x}", "root(x,-)");
        row("\\sqrt[3]{x}", "root(x,3)");
        row("\\sqrt x y", "{root(x,-) y}");
        row("\\alpha\\beta\\Gamma", "{α β Γ}");
        row("\\varepsilon \\epsilon", "{ε ϵ}");
        row("a \\le b \\neq c", "{a ≤ b ≠ c}");
        row("\\sum_{i=1}^n i", "{limits(∑,{i = 1},n) i}");
        row("\\int_0^1", "scripts(∫,0,1)");
        row("\\int\\limits_0^1", "limits(∫,0,1)");
        row("\\sum\\nolimits_i", "scripts(∑,i,-)");
        row("\\lim_{x \\to 0}", "limits(\"lim\",{x → 0},-)");
        row("\\sin x", "{\"sin\" x}");
        row("\\operatorname{rank} A", "{{r a n k} A}");
        row("\\left( x \\right)", "()(x)");
        row("\\left. x \\right|_0", "scripts(.|(x),0,-)");
        row("\\left\\{ x \\middle| y \\right\\}", "{|}(x,y)");
        row("\\left\\langle x \\right\\rangle", "⟨⟩(x)");
        row("\\left< x \\right>", "⟨⟩(x)");
        row("\\left\\| x \\right|", "‖|(x)");
        row("\\bigl( x \\bigr)", "{big1( x big1)}");
        row("\\Bigg|", "big4|");
        row("\\hat{x}", "accent0(x)");
        row("\\hat x^2", "scripts(accent0(x),-,2)");
        row("\\overbrace{a+b}^{n}", "limits(accent16({a + b}),-,n)");
        row("\\underbrace{a}_{b}", "limits(accent17(a),b,-)");
        row("\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}", "()(table0({a b},{c d}))");
        row("\\begin{matrix}a\\end{matrix}", "table0(a)");
        row("\\begin{bmatrix}1\\\\2\\\\\\end{bmatrix}", "[](table0(1,2))");
        row("\\begin{cases}a & b\\\\ c\\end{cases}", "{.(table1({a b},c))");
        row("\\begin{aligned}a &= b\\end{aligned}", "table2({a {= b}})");
        row("\\begin{array}{c|c}a&b\\\\\\hline c&d\\end{array}", "table4({a b},{c d})");
        row("\\begin{equation}x\\end{equation}", "x");
        row("\\begin{align*}a &= b \\\\ &= c\\end{align*}", "table2({a {= b}},{{} {= c}})");
        row("a &= b \\\\ c &= d", "table2({a {= b}},{c {= d}})");
        row("a \\\\ b", "table3(a,b)");
        row("a \\\\[2pt] b", "table3(a,b)");
        row("a \\\\ [0,1]", "table3(a,{[ 0 , 1 ]})");
        row("a\\\\[0,1]", "table3(a,{[ 0 , 1 ]})");
        row("\\text{if } x", "{\"if \" x}");
        row("\\text{if $x$ is}", "{\"if \" x \" is\"}");
        row("\\text{50\\% {of} it}", "\"50% of it\"");
        row("\\text{a \\textbf{b}}", "{\"a \" \"b\"}");
        row("\\mathbb{R}^n", "scripts(R,-,n)");
        row("\\mathrm{d}x", "{d x}");
        row("{\\rm d}x", "{d x}");
        row("a\\,b\\;c\\!d\\quad e", "{a sp3 b sp5 c sp-3 d sp18 e}");
        row("a\\ b~c", "{a sp6 b sp6 c}");
        row("\\hspace{1em}x", "{sp18 x}");
        row("\\kern2ptx", "{sp4 x}");
        row("\\displaystyle\\sum", "{level0 ∑}");
        row("\\boxed{x}", "accent25(x)");
        row("\\cancel{x}", "accent22(x)");
        row("\\overset{a}{=}", "limits(=,-,a)");
        row("\\underset{a}{b}", "limits(b,a,-)");
        row("\\stackrel{a}{=}", "limits(=,-,a)");
        row("\\xrightarrow[a]{b}", "arrow(b,a)");
        row("\\not= \\not\\in", "{≠ ∉}");
        row("\\not\\perp", "accent21(⊥)");
        row("a \\pmod{n}", "{a {sp8 ( \"mod\" sp6 n )}}");
        row("a \\bmod b", "{a \"mod\" b}");
        row("\\color{red}{x}", "x");
        row("\\textcolor{red}{x}", "x");
        row("x % comment\n+ y", "{x + y}");
        row("x \\tag{1}", "{x tag(\"1\")}");
        row("x \\label{eq:1} \\nonumber", "x");
        row("\\substack{a\\\\b}", "table5(a,b)");
        row("\\phantom{x}", "accent26(x)");
        row("\\{a\\}", "{{ a }}");
        row("\\| a \\|", "{‖ a ‖}");
        row("α ≤ β", "{α ≤ β}");
        row("∫ f", "{∫ f}");
        row("𝔸", "𝔸");
        row("\\mathop{x}_a", "limits(x,a,-)");
        row("\\braket{a|b}", "⟨⟩({a | b})");
        row("\\therefore x", "{∴ x}");
        row("\\dots", "…");
        row("20\\%", "{2 0 %}");
        row("\\$5", "{$ 5}");
    }

    void reads() {
        QFETCH(QString, latex);
        QFETCH(QString, wanted);
        QCOMPARE(read(latex), wanted);
    }

    void refusesWithAReason_data() {
        QTest::addColumn<QString>("latex");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* latex, const char* why) {
            QTest::newRow(latex) << QString::fromUtf8(latex) << QString::fromUtf8(why);
        };
        row("", "nothing to set");
        row("  % only a comment", "nothing to set");
        row("{", "unclosed brace");
        row("}", "unexpected '}'");
        row("{a}}", "unexpected '}'");
        row("\\frac{a}", "an argument is missing");
        row("\\frac", "an argument is missing");
        row("x^", "an argument is missing");
        row("x^2^3", "two superscripts");
        row("x_1_2", "two subscripts");
        row("x^2'", "a prime after a superscript");
        row("\\left( x", "\\left without \\right");
        row("x \\right)", "unknown command \\right");
        row("\\left x \\right)", "not a delimiter: 'x'");
        row("\\undefined", "unknown command \\undefined");
        row("\\newcommand{\\a}{b}", "unknown command \\newcommand");
        row("\\begin{matrix} a", "an environment is not closed");
        row("\\begin{matrix} a \\end{pmatrix}", "\\begin{matrix} without its end");
        row("\\begin{tikzpicture}\\end{tikzpicture}", "unknown environment tikzpicture");
        row("a \\end{matrix}", "an environment is not closed");
        row("{a & b}", "unexpected '&'");
        row("a $ b", "unexpected '$'");
        row("#1", "unexpected '#'");
        row("\\", "a backslash at the end");
        row("\\text{a", "unclosed brace");
        row("\\text{\\ref{a}}", "unknown command \\ref in words");
        row("\\hspace{x}", "not a length: 'x'");
        row("\\sqrt[3{x}", "unclosed bracket");
        row("a\u202Eb", "the character U+202e");
        row("a\u200Bb", "the character U+200b");
    }

    void refusesWithAReason() {
        QFETCH(QString, latex);
        QFETCH(QString, why);
        QCOMPARE(read(latex), u"! "_s + why);
    }

    void everyCommandOfTheCorpusIsKnown() {
        for (const MathSample& sample : kMathCorpus) {
            const QString latex = QString::fromUtf8(sample.latex);
            QVERIFY2(!read(latex).startsWith(u'!'), qPrintable(latex + u": "_s + read(latex)));
        }
    }

    void hostileInputIsRefusedAtOnce_data() {
        QTest::addColumn<QString>("latex");
        const auto repeated = [](const char* what, int count) {
            return QString::fromUtf8(what).repeated(count);
        };
        QTest::newRow("10,000 braces") << repeated("{", 10'000);
        QTest::newRow("10,000 closed braces") << repeated("{", 10'000) + repeated("}", 10'000);
        QTest::newRow("braces within bounds") << repeated("{", 7000) + u"x"_s + repeated("}", 7000);
        QTest::newRow("roots of roots") << repeated("\\sqrt", 3000) + u"x"_s;
        QTest::newRow("scripts of scripts") << repeated("x^{", 5000);
        QTest::newRow("fences") << repeated("\\left(", 2500);
        QTest::newRow("environments") << repeated("\\begin{matrix}", 1100);
        QTest::newRow("words in words") << repeated("\\text{$", 2000);
        QTest::newRow("bold words") << repeated("\\text{\\textbf{", 1000);
        QTest::newRow("substacks") << repeated("\\substack{", 1500);
        QTest::newRow("overs") << repeated("a\\over ", 2000);
        QTest::newRow("negations") << repeated("\\not", 4000) + u"="_s;
        QTest::newRow("a megabyte") << repeated("x+", 500'000);
        QTest::newRow("many parts") << repeated("x", 16'000);
        QTest::newRow("many cells") << u"\\begin{matrix}"_s + repeated("&", 16'000);
        QTest::newRow("many rows") << repeated("\\\\", 8000);
        QTest::newRow("unclosed gaps") << repeated("\\\\[", 5000);
        QTest::newRow("a long name") << u'\\' + repeated("a", 16'000);
        QTest::newRow("NUL") << u"a"_s + QChar(0) + u"b"_s;
        QTest::newRow("half a surrogate") << u"a"_s + QChar(0xD835);
        QTest::newRow("surrogates turned round") << QString(QChar(0xDC00)) + QChar(0xD835);
    }

    void hostileInputIsRefusedAtOnce() {
        QFETCH(QString, latex);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!parseMath(latex));
        QVERIFY(timer.elapsed() < 1000);
    }

    void treesStayWithinTheBounds() {
        QRandomGenerator random(11);
        const QStringList tokens = mathTokens();
        int read = 0;
        for (int i = 0; i < 200'000; ++i) {
            QString latex;
            for (int length = random.bounded(30); length > 0; --length) {
                latex += tokens.at(random.bounded(tokens.size()));
            }
            QString why;
            if (const auto tree = parseMath(latex, &why)) {
                ++read;
                QVERIFY2(depthOf(*tree) <= 4 * kMathMaxDepth, qPrintable(latex));
                QVERIFY2(countOf(*tree) <= 2 * kMathMaxNodes, qPrintable(latex));
            } else {
                QVERIFY2(!why.isEmpty(), qPrintable(latex));
            }
        }
        QVERIFY2(read > 5000, "the random formulas are all broken, which tests little");
    }

    void depthIsTakenToItsBound() {
        const QString inside = u"{"_s.repeated(60) + u"x"_s + u"}"_s.repeated(60);
        QVERIFY(parseMath(inside).has_value());
    }
};

QTEST_GUILESS_MAIN(MathParseTest)
#include "math_parse_test.moc"
