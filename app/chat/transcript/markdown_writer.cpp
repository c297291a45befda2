// SPDX-License-Identifier: MIT
#include <QRegularExpression>

#include "chat/transcript/fence_scanner.h"
#include "chat/transcript/markdown_marks.h"
#include "chat/transcript/safe_markdown.h"
#include "chat/transcript/writers.h"

namespace phidelity {

namespace {

qsizetype leadingBackslashes(QStringView line) {
    qsizetype count = 0;
    while (count < line.size() && line.at(count) == u'\\') {
        ++count;
    }
    return count;
}

/// Keeps a line of a text from being taken for one of ours.
QString guarded(const QString& line) {
    int number = 0;
    int row = 0;
    int from = 0;
    QString name;
    if (readMessageHeading(line, &number, &name) || readBranchHeading(line, &number, &row, &from)) {
        return line + kHeadingClose;
    }
    const qsizetype backslashes = leadingBackslashes(line);
    if (QStringView(line).mid(backslashes).startsWith(kMarkdownNote)) {
        return QString(backslashes + 1, u'\\') + line;
    }
    return line;
}

QString codeMarkdown(const QString& code) {
    const QString fence = fenceAround(code);
    return fence + QLatin1String("python\n") + code + u'\n' + fence;
}

/// A text with its lines guarded and its fences closed.
QString textMarkdown(const QString& text, MessageText kind) {
    const QStringList lines = disarmMarkdown(text).split(u'\n');
    QStringList out;
    out.reserve(lines.size());
    FenceScanner fences;
    for (qsizetype at = 0; at < lines.size(); ++at) {
        const FenceScanner::Line line = fences.take(lines.at(at));
        QString written = guarded(lines.at(at));
        const bool goesOn =
            at + 1 < lines.size() && !QStringView(lines.at(at + 1)).trimmed().isEmpty();
        if (kind == MessageText::Plain && line == FenceScanner::Line::Text && goesOn &&
            !QStringView(lines.at(at)).trimmed().isEmpty()) {
            written += kHardBreak;
        }
        out.append(written);
    }
    if (fences.inCode()) {
        out.append(fences.closing() + kAddedFence);
    }
    return out.join(u'\n');
}

} // namespace

bool readMessageHeading(QStringView line, int* row, QString* name) {
    static const QRegularExpression pattern(QStringLiteral("^## ([0-9]{1,9})\\. (.*)$"));
    if (!line.startsWith(QLatin1String("## "))) {
        return false;
    }
    const QRegularExpressionMatch match = pattern.match(line.toString());
    *row = match.captured(1).toInt();
    *name = match.captured(2);
    return match.hasMatch();
}

bool readBranchHeading(QStringView line, int* number, int* row, int* fromStrand) {
    static const QRegularExpression pattern(
        QStringLiteral("^# Branch ([0-9]{1,9}): another version of message ([0-9]{1,9}) of branch "
                       "([0-9]{1,9})(.*)$"));
    if (!line.startsWith(QLatin1String("# Branch "))) {
        return false;
    }
    const QRegularExpressionMatch match = pattern.match(line.toString());
    *number = match.captured(1).toInt();
    *row = match.captured(2).toInt();
    *fromStrand = match.captured(3).toInt();
    return match.hasMatch();
}

namespace {

/// Markdown has no place for the rules of a format: the built-in one whose texts look the same.
QString formatWord(const PromptFormat& format) {
    if (!format.isOwn() && !format.isUnknown()) {
        return format.key();
    }
    switch (format.rules().replies) {
    case ReplyText::Code:
        return PromptFormat(FormatId::Code).key() + kMarkdownOwnFormat;
    case ReplyText::Plain:
        return PromptFormat(FormatId::Raw).key() + kMarkdownOwnFormat;
    case ReplyText::Markdown:
        break;
    }
    return PromptFormat(FormatId::Chat).key() + kMarkdownOwnFormat;
}

} // namespace

QByteArray toMarkdown(const Transcript& transcript, const TranscriptOptions& options) {
    const Conversation& conversation = transcript.conversation;
    QString out = QLatin1String("# ") + disarmMarkdown(titleOf(conversation)) +
                  QLatin1String("\n\n") + kMarkdownSignature + QLatin1String("; prompt format ") +
                  formatWord(conversation.info.format);
    if (const QString created = timeText(conversation.info.createdMs); !created.isEmpty()) {
        out += QLatin1String("; created ") + created;
    }
    out += QLatin1String("*\n");
    const QList<TranscriptStrand> strands = strandsOf(conversation, options);
    for (const TranscriptStrand& strand : strands) {
        if (const QString name = strandTitle(strand); !name.isEmpty()) {
            out += QLatin1String("\n# ") + name + u'\n';
        }
        int row = strand.firstRow;
        for (const NodeId id : strand.ids) {
            const Message& message = conversation.find(id)->message;
            QString name = disarmMarkdown(speakerName(message));
            while (name.endsWith(u'#')) {
                name.chop(1); // which would close the heading
            }
            out += QStringLiteral("\n## %1. ").arg(row++) + name + QLatin1String("\n\n");
            const QString text = transcriptText(message);
            const MessageText kind = textOf(message);
            out += (kind == MessageText::Code ? textMarkdown(codeMarkdown(text), MessageText::Code)
                                              : textMarkdown(text, kind)) +
                   u'\n';
            QStringList notes = recordNotes(transcript.records.value(id), options.parts);
            if (const QString note = stateNote(message); !note.isEmpty()) {
                notes.prepend(note);
            }
            for (const QString& note : notes) {
                out += u'\n' + kMarkdownNote + disarmMarkdown(note) + QLatin1String(")*\n");
            }
        }
    }
    return out.toUtf8();
}

} // namespace phidelity
