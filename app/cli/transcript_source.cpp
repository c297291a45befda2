// SPDX-License-Identifier: MIT
#include "transcript_source.h"

#include "chat/transcript/transcript_file.h"
#include "options.h"

namespace phidelity {

Import readTranscripts(const std::string& path) {
    Import import;
    if (path == "-") {
        const Result<std::string> input = readStandardInput();
        if (!input) {
            throw TranscriptFailure(QString::fromStdString(input.error().detail));
        }
        import = importTranscripts(QByteArray::fromStdString(*input));
        if (!import.problem.isEmpty()) {
            import.problem.prepend(QStringLiteral("Standard input cannot be imported. "));
        }
    } else {
        import = importTranscriptFile(QString::fromStdString(path));
    }
    if (!import.problem.isEmpty()) {
        throw TranscriptFailure(import.problem);
    }
    return import;
}

void writeWhole(const QString& path, const QByteArray& bytes) {
    if (const QString problem = writeFile(path, bytes); !problem.isEmpty()) {
        throw TranscriptFailure(problem);
    }
}

} // namespace phidelity
