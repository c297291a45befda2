// SPDX-License-Identifier: MIT
#include "chat/transcript/readable_text.h"
#include "chat/transcript/writers.h"

namespace phidelity {

QString transcriptText(const Message& message) {
    return readableText(message.speaker == Speaker::Model
                            ? displayedReply(message.format, message.text)
                            : message.text);
}

QByteArray toPlainText(const Transcript& transcript, const TranscriptOptions& options) {
    const Conversation& conversation = transcript.conversation;
    const QString title = titleOf(conversation);
    QString out = title + u'\n' + QString(title.size(), u'=') + u'\n';
    if (const QString created = timeText(conversation.info.createdMs); !created.isEmpty()) {
        out += created + u'\n';
    }
    const QList<TranscriptStrand> strands = strandsOf(conversation, options);
    for (const TranscriptStrand& strand : strands) {
        if (const QString name = strandTitle(strand); !name.isEmpty()) {
            out += u'\n' + name + u'\n' + QString(name.size(), u'-') + u'\n';
        }
        int row = strand.firstRow;
        for (const NodeId id : strand.ids) {
            const Message& message = conversation.find(id)->message;
            out += QStringLiteral("\n[%1] %2\n").arg(row++).arg(speakerName(message));
            out += transcriptText(message) + u'\n';
            if (const QString note = stateNote(message); !note.isEmpty()) {
                out += QStringLiteral("(%1)\n").arg(note);
            }
            const QStringList notes = recordNotes(transcript.records.value(id), options.parts);
            for (const QString& note : notes) {
                out += QStringLiteral("(%1)\n").arg(note);
            }
        }
    }
    return out.toUtf8();
}

} // namespace phidelity
