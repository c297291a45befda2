// SPDX-License-Identifier: MIT
#include "chat/transcript/transcript_file.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace phidelity {

namespace {

struct FormatWords {
    TranscriptFormat format;
    const char* suffix;
    const char* title;
    const char* hint;
};
constexpr FormatWords kWords[] = {
    {TranscriptFormat::Markdown, "md", "Markdown",
     "Text with light markup, for notes, wikis and code hosts; it can be imported again."},
    {TranscriptFormat::Html, "html", "Web page",
     "One file that any browser shows as the window does, without scripts."},
    {TranscriptFormat::Pdf, "pdf", "PDF", "Pages to print or to hand on, with text to select."},
    {TranscriptFormat::Odt, "odt", "OpenDocument text",
     "To go on writing in LibreOffice or another word processor."},
    {TranscriptFormat::Text, "txt", "Plain text", "The bare words, as they were written."},
    {TranscriptFormat::Json, "json", "JSON",
     "Everything, without loss: to keep, to import again, to run again."},
    {TranscriptFormat::Notebook, "ipynb", "Jupyter notebook",
     "Python as cells that run, the rest as text."},
};

const FormatWords& wordsOf(TranscriptFormat format) {
    for (const FormatWords& words : kWords) {
        if (words.format == format) {
            return words;
        }
    }
    return kWords[0];
}

} // namespace

QString suffixOf(TranscriptFormat format) {
    return QLatin1String(wordsOf(format).suffix);
}

TranscriptFormat formatOfSuffix(const QString& suffix, bool* ok) {
    const QString key = suffix.toLower();
    for (const FormatWords& words : kWords) {
        if (key == QLatin1String(words.suffix)) {
            *ok = true;
            return words.format;
        }
    }
    *ok = false;
    return TranscriptFormat::Markdown;
}

QString titleOf(TranscriptFormat format) {
    return QLatin1String(wordsOf(format).title);
}

QString hintOf(TranscriptFormat format) {
    return QLatin1String(wordsOf(format).hint);
}

bool isText(TranscriptFormat format) {
    return format != TranscriptFormat::Pdf && format != TranscriptFormat::Odt;
}

bool hasPages(TranscriptFormat format) {
    return format == TranscriptFormat::Pdf || format == TranscriptFormat::Odt;
}

QString writeFile(const QString& path, const QByteArray& bytes) {
    const auto failed = [&path](const QString& why) {
        return QStringLiteral("%1 could not be written: %2. Choose another place or free some "
                              "space; what was there before is unchanged.")
            .arg(path, why);
    };
    const QFileInfo info(path);
    if (info.exists() && !info.isFile() && !info.isDir()) {
        // A device or a pipe takes the bytes; a new file must not stand in its place.
        QFile device(path);
        const bool written = device.open(QIODevice::WriteOnly | QIODevice::Unbuffered) &&
                             device.write(bytes) == bytes.size();
        return written ? QString() : failed(device.errorString());
    }
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        return failed(file.errorString());
    }
    return {};
}

} // namespace phidelity
