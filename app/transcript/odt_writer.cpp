// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <utility>

#include <QSet>
#include <QXmlStreamWriter>

#include "app/transcript/code_runs.h"
#include "app/transcript/math_ml.h"
#include "app/transcript/message_blocks.h"
#include "app/transcript/odt_styles.h"
#include "app/transcript/rich_writers.h"
#include "app/transcript/zip_writer.h"
#include "chat/transcript/writers.h"

namespace phidelity {

namespace {

/// More entries than this would not fit the archive's directory; formulas behind stand as source.
constexpr int kMostFormulas = 30'000;

class OdtWriter {
public:
    OdtWriter(const Transcript& transcript, const TranscriptOptions& options)
        : m_transcript(transcript), m_options(options) {}

    QByteArray write() {
        m_zip.add("mimetype", "application/vnd.oasis.opendocument.text", ZipWriter::Method::Stored);
        const QString title = titleOf(m_transcript.conversation);
        m_zip.add("content.xml", content(title));
        m_zip.add("styles.xml", odtStyles(title, m_options.paper));
        m_zip.add("meta.xml",
                  QStringLiteral("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                 "<office:document-meta %1 "
                                 "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                                 "xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\">"
                                 "<office:meta><meta:generator>Phidelity</meta:generator>"
                                 "<dc:title>%2</dc:title></office:meta></office:document-meta>\n")
                      .arg(odtNamespaces(), title.toHtmlEscaped())
                      .toUtf8());
        m_zip.add("META-INF/manifest.xml", manifest());
        return m_zip.finish();
    }

private:
    QByteArray content(const QString& title) {
        m_body = std::make_unique<QXmlStreamWriter>(&m_text);
        element("h",
                {{"style-name", QStringLiteral("Heading_20_1")},
                 {"outline-level", QStringLiteral("1")}},
                title);
        if (const QString created = timeText(m_transcript.conversation.info.createdMs);
            !created.isEmpty()) {
            element("p", {{"style-name", QStringLiteral("Note")}}, created);
        }
        const QList<TranscriptStrand> strands = strandsOf(m_transcript.conversation, m_options);
        for (const TranscriptStrand& strand : strands) {
            if (const QString name = strandTitle(strand); !name.isEmpty()) {
                element("h",
                        {{"style-name", QStringLiteral("Branch")},
                         {"outline-level", QStringLiteral("1")}},
                        name);
            }
            int row = strand.firstRow;
            for (const NodeId id : strand.ids) {
                writeMessage(*m_transcript.conversation.find(id), row++);
            }
        }
        return (QLatin1String("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                              "<office:document-content ") +
                odtNamespaces() + QLatin1String(">\n<office:automatic-styles>\n") +
                odtContentStyles(m_code) + m_styles +
                QLatin1String("</office:automatic-styles>\n<office:body><office:text>\n") + m_text +
                QLatin1String("\n</office:text></office:body>\n</office:document-content>\n"))
            .toUtf8();
    }

    QByteArray manifest() const {
        QByteArray entries;
        const auto entry = [&entries](const QByteArray& path, const QByteArray& type) {
            entries += "<manifest:file-entry manifest:full-path=\"" + path +
                       "\" manifest:media-type=\"" + type + "\"/>\n";
        };
        entry("/", "application/vnd.oasis.opendocument.text");
        entry("content.xml", "text/xml");
        entry("styles.xml", "text/xml");
        entry("meta.xml", "text/xml");
        for (int number = 1; number <= m_formulas; ++number) {
            const QByteArray folder = "Formula" + QByteArray::number(number) + '/';
            entry(folder, "application/vnd.oasis.opendocument.formula");
            entry(folder + "content.xml", "text/xml");
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest "
               "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "
               "manifest:version=\"1.3\">\n" +
               entries + "</manifest:manifest>\n";
    }

    // ---- XML ----

    struct Attribute {
        const char* name;
        QString value;
    };

    void start(const QString& name, const QList<Attribute>& attributes = {}) {
        m_body->writeStartElement(name);
        for (const Attribute& one : attributes) {
            const QString prefix = QString::fromLatin1(one.name).contains(u':')
                                       ? QString()
                                       : name.section(u':', 0, 0) + u':';
            m_body->writeAttribute(prefix + QLatin1String(one.name), one.value);
        }
    }
    void end() { m_body->writeEndElement(); }

    /// text:NAME with plain text in it.
    void element(const char* name, const QList<Attribute>& attributes, const QString& text) {
        start(QLatin1String("text:") + QLatin1String(name), attributes);
        write(text);
        end();
    }

    /// Blanks, tabs and line ends are elements, since XML's own white space counts for little.
    void write(QStringView text) {
        for (qsizetype at = 0; at < text.size();) {
            const QChar c = text.at(at);
            qsizetype next = at + 1;
            if (c == u'\n') {
                m_body->writeEmptyElement(QStringLiteral("text:line-break"));
            } else if (c == u'\t') {
                m_body->writeEmptyElement(QStringLiteral("text:tab"));
            } else if (c == u' ' && (at == 0 || text.at(at - 1).isSpace())) {
                while (next < text.size() && text.at(next) == u' ') {
                    ++next;
                }
                m_body->writeEmptyElement(QStringLiteral("text:s"));
                m_body->writeAttribute(QStringLiteral("text:c"), QString::number(next - at));
            } else {
                while (next < text.size() && text.at(next) != u'\n' && text.at(next) != u'\t' &&
                       (text.at(next) != u' ' || text.at(next - 1) != u' ')) {
                    ++next;
                }
                m_body->writeCharacters(text.mid(at, next - at).toString());
            }
            at = next;
        }
    }

    // ---- Messages ----

    void writeMessage(const MessageNode& node, int row) {
        const Message& message = node.message;
        element("h",
                {{"style-name", QStringLiteral("Heading_20_2")},
                 {"outline-level", QStringLiteral("2")}},
                QStringLiteral("%1. ").arg(row) + speakerName(message));
        m_style =
            message.speaker == Speaker::User ? QStringLiteral("Asked") : QStringLiteral("Standard");
        const QList<TextBlock> blocks = wholeBlocks(message);
        m_open.clear();
        for (const TextBlock& block : blocks) {
            moveTo(block.containers);
            writeBlock(block);
        }
        moveTo({});
        QStringList notes = recordNotes(m_transcript.records.value(node.id), m_options.parts);
        if (const QString note = stateNote(message); !note.isEmpty()) {
            notes.prepend(note);
        }
        for (const QString& note : notes) {
            element("p", {{"style-name", QStringLiteral("Note")}}, note);
        }
    }

    static bool isItem(const TextContainer& container) {
        return container.kind != TextContainer::Kind::Quote;
    }

    /// Opens and closes lists; quotes are styles of paragraphs.
    void moveTo(const QList<TextContainer>& containers) {
        m_quotes = 0;
        QList<TextContainer> wanted;
        for (const TextContainer& one : containers) {
            if (isItem(one)) {
                wanted.append(one);
            } else {
                ++m_quotes;
            }
        }
        qsizetype same = 0;
        while (same < m_open.size() && same < wanted.size() &&
               m_open.at(same).id == wanted.at(same).id) {
            ++same;
        }
        const bool nextItem = same < m_open.size() && same < wanted.size() &&
                              m_open.at(same).listId == wanted.at(same).listId;
        while (m_open.size() > same) {
            m_open.removeLast();
            end(); // the item
            if (!nextItem || m_open.size() > same) {
                end(); // the list
            }
        }
        for (qsizetype at = same; at < wanted.size(); ++at) {
            const TextContainer& one = wanted.at(at);
            const bool numbered = one.kind == TextContainer::Kind::Numbered;
            const bool listIsOpen = nextItem && at == same;
            if (!listIsOpen) {
                start(QStringLiteral("text:list"),
                      {{"style-name", numbered ? QStringLiteral("OL") : QStringLiteral("UL")}});
            }
            start(QStringLiteral("text:list-item"));
            if (!listIsOpen && numbered && one.number != 1) {
                m_body->writeAttribute(QStringLiteral("text:start-value"),
                                       QString::number(one.number));
            }
            m_open.append(one);
            m_mark = one.task == TextContainer::Task::None ? QString() : markerOf(one) + u' ';
        }
    }

    QString paragraphStyle(const TextBlock& block) {
        const bool formulaAlone =
            block.formulas.size() == 1 && block.text.size() == 1 && block.formulas.first().display;
        const QString style = m_quotes > 0
                                  ? QStringLiteral("Quote%1").arg(std::min(m_quotes, kOdtQuotes))
                              : formulaAlone ? QStringLiteral("Cellc")
                                             : m_style;
        return block.text.isRightToLeft() ? mirrored(style) : style;
    }

    /// The style for text from right to left; made where it is first needed.
    QString mirrored(const QString& style) {
        const QString name = style + u'R';
        if (!m_mirrored.contains(name)) {
            m_mirrored.insert(name);
            m_styles += QStringLiteral("<style:style style:name=\"%1\" style:family=\"paragraph\" "
                                       "style:parent-style-name=\"%2\"><style:paragraph-properties "
                                       "style:writing-mode=\"rl-tb\" fo:text-align=\"start\"/>"
                                       "</style:style>\n")
                            .arg(name, style);
        }
        return name;
    }

    void writeBlock(const TextBlock& block) {
        const QString mark = std::exchange(m_mark, {});
        switch (block.kind) {
        case TextBlock::Kind::Paragraph:
            start(QStringLiteral("text:p"), {{"style-name", paragraphStyle(block)}});
            write(mark);
            writeInline(block, 0, block.text.size());
            end();
            break;
        case TextBlock::Kind::Heading: {
            const QString level = QString::number(std::min(block.level + 2, 6));
            start(QStringLiteral("text:h"), {{"style-name", QStringLiteral("Heading_20_") + level},
                                             {"outline-level", level}});
            write(mark);
            writeInline(block, 0, block.text.size());
            end();
            break;
        }
        case TextBlock::Kind::Code:
            writeCode(block);
            break;
        case TextBlock::Kind::Rule:
            start(QStringLiteral("text:p"), {{"style-name", QStringLiteral("Rule")}});
            end();
            break;
        case TextBlock::Kind::Table:
            writeTable(block);
            break;
        }
    }

    void writeCode(const TextBlock& block) {
        m_code.begin(block.language);
        const QList<CodeRun> runs = m_code.runs(block.text);
        auto run = runs.begin();
        const QStringView text(block.text);
        for (qsizetype at = 0; at <= text.size();) {
            qsizetype lineEnd = text.indexOf(u'\n', at);
            lineEnd = lineEnd < 0 ? text.size() : lineEnd;
            start(QStringLiteral("text:p"), {{"style-name", QStringLiteral("Code")}});
            for (; run != runs.end() && run->start < lineEnd; ++run) {
                write(text.mid(at, run->start - at));
                start(QStringLiteral("text:span"),
                      {{"style-name", QStringLiteral("k%1").arg(run->kind)}});
                write(text.mid(run->start, run->length));
                end();
                at = run->start + run->length;
            }
            write(text.mid(at, lineEnd - at));
            end();
            at = lineEnd + 1;
        }
        start(QStringLiteral("text:p"), {{"style-name", QStringLiteral("Cell")}});
        end(); // a space below
    }

    void writeTable(const TextBlock& block) {
        const qsizetype columns = std::max<qsizetype>(block.columns.size(), 1);
        // A list holds no table: it stands behind.
        moveTo({});
        start(QStringLiteral("table:table"), {{"style-name", QStringLiteral("T")}});
        writeColumns(block, columns);
        for (qsizetype cell = 0; cell < block.cells.size(); ++cell) {
            const qsizetype column = cell % columns;
            if (column == 0) {
                if (cell == 0) {
                    start(QStringLiteral("table:table-header-rows"));
                }
                start(QStringLiteral("table:table-row"));
            }
            start(QStringLiteral("table:table-cell"),
                  {{"style-name", cell < columns ? QStringLiteral("TH") : QStringLiteral("TC")}});
            start(QStringLiteral("text:p"),
                  {{"style-name", cellStyle(block.columns.value(column))}});
            const TextBlock::Cell& place = block.cells.at(cell);
            writeInline(block, place.start, place.start + place.length);
            end();
            end();
            if (column == columns - 1 || cell == block.cells.size() - 1) {
                end();
                if (cell == columns - 1 || (cell < columns && cell == block.cells.size() - 1)) {
                    end();
                }
            }
        }
        end();
    }

    /// Columns as wide as what stands in them, within bounds.
    void writeColumns(const TextBlock& block, qsizetype columns) {
        ++m_tables;
        for (qsizetype column = 0; column < columns; ++column) {
            qsizetype longest = 4;
            for (qsizetype cell = column; cell < block.cells.size(); cell += columns) {
                longest = std::max(longest, block.cells.at(cell).length + 2);
            }
            constexpr qsizetype kLongest = 50;
            const QString name = QStringLiteral("T%1.%2").arg(m_tables).arg(column + 1);
            m_styles +=
                QStringLiteral("<style:style style:name=\"%1\" style:family=\"table-column\">"
                               "<style:table-column-properties "
                               "style:rel-column-width=\"%2*\"/></style:style>\n")
                    .arg(name)
                    .arg(std::min(longest, kLongest));
            start(QStringLiteral("table:table-column"), {{"style-name", name}});
            end();
        }
    }

    static QString cellStyle(TextBlock::Align align) {
        switch (align) {
        case TextBlock::Align::Default:
            break;
        case TextBlock::Align::Left:
            return QStringLiteral("Celll");
        case TextBlock::Align::Center:
            return QStringLiteral("Cellc");
        case TextBlock::Align::Right:
            return QStringLiteral("Cellr");
        }
        return QStringLiteral("Cell");
    }

    void writeInline(const TextBlock& block, qsizetype from, qsizetype to) {
        const QList<InlineRun> runs = inlineRuns(block, from, to);
        for (const InlineRun& run : runs) {
            const bool link = run.link && run.link->opens;
            if (link) {
                start(QStringLiteral("text:a"), {{"xlink:type", QStringLiteral("simple")},
                                                 {"xlink:href", run.link->address}});
            }
            writeRun(block, run);
            if (link) {
                end();
            }
        }
    }

    void writeRun(const TextBlock& block, const InlineRun& run) {
        if (run.formula) {
            writeFormula(*run.formula);
            return;
        }
        struct Look {
            Span::Look look;
            const char* style;
        };
        static constexpr Look kLooks[] = {{Span::Bold, "b"},
                                          {Span::Italic, "i"},
                                          {Span::Strike, "s"},
                                          {Span::Dim, "d"},
                                          {Span::Code, "c"}};
        int open = 0;
        for (const Look& one : kLooks) {
            if ((run.looks & one.look) != 0) {
                start(QStringLiteral("text:span"), {{"style-name", QLatin1String(one.style)}});
                ++open;
            }
        }
        write(QStringView(block.text).mid(run.start, run.length));
        for (; open > 0; --open) {
            end();
        }
    }

    void writeFormula(const TextFormula& formula) {
        const QString mathMl =
            m_formulas < kMostFormulas
                ? toMathMl(formula.latex, formula.display ? MathPlace::Display : MathPlace::Inline)
                : QString();
        if (mathMl.isEmpty()) {
            element("span", {{"style-name", QStringLiteral("c")}}, formula.source);
            return;
        }
        const QString name = QStringLiteral("Formula%1").arg(++m_formulas);
        m_zip.add(name.toLatin1() + "/content.xml",
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + mathMl.toUtf8());
        start(QStringLiteral("draw:frame"), {{"style-name", QStringLiteral("F")},
                                             {"name", name},
                                             {"text:anchor-type", QStringLiteral("as-char")}});
        start(QStringLiteral("draw:object"), {{"xlink:href", QStringLiteral("./") + name},
                                              {"xlink:type", QStringLiteral("simple")},
                                              {"xlink:show", QStringLiteral("embed")},
                                              {"xlink:actuate", QStringLiteral("onLoad")}});
        end();
        m_body->writeTextElement(QStringLiteral("svg:desc"), formula.source);
        end();
    }

    const Transcript& m_transcript;
    const TranscriptOptions m_options;
    CodeKinds m_code;
    ZipWriter m_zip;
    QString m_text;   ///< the body
    QString m_styles; ///< of its tables' columns and of text from right to left
    QSet<QString> m_mirrored;
    int m_tables = 0;
    std::unique_ptr<QXmlStreamWriter> m_body;
    int m_formulas = 0;
    QString m_style;
    int m_quotes = 0;
    QList<TextContainer> m_open;
    QString m_mark;
};

} // namespace

QByteArray toOdt(const Transcript& transcript, const TranscriptOptions& options) {
    return OdtWriter(transcript, options).write();
}

} // namespace phidelity
