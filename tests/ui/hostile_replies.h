// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

namespace phidelity {

struct HostileReply {
    const char* name;
    QString text;
};

/// Replies that try to load, to open, to mislead or to freeze. `bait` is a file that exists: an
/// absolute path, in whose name nothing else would be opened.
inline QList<HostileReply> hostileReplies(const QString& bait) {
    const auto times = [](const char* text, int count) {
        return QString::fromUtf8(text).repeated(count);
    };
    const QString loads =
        QStringLiteral(
            "<img src=\"http://127.0.0.1:9/a.png\"> <img src=\"%1\"> "
            "![picture](http://127.0.0.1:9/b.png) ![file](%1) ![file](file://%1)\n"
            "<script src=\"http://127.0.0.1:9/c.js\">open(\"%1\")</script>\n"
            "<link rel=stylesheet href=\"%1\"><iframe src=\"%1\"></iframe>\n"
            "[share](smb://127.0.0.1/share) [file](file://%1) [data](data:text/html,x)\n"
            "[script](javascript:alert(1)) <smb://127.0.0.1/x> \\\\127.0.0.1\\share\n"
            "<style>@import url(http://127.0.0.1:9/d.css); a{background:url(%1)}</style>\n\n"
            "![ref]\n\n[ref]: %1\n\n```%1\ncode\n```\n\n"
            "$\\input{%1}$ $\\includegraphics{%1}$ $\\href{http://127.0.0.1:9/}{x}$\n")
            .arg(bait);
    QString manyLinks;
    for (int link = 0; link < 3000; ++link) {
        manyLinks += QStringLiteral("[l%1] ").arg(link);
    }
    manyLinks += QStringLiteral("\n\n");
    for (int link = 0; link < 3000; ++link) {
        manyLinks += QStringLiteral("[l%1]: http://127.0.0.1:9/%1\n").arg(link);
    }
    const QString wideRow = times("| x ", 60) + QStringLiteral("|\n");
    return {
        {"loads", loads},
        {"deep quotes", times(">", 10000) + QStringLiteral(" deep\n") + times("> ", 10000)},
        {"deep lists", times("- ", 10000) + QStringLiteral("x\n") + times("1. ", 10000)},
        {"deep emphasis", times("*_", 10000) + u'x' + times("_*", 10000)},
        {"bidi overrides", times("\u202Eabc\u2066def\u2067 ", 5000)},
        {"one line of 1 MB", QString(1 << 20, u'x')},
        {"1 MB of words", times("word ", 200000)},
        {"zeros", QString(100000, QChar(0))},
        {"100,000 columns",
         times("| a ", 100000) + QStringLiteral("|\n") + times("|---", 100000) + u'|'},
        {"a table of 60 columns and 2,000 rows",
         wideRow + times("|---", 60) + QStringLiteral("|\n") + wideRow.repeated(2000)},
        {"wide words in a table", QStringLiteral("|a|b|\n|-|-|\n|") + times("w", 1500) + u'|' +
                                      times("v", 1500) + QStringLiteral("|\n")},
        {"brackets", times("[", 100000) + times("](", 50000)},
        {"backticks", times("`a``", 50000)},
        {"links to definitions", manyLinks},
        {"formulas", times("$x_1$ ", 5000)},
        {"deep formula", QStringLiteral("$$") + times("\\frac{1}{", 400) + u'x' + times("}", 400) +
                             QStringLiteral("$$")},
        {"long formula", QStringLiteral("$$x") + times(" + x_1^2", 500) + QStringLiteral("$$")},
        {"open formulas", times("$$\n", 30000)},
        {"entities", times("&#x202E;&amp;&nosuch;", 20000)},
        {"combining marks", QStringLiteral("a") + times("\u0301", 100000)},
        {"emoji", times("👩‍👩‍👧‍👦", 20000)},
        {"code of 1 MB in one line", QStringLiteral("```cpp\n") + times("f(\"", 350000)},
        {"empty items", times("-\n", 50000)},
        {"empty lines", QString(1000000, u'\n')},
        {"tabs", times("\t", 200000)},
    };
}

} // namespace phidelity
