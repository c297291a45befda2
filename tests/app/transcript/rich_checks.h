// SPDX-License-Identifier: MIT
#pragma once

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "app/transcript/message_blocks.h"
#include "transcript_samples.h"

namespace phidelity {

inline const TranscriptOptions kTree{TranscriptExtent::Tree, 0, {}};
inline const TranscriptOptions kTreeWithAll{TranscriptExtent::Tree, 0, kAllTranscriptParts};

inline QStringList wordsOf(const Transcript& transcript) {
    QStringList words;
    for (const MessageNode& node : transcript.conversation.nodes()) {
        const QList<TextBlock> blocks = wholeBlocks(node.message);
        for (const TextBlock& block : blocks) {
            QString text = block.text;
            text.remove(QChar(TextFormula::kMark));
            words += text.split(QRegularExpression(QStringLiteral("\\s+")), Qt::SkipEmptyParts);
        }
    }
    return words;
}

inline QString tool(const char* name) {
    return QStandardPaths::findExecutable(QLatin1String(name));
}

/// What a program prints for a file with these bytes ("%" among the arguments); empty and *ok
/// false where it fails.
inline QByteArray printed(const QString& program, QStringList arguments, const QString& fileName,
                          const QByteArray& bytes, bool* ok) {
    QTemporaryDir folder;
    QFile file(folder.filePath(fileName));
    *ok = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
    file.close();
    arguments.replaceInStrings(QStringLiteral("%"), file.fileName());
    QProcess process;
    process.setWorkingDirectory(folder.path());
    process.start(program, arguments);
    *ok = *ok && process.waitForFinished(120'000) && process.exitCode() == 0;
    return process.readAllStandardOutput() + process.readAllStandardError();
}

} // namespace phidelity
