// SPDX-License-Identifier: MIT
#include "record_file.h"

#include <QByteArray>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include "options.h"

namespace phidelity {

namespace {

Result<QByteArray> readAll(const std::string& path) {
    if (path == "-") {
        PHIDELITY_TRY(const std::string text, readStandardInput());
        return QByteArray::fromStdString(text);
    }
    QFile file(QFile::decodeName(path.c_str()));
    if (!file.exists()) {
        return fail(ErrorCode::BadArgument, path + ": there is no such file");
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::FileUnreadable, path + ": " + file.errorString().toStdString());
    }
    return file.readAll();
}

bool isRecord(const QJsonObject& object) {
    return object.value(QLatin1String("prompt")).isArray() &&
           object.value(QLatin1String("tokens")).isArray() &&
           object.value(QLatin1String("settings")).isObject();
}

/// The records of a message or the parts of a reply; empty where it is another array.
RecordedReply partsIn(const QJsonValue& value) {
    RecordedReply parts;
    const QJsonArray array = value.toArray();
    for (const QJsonValue item : array) {
        if (isRecord(item.toObject())) {
            parts.append(recordFromJson(item.toObject()));
        }
    }
    return parts;
}

void findReplies(const QJsonValue& value, std::vector<RecordedReply>& found) {
    const QJsonObject object = value.toObject();
    if (isRecord(object)) {
        found.push_back({recordFromJson(object)});
        return;
    }
    if (RecordedReply parts = partsIn(value); !parts.isEmpty()) {
        found.push_back(std::move(parts));
        return;
    }
    const QJsonArray array = value.toArray();
    for (const QJsonValue item : array) {
        findReplies(item, found);
    }
    for (const QJsonValue member : object) {
        findReplies(member, found);
    }
}

Result<void> write(const std::string& path, const QJsonObject& object) {
    QSaveFile file(QFile::decodeName(path.c_str()));
    const QByteArray bytes = QJsonDocument(object).toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        return fail(ErrorCode::WriteFailed, path + ": " + file.errorString().toStdString());
    }
    return {};
}

QJsonObject replyJson(const RecordedReply& reply) {
    if (reply.size() == 1) {
        return toJson(reply.first());
    }
    QJsonArray parts;
    qint64 from = 1;
    for (const GenerationRecord& record : reply) {
        QJsonObject part = toJson(record);
        part.insert(QLatin1String("from_token"), from);
        parts.append(part);
        from += record.tokens.size();
    }
    return {{QLatin1String("parts"), parts}};
}

} // namespace

Result<void> writeRecordedReply(const std::string& path, const RecordedReply& reply) {
    return write(path, replyJson(reply));
}

Result<void> writeRecordedSamples(const std::string& path,
                                  const std::vector<RecordedReply>& samples) {
    QJsonArray all;
    for (const RecordedReply& sample : samples) {
        // Records that stand side by side in a list are parts of one reply.
        all.append(QJsonObject{{QLatin1String("record"), replyJson(sample)}});
    }
    return write(path, {{QLatin1String("samples"), all}});
}

Result<std::vector<RecordedReply>> readRecordedReplies(const std::string& path) {
    PHIDELITY_TRY(const QByteArray bytes, readAll(path));
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &problem);
    if (problem.error != QJsonParseError::NoError) {
        return fail(ErrorCode::BadArgument, path + ": expected JSON; at byte " +
                                                std::to_string(problem.offset) + ": " +
                                                problem.errorString().toStdString());
    }
    std::vector<RecordedReply> replies;
    findReplies(document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object()),
                replies);
    if (replies.empty()) {
        return fail(ErrorCode::BadArgument,
                    path + ": expected the record of a reply, or a transcript as JSON with "
                           "settings and probabilities; found none");
    }
    return replies;
}

} // namespace phidelity
