// SPDX-License-Identifier: MIT
#include <cmath>

#include <QCryptographicHash>
#include <QDateTime>

#include "app/transcript/code_runs.h"
#include "app/transcript/html_style.h"
#include "app/transcript/math_ml.h"
#include "app/transcript/message_blocks.h"
#include "app/transcript/rich_writers.h"
#include "chat/transcript/readable_text.h"
#include "chat/transcript/writers.h"

namespace phidelity {

namespace {

class HtmlWriter {
public:
    HtmlWriter(const Transcript& transcript, const TranscriptOptions& options)
        : m_transcript(transcript), m_options(options) {}

    QByteArray write() {
        const Conversation& conversation = m_transcript.conversation;
        writeHead(titleOf(conversation));
        m_out += QLatin1String("<h1 dir=\"auto\">") + escaped(titleOf(conversation)) +
                 QLatin1String("</h1>\n");
        if (const QString created = timeText(conversation.info.createdMs); !created.isEmpty()) {
            m_out += QLatin1String("<p class=\"meta\">") + created + QLatin1String("</p>\n");
        }
        const QList<TranscriptStrand> strands = strandsOf(conversation, m_options);
        for (const TranscriptStrand& strand : strands) {
            if (const QString name = strandTitle(strand); !name.isEmpty()) {
                m_out += QLatin1String("<h2 class=\"strand\">") + name + QLatin1String("</h2>\n");
            }
            int row = strand.firstRow;
            for (const NodeId id : strand.ids) {
                writeMessage(*conversation.find(id), row++);
            }
        }
        m_out += QLatin1String("</main>\n</body>\n</html>\n");
        return m_out.toUtf8();
    }

private:
    static QString escaped(QStringView text) { return text.toString().toHtmlEscaped(); }

    void writeHead(const QString& title) {
        const QString style = htmlStyle(m_code);
        const QByteArray hash =
            QCryptographicHash::hash(style.toUtf8(), QCryptographicHash::Sha256).toBase64();
        m_out += QLatin1String(
                     "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n"
                     "<head>\n<meta charset=\"utf-8\"/>\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'sha256-") +
                 QLatin1String(hash) +
                 QLatin1String(
                     "'; base-uri 'none'; form-action 'none'\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                     "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
                     "<meta name=\"generator\" content=\"Phidelity\"/>\n<title>") +
                 escaped(title) + QLatin1String("</title>\n<style>") + style +
                 QLatin1String("</style>\n</head>\n<body>\n<main>\n");
    }

    void writeMessage(const MessageNode& node, int row) {
        const Message& message = node.message;
        const bool user = message.speaker == Speaker::User;
        m_out += QStringLiteral("<article id=\"m%1\" class=\"%2\">\n<div class=\"who\"><h2><a "
                                "href=\"#m%1\">%3. %4</a></h2>")
                     .arg(node.id)
                     .arg(user ? QStringLiteral("user") : QStringLiteral("model"))
                     .arg(row)
                     .arg(escaped(speakerName(message)));
        if (const QString time = timeText(node.createdMs); !time.isEmpty()) {
            QString exact = time;
            exact.replace(QLatin1String(" UTC"), QLatin1String("Z")).replace(u' ', u'T');
            m_out += QLatin1String("<time datetime=\"") + exact + QLatin1String("\">") + time +
                     QLatin1String("</time>");
        }
        m_out += QLatin1String("</div>\n<div class=\"text\">\n");
        const QList<TextBlock> blocks = wholeBlocks(message);
        m_plain = textOf(message) == MessageText::Plain;
        m_open.clear();
        for (const TextBlock& block : blocks) {
            moveTo(block.containers);
            writeBlock(block);
        }
        moveTo({});
        m_out += QLatin1String("</div>\n");
        writeNotes(node);
        m_out += QLatin1String("</article>\n");
    }

    // ---- Quotes and lists ----

    static bool isItem(const TextContainer& container) {
        return container.kind != TextContainer::Kind::Quote;
    }

    /// Closes and opens quotes, lists and items until those of the next block are open.
    void moveTo(const QList<TextContainer>& wanted) {
        qsizetype same = 0;
        while (same < m_open.size() && same < wanted.size() &&
               m_open.at(same).kind == wanted.at(same).kind &&
               m_open.at(same).id == wanted.at(same).id) {
            ++same;
        }
        const bool nextItem = same < m_open.size() && same < wanted.size() &&
                              isItem(m_open.at(same)) && isItem(wanted.at(same)) &&
                              m_open.at(same).kind == wanted.at(same).kind &&
                              m_open.at(same).listId == wanted.at(same).listId;
        while (m_open.size() > same) {
            const TextContainer last = m_open.takeLast();
            const bool listStays = nextItem && m_open.size() == same;
            m_out += !isItem(last) ? QLatin1String("</blockquote>\n") : QLatin1String("</li>\n");
            if (isItem(last) && !listStays) {
                m_out += last.kind == TextContainer::Kind::Bullet ? QLatin1String("</ul>\n")
                                                                  : QLatin1String("</ol>\n");
            }
        }
        for (qsizetype at = same; at < wanted.size(); ++at) {
            open(wanted.at(at), nextItem && at == same);
        }
    }

    void open(const TextContainer& container, bool listIsOpen) {
        m_open.append(container);
        if (!isItem(container)) {
            m_out += QLatin1String("<blockquote>\n");
            return;
        }
        const bool numbered = container.kind == TextContainer::Kind::Numbered;
        if (!listIsOpen && numbered) {
            m_out += container.number == 1
                         ? QStringLiteral("<ol>\n")
                         : QStringLiteral("<ol start=\"%1\">\n").arg(container.number);
        } else if (!listIsOpen) {
            m_out += QLatin1String("<ul>\n");
        }
        if (container.task == TextContainer::Task::None) {
            m_out += QLatin1String("<li>\n");
        } else {
            m_out += QLatin1String("<li class=\"task\">");
            m_taskMark = markerOf(container) + u' ';
        }
    }

    // ---- Blocks ----

    void writeBlock(const TextBlock& block) {
        const QString mark = std::exchange(m_taskMark, {});
        switch (block.kind) {
        case TextBlock::Kind::Paragraph:
            m_out += (m_plain ? QLatin1String("<p class=\"plain\" dir=\"auto\">")
                              : QLatin1String("<p dir=\"auto\">")) +
                     mark;
            writeInline(block, 0, block.text.size());
            m_out += QLatin1String("</p>\n");
            break;
        case TextBlock::Kind::Heading: {
            const int level = std::min(block.level + 2, 6);
            m_out += QStringLiteral("<h%1 dir=\"auto\">").arg(level) + mark;
            writeInline(block, 0, block.text.size());
            m_out += QStringLiteral("</h%1>\n").arg(level);
            break;
        }
        case TextBlock::Kind::Code:
            writeCode(block);
            break;
        case TextBlock::Kind::Rule:
            m_out += QLatin1String("<hr/>\n");
            break;
        case TextBlock::Kind::Table:
            writeTable(block);
            break;
        }
    }

    void writeCode(const TextBlock& block) {
        m_out += QLatin1String("<figure>");
        if (const QString title = onOneLine(m_code.title(block.language)); !title.isEmpty()) {
            m_out +=
                QLatin1String("<figcaption>") + escaped(title) + QLatin1String("</figcaption>");
        }
        // A line end right behind <pre> would be swallowed.
        m_out += QLatin1String("<pre><code>");
        m_code.begin(block.language);
        const QList<CodeRun> runs = m_code.runs(block.text);
        const QStringView text(block.text);
        qsizetype at = 0;
        for (const CodeRun& run : runs) {
            m_out += escaped(text.mid(at, run.start - at)) +
                     QStringLiteral("<span class=\"k%1\">").arg(run.kind) +
                     escaped(text.mid(run.start, run.length)) + QLatin1String("</span>");
            at = run.start + run.length;
        }
        m_out += escaped(text.mid(at)) + QLatin1String("</code></pre></figure>\n");
    }

    void writeTable(const TextBlock& block) {
        const qsizetype columns = std::max<qsizetype>(block.columns.size(), 1);
        m_out += QLatin1String("<div class=\"wide\"><table>\n");
        for (qsizetype cell = 0; cell < block.cells.size(); ++cell) {
            const qsizetype column = cell % columns;
            const bool header = cell < columns;
            if (column == 0) {
                m_out += QLatin1String(cell == 0 ? "<thead><tr>" : "<tr>");
            }
            m_out += QLatin1String(header ? "<th scope=\"col\"" : "<td") +
                     sideClass(block.columns.value(column)) + QLatin1String(" dir=\"auto\">");
            const TextBlock::Cell& place = block.cells.at(cell);
            writeInline(block, place.start, place.start + place.length);
            m_out += QLatin1String(header ? "</th>" : "</td>");
            if (column == columns - 1 || cell == block.cells.size() - 1) {
                m_out += QLatin1String("</tr>");
                m_out += QLatin1String(cell == columns - 1 ? "</thead>\n" : "\n");
            }
        }
        m_out += QLatin1String("</table></div>\n");
    }

    static QLatin1String sideClass(TextBlock::Align align) {
        switch (align) {
        case TextBlock::Align::Default:
            break;
        case TextBlock::Align::Left:
            return QLatin1String(" class=\"l\"");
        case TextBlock::Align::Center:
            return QLatin1String(" class=\"c\"");
        case TextBlock::Align::Right:
            return QLatin1String(" class=\"r\"");
        }
        return QLatin1String("");
    }

    void writeInline(const TextBlock& block, qsizetype from, qsizetype to) {
        const QList<InlineRun> runs = inlineRuns(block, from, to);
        const TextLink* link = nullptr;
        for (const InlineRun& run : runs) {
            if (run.link != link) {
                closeLink(link);
                link = run.link;
                openLink(link);
            }
            writeRun(block, run);
        }
        closeLink(link);
    }

    void openLink(const TextLink* link) {
        if (link && link->opens) {
            m_out += QLatin1String("<a rel=\"nofollow noopener noreferrer\" href=\"") +
                     escaped(link->address) + QLatin1String("\">");
        }
    }
    void closeLink(const TextLink* link) {
        if (link && link->opens) {
            m_out += QLatin1String("</a>");
        }
    }

    void writeRun(const TextBlock& block, const InlineRun& run) {
        if (run.formula) {
            const QString formula = toMathMl(
                run.formula->latex, run.formula->display ? MathPlace::Display : MathPlace::Inline);
            m_out += formula.isEmpty() ? QLatin1String("<span class=\"src\">") +
                                             escaped(run.formula->source) + QLatin1String("</span>")
                                       : formula;
            return;
        }
        struct Tag {
            Span::Look look;
            const char* open;
            const char* close;
        };
        static constexpr Tag kTags[] = {{Span::Bold, "<strong>", "</strong>"},
                                        {Span::Italic, "<em>", "</em>"},
                                        {Span::Strike, "<s>", "</s>"},
                                        {Span::Dim, "<span class=\"dim\">", "</span>"},
                                        {Span::Code, "<code>", "</code>"}};
        for (const Tag& tag : kTags) {
            m_out += QLatin1String((run.looks & tag.look) != 0 ? tag.open : "");
        }
        QString text = escaped(QStringView(block.text).mid(run.start, run.length));
        if (!m_plain) {
            text.replace(u'\n', QLatin1String("<br/>\n"));
        }
        m_out += text;
        for (auto tag = std::rbegin(kTags); tag != std::rend(kTags); ++tag) {
            m_out += QLatin1String((run.looks & tag->look) != 0 ? tag->close : "");
        }
    }

    // ---- Below a message ----

    void writeNotes(const MessageNode& node) {
        const QList<GenerationRecord> records = m_transcript.records.value(node.id);
        QStringList notes = recordNotes(records, m_options.parts);
        if (const QString note = stateNote(node.message); !note.isEmpty()) {
            notes.prepend(note);
        }
        for (const QString& note : notes) {
            m_out += QLatin1String("<p class=\"note\" dir=\"auto\">") + escaped(note) +
                     QLatin1String("</p>\n");
        }
        if (hasCut(node.message)) {
            m_out += QLatin1String("<details><summary>The model went on with a turn of its own "
                                   "invention</summary><p class=\"plain\" dir=\"auto\">") +
                     escaped(readableText(node.message.cut)) + QLatin1String("</p></details>\n");
        }
        if (m_options.parts.testFlag(TranscriptPart::Probabilities)) {
            for (const GenerationRecord& record : records) {
                writeProbabilities(record);
            }
        }
    }

    static QString percent(float logprob) {
        return QString::number(std::exp(static_cast<double>(logprob)) * 100, 'g', 3) + u'%';
    }

    void writeProbabilities(const GenerationRecord& record) {
        const qsizetype count = std::min(record.tokens.size(), record.logprobs.size());
        if (count == 0) {
            return;
        }
        m_out += QLatin1String("<details><summary>Probabilities of the tokens</summary><div "
                               "class=\"wide\"><table><thead><tr><th scope=\"col\">Place</th><th "
                               "scope=\"col\">Token</th><th scope=\"col\">Probability</th><th "
                               "scope=\"col\">Others</th></tr></thead>\n");
        for (qsizetype at = 0; at < count; ++at) {
            QStringList others;
            for (const RecordedAlternative& other : record.alternatives.value(at)) {
                others.append(QString::number(other.id) + u' ' + percent(other.logprob));
            }
            m_out += QStringLiteral("<tr><td class=\"r\">%1</td><td class=\"r\">%2</td><td "
                                    "class=\"r\">%3</td><td>%4</td></tr>\n")
                         .arg(at + 1)
                         .arg(record.tokens.at(at))
                         .arg(percent(record.logprobs.at(at)), others.join(QLatin1String(", ")));
        }
        m_out += QLatin1String("</table></div></details>\n");
    }

    const Transcript& m_transcript;
    const TranscriptOptions m_options;
    CodeKinds m_code;
    QString m_out;
    bool m_plain = false;
    QList<TextContainer> m_open;
    QString m_taskMark;
};

} // namespace

QByteArray toHtml(const Transcript& transcript, const TranscriptOptions& options) {
    return HtmlWriter(transcript, options).write();
}

} // namespace phidelity
