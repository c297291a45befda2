// SPDX-License-Identifier: MIT
#include "app/transcript/odt_styles.h"

#include "app/transcript/code_runs.h"

namespace phidelity {

namespace {

QString paragraph(const QString& name, const QString& parent, const QString& paragraphProperties,
                  const QString& textProperties) {
    return QStringLiteral("<style:style style:name=\"%1\" style:family=\"paragraph\" "
                          "style:parent-style-name=\"%2\"><style:paragraph-properties %3/>"
                          "<style:text-properties %4/></style:style>\n")
        .arg(name, parent, paragraphProperties, textProperties);
}

QString characters(const QString& name, const QString& properties) {
    return QStringLiteral("<style:style style:name=\"%1\" style:family=\"text\">"
                          "<style:text-properties %2/></style:style>\n")
        .arg(name, properties);
}

const QString kMono = QStringLiteral(
    "style:font-name=\"Mono\" style:font-name-asian=\"Mono\" style:font-name-complex=\"Mono\"");

QString headings() {
    QString styles;
    static constexpr const char* kSizes[] = {"20pt", "12pt", "14pt", "13pt", "12pt", "11pt"};
    for (int level = 1; level <= 6; ++level) {
        const QString size = QLatin1String(kSizes[level - 1]);
        styles += QStringLiteral(
                      "<style:style style:name=\"Heading_20_%1\" "
                      "style:display-name=\"Heading %1\" style:family=\"paragraph\" "
                      "style:parent-style-name=\"Standard\" style:next-style-name=\"Standard\" "
                      "style:default-outline-level=\"%1\"><style:paragraph-properties "
                      "fo:margin-top=\"%3\" fo:margin-bottom=\"0.15cm\" "
                      "fo:keep-with-next=\"always\"/><style:text-properties "
                      "fo:font-weight=\"bold\" fo:font-size=\"%2\"/></style:style>\n")
                      .arg(level)
                      .arg(size, level == 1 ? QStringLiteral("0cm") : QStringLiteral("0.5cm"));
    }
    return styles;
}

} // namespace

QString odtNamespaces() {
    return QStringLiteral(
        "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "
        "xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" "
        "xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" "
        "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" "
        "xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" "
        "xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" "
        "xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" "
        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" office:version=\"1.3\"");
}

QByteArray odtStyles(const QString& title, Paper paper) {
    QString styles =
        QStringLiteral(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-styles %1>\n"
            "<office:font-face-decls>"
            "<style:font-face style:name=\"Sans\" svg:font-family=\"'DejaVu Sans', 'Noto Sans', "
            "sans-serif\" style:font-family-generic=\"swiss\"/>"
            "<style:font-face style:name=\"Mono\" svg:font-family=\"'DejaVu Sans Mono', "
            "monospace\" style:font-family-generic=\"modern\" style:font-pitch=\"fixed\"/>"
            "</office:font-face-decls>\n<office:styles>\n"
            "<style:default-style style:family=\"paragraph\"><style:paragraph-properties "
            "style:writing-mode=\"page\"/><style:text-properties style:font-name=\"Sans\" "
            "style:font-name-asian=\"Sans\" style:font-name-complex=\"Sans\" "
            "fo:font-size=\"10.5pt\"/></style:default-style>\n"
            "<style:style style:name=\"Standard\" style:family=\"paragraph\" style:class=\"text\">"
            "<style:paragraph-properties fo:margin-bottom=\"0.2cm\" fo:line-height=\"125%\"/>"
            "</style:style>\n")
            .arg(odtNamespaces()) +
        headings();
    const QString none;
    styles +=
        paragraph(QStringLiteral("Branch"), QStringLiteral("Heading_20_1"),
                  QStringLiteral("fo:margin-top=\"1cm\""), QStringLiteral("fo:font-size=\"14pt\""));
    styles +=
        paragraph(QStringLiteral("Asked"), QStringLiteral("Standard"),
                  QStringLiteral("fo:background-color=\"#f0f3f7\" fo:padding=\"0.15cm\""), none);
    styles += paragraph(QStringLiteral("Code"), QStringLiteral("Standard"),
                        QStringLiteral("fo:background-color=\"#f4f4f4\" fo:padding=\"0.1cm\" "
                                       "fo:margin-top=\"0cm\" fo:margin-bottom=\"0cm\" "
                                       "fo:line-height=\"115%\" fo:text-align=\"left\""),
                        kMono + QStringLiteral(" fo:font-size=\"9pt\""));
    styles += paragraph(QStringLiteral("Note"), QStringLiteral("Standard"), none,
                        QStringLiteral("fo:color=\"#5b6066\" fo:font-size=\"8.5pt\""));
    styles += paragraph(QStringLiteral("Cell"), QStringLiteral("Standard"),
                        QStringLiteral("fo:margin-bottom=\"0cm\""), none);
    styles += paragraph(QStringLiteral("Rule"), QStringLiteral("Standard"),
                        QStringLiteral("fo:border-bottom=\"0.5pt solid #b0b4b9\""), none);
    for (int depth = 1; depth <= kOdtQuotes; ++depth) {
        styles += paragraph(QStringLiteral("Quote%1").arg(depth), QStringLiteral("Standard"),
                            QStringLiteral("fo:margin-left=\"%1cm\" fo:padding-left=\"0.25cm\" "
                                           "fo:border-left=\"1.5pt solid #b0b4b9\"")
                                .arg(0.6 * depth),
                            none);
    }
    styles += QStringLiteral(
                  "</office:styles>\n<office:automatic-styles>"
                  "<style:page-layout style:name=\"Page\"><style:page-layout-properties "
                  "fo:page-width=\"%2mm\" fo:page-height=\"%3mm\" fo:margin-top=\"2cm\" "
                  "fo:margin-bottom=\"1.5cm\" fo:margin-left=\"2.2cm\" fo:margin-right=\"2.2cm\"/>"
                  "<style:footer-style><style:header-footer-properties fo:min-height=\"0.8cm\" "
                  "fo:margin-top=\"0.4cm\"/></style:footer-style></style:page-layout>"
                  "<style:style style:name=\"Foot\" style:family=\"paragraph\" "
                  "style:parent-style-name=\"Standard\"><style:paragraph-properties "
                  "fo:text-align=\"center\"/><style:text-properties fo:color=\"#5b6066\" "
                  "fo:font-size=\"8.5pt\"/></style:style>"
                  "</office:automatic-styles>\n<office:master-styles><style:master-page "
                  "style:name=\"Standard\" style:page-layout-name=\"Page\"><style:footer><text:p "
                  "text:style-name=\"Foot\">%1 \u2013 <text:page-number "
                  "text:select-page=\"current\">1</text:page-number> of "
                  "<text:page-count>1</text:page-count></text:p></style:footer>"
                  "</style:master-page></office:master-styles>\n</office:document-styles>\n")
                  .arg(title.toHtmlEscaped(), QString::number(sizeOf(paper).width()),
                       QString::number(sizeOf(paper).height()));
    return styles.toUtf8();
}

QString odtContentStyles(const CodeKinds& code) {
    QString styles;
    for (int kind = 1; kind <= kCodeKinds; ++kind) {
        const CodeLook look = code.look(kind);
        if (look.light.isValid()) {
            styles += characters(
                QStringLiteral("k%1").arg(kind),
                QStringLiteral("fo:color=\"%1\"").arg(look.light.name()) +
                    (look.bold ? QStringLiteral(" fo:font-weight=\"bold\"") : QString()) +
                    (look.italic ? QStringLiteral(" fo:font-style=\"italic\"") : QString()));
        }
    }
    styles += characters(QStringLiteral("b"), QStringLiteral("fo:font-weight=\"bold\""));
    styles += characters(QStringLiteral("i"), QStringLiteral("fo:font-style=\"italic\""));
    styles +=
        characters(QStringLiteral("s"), QStringLiteral("style:text-line-through-style=\"solid\""));
    styles +=
        characters(QStringLiteral("c"), kMono + QStringLiteral(" fo:font-size=\"9pt\" "
                                                               "fo:background-color=\"#f4f4f4\""));
    styles += characters(QStringLiteral("d"), QStringLiteral("fo:color=\"#5b6066\""));
    styles += QStringLiteral(
        "<style:style style:name=\"F\" style:family=\"graphic\"><style:graphic-properties "
        "style:vertical-pos=\"middle\" style:vertical-rel=\"text\" draw:ole-draw-aspect=\"1\"/>"
        "</style:style>\n");
    for (const char side : {'l', 'c', 'r'}) {
        styles += QStringLiteral("<style:style style:name=\"Cell%1\" style:family=\"paragraph\" "
                                 "style:parent-style-name=\"Cell\"><style:paragraph-properties "
                                 "fo:text-align=\"%2\"/></style:style>\n")
                      .arg(QLatin1Char(side))
                      .arg(side == 'l'   ? QStringLiteral("left")
                           : side == 'c' ? QStringLiteral("center")
                                         : QStringLiteral("right"));
    }
    styles += QStringLiteral(
        "<style:style style:name=\"T\" style:family=\"table\"><style:table-properties "
        "fo:margin-bottom=\"0.2cm\" table:align=\"margins\"/></style:style>\n"
        "<style:style style:name=\"TC\" style:family=\"table-cell\">"
        "<style:table-cell-properties fo:padding=\"0.12cm\" fo:border=\"0.5pt solid #b0b4b9\"/>"
        "</style:style>\n"
        "<style:style style:name=\"TH\" style:family=\"table-cell\">"
        "<style:table-cell-properties fo:padding=\"0.12cm\" fo:border=\"0.5pt solid #b0b4b9\" "
        "fo:background-color=\"#f0f3f7\"/></style:style>\n");
    QString bullets = QStringLiteral("<text:list-style style:name=\"UL\">");
    QString numbers = QStringLiteral("<text:list-style style:name=\"OL\">");
    for (int level = 1; level <= 10; ++level) {
        const QString place =
            QStringLiteral("<style:list-level-properties "
                           "text:list-level-position-and-space-mode=\"label-alignment\">"
                           "<style:list-level-label-alignment text:label-followed-by=\"listtab\" "
                           "text:list-tab-stop-position=\"%1cm\" fo:text-indent=\"-0.6cm\" "
                           "fo:margin-left=\"%1cm\"/></style:list-level-properties>")
                .arg(0.8 * level);
        bullets += QStringLiteral("<text:list-level-style-bullet text:level=\"%1\" "
                                  "text:bullet-char=\"\u2022\">")
                       .arg(level) +
                   place + QStringLiteral("</text:list-level-style-bullet>");
        numbers += QStringLiteral("<text:list-level-style-number text:level=\"%1\" "
                                  "style:num-suffix=\".\" style:num-format=\"1\">")
                       .arg(level) +
                   place + QStringLiteral("</text:list-level-style-number>");
    }
    return styles + bullets + QStringLiteral("</text:list-style>\n") + numbers +
           QStringLiteral("</text:list-style>\n");
}

} // namespace phidelity
