// SPDX-License-Identifier: MIT
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "chat/transcript/fence_scanner.h"
#include "chat/transcript/safe_markdown.h"
#include "chat/transcript/transcript_json.h"
#include "chat/transcript/writers.h"

namespace phidelity {

namespace {

/// Jupyter keeps a text as its lines, each with its end.
QJsonArray sourceLines(const QString& text) {
    QJsonArray lines;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype newline = text.indexOf(u'\n', at);
        const qsizetype end = newline < 0 ? text.size() : newline + 1;
        lines.append(text.mid(at, end - at));
        at = end;
    }
    return lines;
}

bool isPython(const QString& language) {
    const QString key = language.toLower();
    return key == QLatin1String("python") || key == QLatin1String("py") ||
           key == QLatin1String("python3");
}

class NotebookWriter {
public:
    NotebookWriter(const Transcript& transcript, const TranscriptOptions& options)
        : m_transcript(transcript), m_options(options) {}

    QByteArray write() {
        const Conversation& conversation = m_transcript.conversation;
        addMarkdown(QLatin1String("# ") + disarmMarkdown(titleOf(conversation)));
        const QList<TranscriptStrand> strands = strandsOf(conversation, m_options);
        for (const TranscriptStrand& strand : strands) {
            if (const QString name = strandTitle(strand); !name.isEmpty()) {
                addMarkdown(QLatin1String("# ") + name);
            }
            writeStrand(strand);
        }
        const QJsonObject python{{QStringLiteral("name"), QStringLiteral("python3")},
                                 {QStringLiteral("display_name"), QStringLiteral("Python 3")},
                                 {QStringLiteral("language"), QStringLiteral("python")}};
        const QJsonObject language{{QStringLiteral("name"), QStringLiteral("python")},
                                   {QStringLiteral("file_extension"), QStringLiteral(".py")}};
        const QJsonObject notebook{
            {QStringLiteral("nbformat"), 4},
            {QStringLiteral("nbformat_minor"), 5},
            {QStringLiteral("metadata"), QJsonObject{{QStringLiteral("kernelspec"), python},
                                                     {QStringLiteral("language_info"), language}}},
            {QStringLiteral("cells"), m_cells},
        };
        return QJsonDocument(notebook).toJson(QJsonDocument::Indented);
    }

private:
    void writeStrand(const TranscriptStrand& strand) {
        const Conversation& conversation = m_transcript.conversation;
        for (qsizetype at = 0; at < strand.ids.size(); ++at) {
            m_id = strand.ids.at(at);
            m_row = strand.firstRow + static_cast<int>(at);
            const Message& message = conversation.find(m_id)->message;
            const QString text = transcriptText(message);
            const QString heading =
                QStringLiteral("## %1. ").arg(m_row) + disarmMarkdown(speakerName(message));
            if (textOf(message) != MessageText::Code) {
                writeProse(heading, text);
            } else if (!continuesCode(conversation, strand, at)) {
                addMarkdown(heading);
                addCode(text);
            } else {
                // What the model wrote runs only behind what it was written for.
                m_code += (m_code.endsWith(u'\n') || m_code.isEmpty() ? QString()
                                                                      : QStringLiteral("\n")) +
                          text;
                replaceLastCode();
            }
            writeNotes(message);
        }
    }

    bool continuesCode(const Conversation& conversation, const TranscriptStrand& strand,
                       qsizetype at) const {
        return at > 0 && m_lastIsCode &&
               textOf(conversation.find(strand.ids.at(at - 1))->message) == MessageText::Code &&
               conversation.find(strand.ids.at(at))->message.speaker == Speaker::Model;
    }

    /// Python in fences at the left edge becomes cells, all else stays together.
    void writeProse(const QString& heading, const QString& text) {
        QString prose = heading + QLatin1String("\n\n");
        QString code;
        bool inCell = false;
        FenceScanner fences;
        const QStringList lines = text.split(u'\n');
        for (const QString& line : lines) {
            const FenceScanner::Line kind = fences.take(line);
            if (kind == FenceScanner::Line::Opens && isPython(fences.language()) &&
                fences.indent() == 0) {
                inCell = true;
                code.clear();
            } else if (inCell && kind == FenceScanner::Line::Closes) {
                inCell = false;
                addMarkdown(disarmMarkdown(prose));
                addCode(code);
                prose.clear();
            } else {
                (inCell ? code : prose) += line + u'\n';
            }
        }
        if (inCell) { // the reply ended in the middle of it
            addMarkdown(disarmMarkdown(prose));
            addCode(code);
        } else if (fences.inCode()) {
            addMarkdown(disarmMarkdown(prose) + fences.closing());
        } else {
            addMarkdown(disarmMarkdown(prose));
        }
    }

    void writeNotes(const Message& message) {
        QStringList notes;
        if (const QString note = stateNote(message); !note.isEmpty()) {
            notes.append(note);
        }
        const QList<GenerationRecord> records = m_transcript.records.value(m_id);
        notes += recordNotes(records, m_options.parts);
        if (notes.isEmpty()) {
            return;
        }
        addMarkdown(QLatin1Char('*') + disarmMarkdown(notes.join(QLatin1String("*\n\n*"))) +
                    QLatin1Char('*'));
        if (const QJsonArray kept = recordsJson(records, m_options.parts); !kept.isEmpty()) {
            QJsonObject cell = m_cells.last().toObject();
            QJsonObject metadata = cell.value(QLatin1String("metadata")).toObject();
            QJsonObject own = metadata.value(QLatin1String("phidelity")).toObject();
            own.insert(QStringLiteral("records"), kept);
            metadata.insert(QStringLiteral("phidelity"), own);
            cell.insert(QStringLiteral("metadata"), metadata);
            m_cells.replace(m_cells.size() - 1, cell);
        }
    }

    QJsonObject cell(const QString& type, const QString& text) {
        QJsonObject metadata;
        if (m_id != 0) {
            metadata.insert(QStringLiteral("phidelity"),
                            QJsonObject{{QStringLiteral("message"), static_cast<qint64>(m_id)}});
        }
        return {{QStringLiteral("id"), QStringLiteral("cell-%1").arg(m_cells.size() + 1)},
                {QStringLiteral("cell_type"), type},
                {QStringLiteral("metadata"), metadata},
                {QStringLiteral("source"), sourceLines(text)}};
    }

    void addMarkdown(const QString& text) {
        QString trimmed = text;
        while (trimmed.endsWith(u'\n')) {
            trimmed.chop(1);
        }
        if (!trimmed.isEmpty()) {
            m_cells.append(cell(QStringLiteral("markdown"), trimmed));
            m_lastIsCode = false;
        }
    }

    void addCode(const QString& text) {
        m_code = text;
        m_cells.append(QJsonValue());
        m_lastIsCode = true;
        replaceLastCode();
    }

    void replaceLastCode() {
        QString text = m_code;
        while (text.endsWith(u'\n')) {
            text.chop(1);
        }
        m_cells.removeLast();
        QJsonObject object = cell(QStringLiteral("code"), text);
        object.insert(QStringLiteral("execution_count"), QJsonValue());
        object.insert(QStringLiteral("outputs"), QJsonArray());
        m_cells.append(object);
    }

    const Transcript& m_transcript;
    const TranscriptOptions m_options;
    QJsonArray m_cells;
    NodeId m_id = 0;
    int m_row = 0;
    QString m_code; ///< of the last cell
    bool m_lastIsCode = false;
};

} // namespace

QByteArray toNotebook(const Transcript& transcript, const TranscriptOptions& options) {
    return NotebookWriter(transcript, options).write();
}

} // namespace phidelity
