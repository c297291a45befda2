// SPDX-License-Identifier: MIT
#include "app/transcript/html_style.h"

#include "app/transcript/code_runs.h"

namespace phidelity {

namespace {

constexpr const char* kStyle = R"(
:root{--page:#fff;--text:#1d1f21;--dim:#5b6066;--line:#d5d8dc;--card:#f0f3f7;--code:#f4f4f4;--link:#0b57a4}
@media (prefers-color-scheme:dark){:root{--page:#1b1c1e;--text:#e3e5e8;--dim:#a3a9b0;--line:#3d4146;--card:#26292e;--code:#26282b;--link:#8ab8ec}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.55 system-ui,sans-serif}
main{max-width:48rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
.meta,.note,.who time{color:var(--dim);font-size:.875rem}
.note{margin:.25rem 0}
.strand{font-size:1.2rem;border-top:1px solid var(--line);margin:3rem 0 1rem;padding-top:1.5rem}
article{margin:1.5rem 0}
.who{display:flex;gap:.75rem;align-items:baseline;margin-bottom:.25rem}
.who h2{font-size:1rem;margin:0;overflow-wrap:anywhere}
.who h2 a{color:inherit;text-decoration:none}
.user .text{background:var(--card);border-radius:.6rem;padding:.1rem 1rem}
.text{overflow-wrap:anywhere}
.text h3,.text h4,.text h5,.text h6{line-height:1.3;margin:1.2em 0 .4em}
.text p,.text ul,.text ol,.text blockquote,.text pre,.text table{margin:.7em 0}
.text li p{margin:.25em 0}
.plain{white-space:pre-wrap}
a{color:var(--link)}
blockquote{border-left:3px solid var(--line);padding-left:1rem;margin-left:0;margin-right:0}
hr{border:0;border-top:1px solid var(--line);margin:1.5em 0}
code,pre,.src{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
code,.src{background:var(--code);border-radius:.25em;padding:.1em .3em}
figure{margin:.7em 0;background:var(--code);border-radius:.5em;overflow:hidden}
figcaption{color:var(--dim);font-size:.8rem;padding:.4em 1em 0}
pre{margin:0;padding:.7em 1em;overflow-x:auto;line-height:1.45}
.text figure pre{margin:0}
pre code{background:none;padding:0;font-size:inherit}
.wide{overflow-x:auto}
table{border-collapse:collapse}
th,td{overflow-wrap:break-word;border:1px solid var(--line);padding:.3em .7em;text-align:start;vertical-align:top}
.l{text-align:left}.c{text-align:center}.r{text-align:right}
.dim{color:var(--dim)}
.task{list-style:none}
math[display=block]{margin:.6em 0;overflow-x:auto;overflow-y:hidden}
details{color:var(--dim);font-size:.875rem;margin:.25rem 0}
@media print{main{max-width:none;padding:0}article{break-inside:auto}.who{break-after:avoid}figure,pre{break-inside:auto}pre{white-space:pre-wrap}}
)";

} // namespace

QString htmlStyle(const CodeKinds& code) {
    QString light;
    QString dark;
    for (int kind = 1; kind <= kCodeKinds; ++kind) {
        const CodeLook look = code.look(kind);
        if (!look.light.isValid()) {
            continue;
        }
        light +=
            QStringLiteral(".k%1{color:%2%3%4}\n")
                .arg(kind)
                .arg(look.light.name(), look.bold ? QStringLiteral(";font-weight:600") : QString(),
                     look.italic ? QStringLiteral(";font-style:italic") : QString());
        dark += QStringLiteral(".k%1{color:%2}\n").arg(kind).arg(look.dark.name());
    }
    return QLatin1String(kStyle) + light + QLatin1String("@media (prefers-color-scheme:dark){\n") +
           dark + QLatin1String("}\n");
}

} // namespace phidelity
