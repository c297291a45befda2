// SPDX-License-Identifier: MIT
#include "chat/transcript/import.h"

#include <algorithm>

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStringDecoder>

#include "chat/transcript/import_limits.h"
#include "chat/transcript/json_elements.h"
#include "chat/transcript/readers.h"
#include "chat/transcript/transcript_json.h"

namespace phidelity {

namespace {

enum class Source { None, Phidelity, ChatGpt, ShareGpt, Markdown };

QString nameOf(Source source) {
    switch (source) {
    case Source::None:
        break;
    case Source::Phidelity:
        return QStringLiteral("a transcript of Phidelity");
    case Source::ChatGpt:
        return QStringLiteral("an export of ChatGPT");
    case Source::ShareGpt:
        return QStringLiteral("a file in the manner of ShareGPT");
    case Source::Markdown:
        return QStringLiteral("a Markdown text");
    }
    return {};
}

QString sizeText(qint64 bytes) {
    return QStringLiteral("%1 MB").arg(static_cast<double>(bytes) / (1 << 20), 0, 'f', 1);
}

/// Collects what is read, and the first problem.
class Collector {
public:
    Import result;

    /// Takes one JSON value; false where there is a problem.
    bool take(QByteArrayView json, const QString& where) {
        if (json.size() > kLargestElement) {
            return refuse(QStringLiteral("%1 is a conversation of %2; at most %3 can be read.")
                              .arg(where, sizeText(json.size()), sizeText(kLargestElement)));
        }
        QJsonParseError error;
        const QJsonDocument document =
            QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &error);
        if (error.error != QJsonParseError::NoError) {
            return refuse(QStringLiteral("%1 is damaged: %2 at byte %3 of it.")
                              .arg(where, error.errorString())
                              .arg(error.offset));
        }
        if (document.isArray()) {
            // A conversation may be a bare array of turns.
            return take(QJsonObject{{QStringLiteral("messages"), document.array()}}, where);
        }
        return take(document.object(), where);
    }

    bool take(const QJsonObject& object, const QString& where) {
        Transcript transcript;
        bool any = true;
        QString problem;
        if (isTranscriptJson(object)) {
            note(Source::Phidelity);
            if (!readTranscriptJson(object, &transcript, &result.report, &problem)) {
                return refuse(where + QStringLiteral(" cannot be read. ") + problem);
            }
        } else if (isChatGpt(object)) {
            note(Source::ChatGpt);
            any = readChatGpt(object, &transcript, &result.report);
        } else if (isShareGpt(object)) {
            note(Source::ShareGpt);
            any = readShareGpt(object, &transcript, &result.report);
        } else {
            result.report.leaveOut(QStringLiteral("entries that are no conversation"));
            return true;
        }
        if (any) {
            add(transcript);
        } else {
            result.report.leaveOut(QStringLiteral("conversations without a message"));
        }
        return true;
    }

    bool refuse(const QString& problem) {
        result = {};
        result.problem = problem;
        return false;
    }

    void note(Source source) {
        if (m_source == Source::None) {
            m_source = source;
            result.report.source = nameOf(source);
        }
    }

    void add(const Transcript& transcript) {
        ++result.report.conversations;
        result.report.messages += transcript.conversation.nodes().size();
        result.transcripts.append(transcript);
    }

    /// Fails where nothing was recognised at all.
    void finish() {
        if (m_source == Source::None && result.problem.isEmpty()) {
            refuse(
                QStringLiteral("It holds JSON, but no conversation that Phidelity knows: its own "
                               "transcripts, ChatGPT's conversations.json and ShareGPT can be "
                               "read."));
        }
    }

private:
    Source m_source = Source::None;
};

Import readJsonArray(QByteArrayView bytes) {
    Collector collector;
    // An array of turns is one conversation, other arrays hold conversations.
    JsonElements peek(bytes);
    QByteArrayView first;
    if (peek.next(&first) == JsonElements::Next::Element && first.size() < kLongestText) {
        const QJsonObject turn =
            QJsonDocument::fromJson(QByteArray::fromRawData(first.data(), first.size())).object();
        if (isShareGpt({{QStringLiteral("messages"), QJsonArray{turn}}})) {
            collector.take(bytes, QStringLiteral("The file"));
            collector.finish();
            return collector.result;
        }
    }
    JsonElements elements(bytes);
    for (qsizetype number = 1;; ++number) {
        QByteArrayView element;
        const JsonElements::Next next = elements.next(&element);
        if (next == JsonElements::Next::End) {
            break;
        }
        if (next == JsonElements::Next::Broken) {
            collector.refuse(QStringLiteral("The file is damaged or was cut off: its list of "
                                            "conversations does not go on as it should at byte %1.")
                                 .arg(elements.position()));
            break;
        }
        if (!collector.take(element, QStringLiteral("Conversation %1").arg(number))) {
            break;
        }
    }
    collector.finish();
    return collector.result;
}

/// One object, or one in each line.
Import readJsonObjects(QByteArrayView bytes) {
    Collector collector;
    QJsonParseError error;
    const QByteArray whole = QByteArray::fromRawData(bytes.data(), bytes.size());
    if (bytes.size() <= kLargestElement) {
        const QJsonDocument document = QJsonDocument::fromJson(whole, &error);
        if (error.error == QJsonParseError::NoError) {
            collector.take(document.object(), QStringLiteral("The file"));
            collector.finish();
            return collector.result;
        }
    }
    const qsizetype firstEnd = bytes.indexOf('\n');
    QJsonParseError lineError;
    const QByteArray firstLine = whole.left(firstEnd < 0 ? whole.size() : firstEnd);
    if (firstEnd < 0 || firstLine.size() > kLargestElement ||
        QJsonDocument::fromJson(firstLine, &lineError).isNull()) {
        collector.take(bytes, QStringLiteral("The file")); // for its problem
        return collector.result;
    }
    qsizetype number = 1;
    for (qsizetype at = 0; at < bytes.size(); ++number) {
        qsizetype end = bytes.indexOf('\n', at);
        end = end < 0 ? bytes.size() : end;
        const QByteArrayView line = bytes.sliced(at, end - at).trimmed();
        at = end + 1;
        if (!line.isEmpty() && !collector.take(line, QStringLiteral("Line %1").arg(number))) {
            break;
        }
    }
    collector.finish();
    return collector.result;
}

Import readText(QByteArrayView bytes) {
    Collector collector;
    if (bytes.contains('\0')) {
        collector.refuse(QStringLiteral("It is neither JSON nor a text."));
        return collector.result;
    }
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(bytes);
    if (decoder.hasError()) {
        collector.refuse(QStringLiteral("It is neither JSON nor a text in UTF-8."));
        return collector.result;
    }
    Transcript transcript;
    if (!readMarkdown(text, &transcript, &collector.result.report)) {
        collector.refuse(QStringLiteral(
            "No messages were found in it. A Markdown text needs a heading or a bold "
            "name before each message, such as \"## User\" or \"**Assistant:**\"."));
        return collector.result;
    }
    collector.note(Source::Markdown);
    collector.add(transcript);
    return collector.result;
}

} // namespace

Import importTranscripts(const QByteArray& bytes) {
    QByteArrayView view(bytes);
    if (view.startsWith("\xEF\xBB\xBF")) {
        view = view.sliced(3);
    }
    const QByteArrayView trimmed = view.trimmed();
    Import problem;
    if (trimmed.isEmpty()) {
        problem.problem = QStringLiteral("It is empty.");
        return problem;
    }
    if (view.startsWith("PK\x03\x04")) {
        problem.problem = QStringLiteral(
            "It is a ZIP archive. Unpack it and import the conversations.json in it.");
        return problem;
    }
    if (trimmed.front() == '[') {
        return readJsonArray(trimmed);
    }
    if (trimmed.front() == '{') {
        return readJsonObjects(trimmed);
    }
    return readText(view);
}

Import importTranscriptFile(const QString& path) {
    const auto failed = [&path](const QString& why) {
        Import import;
        import.problem =
            QStringLiteral("%1 cannot be imported. %2")
                .arg(QFileInfo(path).fileName().isEmpty() ? path : QFileInfo(path).fileName(), why);
        return import;
    };
    QFile file(path);
    if (QFileInfo(path).isDir()) {
        return failed(QStringLiteral("It is a folder."));
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return failed(file.errorString() + u'.');
    }
    // A pipe has no size; one byte too many shows that there is more.
    const QByteArray bytes =
        file.size() > kLargestImport ? QByteArray() : file.read(kLargestImport + 1);
    if (std::max<qint64>(file.size(), bytes.size()) > kLargestImport) {
        return failed(QStringLiteral("It has more than %1, which is the most that can be read.")
                          .arg(sizeText(kLargestImport)));
    }
    if (file.error() != QFileDevice::NoError) {
        return failed(file.errorString() + u'.');
    }
    Import import = importTranscripts(bytes);
    if (!import.problem.isEmpty()) {
        return failed(import.problem);
    }
    return import;
}

} // namespace phidelity
