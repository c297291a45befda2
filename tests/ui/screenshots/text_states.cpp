// SPDX-License-Identifier: MIT
// What a message can say: Markdown, mathematics, other scripts, hostile text.
#include "scene.h"
#include "states.h"
#include "ui/chat_page.h"
#include "ui/message_view.h"

namespace phidelity::screenshots {

namespace {

const char* const kMarkdown =
    " # Water\n\nWater is **wet**, *cold* or ~~dry~~; see [the article](https://en.wikipedia.org/) "
    "or "
    "<https://example.org>. [bank.com](https://evil.example) leads elsewhere, [a "
    "share](smb://host/x) "
    "nowhere, and ![a photo](http://127.0.0.1:9/x.png) is not loaded.\n\n"
    "| Phase | At 1 atm | Density (kg/m\u00b3) | Remark |\n|:--|:-:|--:|---|\n"
    "| ice | below 0 \u00b0C | 917 | floats, since it is **less dense** than what it swims in |\n"
    "| liquid | 0 to 100 \u00b0C | 997 | `H2O` |\n| steam | above 100 \u00b0C | 0.6 | $pV = nRT$ "
    "|\n\n"
    "1. First\n   - nested\n     - deeper\n   - [x] done\n   - [ ] to do\n2. Second, with code:\n\n"
    "   ```c++\n   int main() { return 0; } // nothing\n   ```\n\n"
    "> A quote\n> > in a quote\n>\n> - and a list\n\n"
    "---\n\n<b>raw</b> &copy; 2\\*3 line one  \nline two\n";

const char* const kMathematics =
    " The roots of $ax^2 + bx + c = 0$ are\n\n$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n\n"
    "and where $a \\ne 0$ there are two of them; it costs $5. With \\(\\alpha = \\sum_{i=1}^n i\\) "
    "and "
    "\\[\\int_0^1 f(x)\\,dx = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}\\]\n"
    "- an item with $\\frac{1}{2}$ in it\n- what cannot be set: $\\unknowncommand{x}$\n\n"
    "| $x$ | $x^2$ |\n|--|--|\n| 1 | $1^2 = 1$ |\n| $\\pi$ | $\\pi^2$ |\n\n"
    "# A heading with $e^{i\\pi}$\n\n"
    "$$a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} + a_{13} + "
    "a_{14} = "
    "b_1 + b_2 + b_3 + b_4 + b_5 + b_6 + b_7 + b_8$$\n";

const char* const kHostile =
    " <img src=\"http://127.0.0.1:9/x\"> <script>alert(1)</script> [x](javascript:alert(1)) "
    "[y](file:///etc/passwd)\n\n| a | b | c | d | e | f | g | h | i | j | k | l |\n"
    "|-|-|-|-|-|-|-|-|-|-|-|-|\n| unbreakable | unbreakable | unbreakable | unbreakable | "
    "unbreakable | unbreakable | unbreakable | unbreakable | unbreakable | unbreakable | "
    "unbreakable "
    "| unbreakable |\n\nover\u202eride \u2066isolate \u200bzero\u001b[31m red\n\n"
    "> > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > deep quote\n\n"
    "- - - - - - - - - - - - - deep list\n\n$$\\frac{1}{\\frac{1}{\\frac{1}{x}}$$\n";

} // namespace

QList<State> textStates() {
    return {
        faked(QStringLiteral("markdown"),
              [](Scene& scene) {
                  scene.say(QStringLiteral("Show me everything."), QString::fromUtf8(kMarkdown),
                            EndReason::StopString);
              }),
        faked(QStringLiteral("mathematics"),
              [](Scene& scene) {
                  scene.say(QStringLiteral("Show me formulas."), QString::fromUtf8(kMathematics),
                            EndReason::StopString);
                  scene.window.page()->view()->setHits(QStringLiteral("where \"of them\" heading"));
                  scene.window.page()->view()->showHit(1, 0);
              }),
        faked(QStringLiteral("arabic"),
              [](Scene& scene) {
                  scene.say(QString::fromUtf8("ما هو الماء؟"),
                            QString::fromUtf8(
                                " الماء **سائل** شفاف، انظر `H2O` هنا.\n\n1. أولا\n   - داخل\n2. "
                                "ثانيا\n\n> اقتباس\n\n```c\nint x;\n```\n\n- English item"),
                            EndReason::StopString);
              }),
        faked(QStringLiteral("hostile"),
              [](Scene& scene) {
                  scene.say(QStringLiteral("Be nasty."), QString::fromUtf8(kHostile),
                            EndReason::StopString);
              }),
    };
}

} // namespace phidelity::screenshots
