// SPDX-License-Identifier: MIT
#include "app/transcript/rich_writers.h"

#include "chat/transcript/transcript_json.h"
#include "chat/transcript/writers.h"

namespace phidelity {

QByteArray transcriptBytes(const Transcript& transcript, const TranscriptOptions& options,
                           TranscriptFormat format, const PageWatch& watch) {
    switch (format) {
    case TranscriptFormat::Markdown:
        return toMarkdown(transcript, options);
    case TranscriptFormat::Html:
        return toHtml(transcript, options);
    case TranscriptFormat::Pdf:
        return toPdf(transcript, options, watch);
    case TranscriptFormat::Odt:
        return toOdt(transcript, options);
    case TranscriptFormat::Text:
        return toPlainText(transcript, options);
    case TranscriptFormat::Json:
        return toTranscriptJson(transcript, options);
    case TranscriptFormat::Notebook:
        return toNotebook(transcript, options);
    }
    return {};
}

} // namespace phidelity
