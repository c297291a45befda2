// SPDX-License-Identifier: MIT
#include "chat/reply_tokens.h"

#include <algorithm>
#include <limits>

namespace phidelity {

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Where in characters each byte of a text stands, and the end.
QList<qsizetype> charactersOfBytes(const QString& text, const QByteArray& bytes) {
    QList<qsizetype> characters;
    characters.reserve(bytes.size() + 1);
    qsizetype at = 0;
    for (qsizetype byte = 0; byte < bytes.size(); ++byte) {
        const auto lead = static_cast<unsigned char>(bytes.at(byte));
        const bool continues = (lead & 0xC0) == 0x80;
        if (!continues && byte > 0) {
            const bool pair = at + 1 < text.size() && text.at(at).isHighSurrogate() &&
                              text.at(at + 1).isLowSurrogate();
            at += pair ? 2 : 1;
        }
        characters.append(at);
    }
    characters.append(text.size());
    return characters;
}

} // namespace

ReplyTokens replyTokens(const QList<GenerationRecord>& records) {
    if (records.isEmpty()) {
        return {};
    }
    const GenerationRecord& first = records.front();
    const GenerationRecord& last = records.back();
    const qsizetype base = first.prompt.size() - first.given.size();
    if (base < 0) {
        return {};
    }
    const auto goesOn = [&](const GenerationRecord& record) {
        return record.prompt.size() >= base &&
               std::equal(first.prompt.begin(), first.prompt.begin() + base, record.prompt.begin());
    };
    if (!std::all_of(records.begin(), records.end(), goesOn)) {
        return {};
    }
    ReplyTokens reply;
    reply.prompt = first.prompt.first(base);
    reply.tokens = last.prompt.mid(base) + last.tokens;
    reply.logprobs.fill(kUnknown, reply.tokens.size());
    for (const GenerationRecord& record : records) {
        const qsizetype written = record.prompt.size() - base;
        const qsizetype begin = written - record.given.size();
        const QList<quint32> ids = record.prompt.mid(base) + record.tokens;
        const auto parting =
            std::mismatch(ids.begin(), ids.end(), reply.tokens.begin(), reply.tokens.end());
        const auto same = static_cast<qsizetype>(std::distance(ids.begin(), parting.first));
        for (qsizetype at = std::max<qsizetype>(0, begin); at < same; ++at) {
            reply.logprobs[at] = at < written ? record.given.at(at - begin)
                                              : record.logprobs.value(at - written, kUnknown);
            if (at >= written && at - written < record.alternatives.size()) {
                reply.alternatives.resize(std::max(reply.alternatives.size(), at + 1));
                reply.alternatives[at] = record.alternatives.at(at - written);
            }
        }
    }
    return reply;
}

qsizetype wholeCharacters(const QByteArray& utf8) {
    constexpr qsizetype kLongest = 4;
    for (qsizetype back = 1; back <= std::min(kLongest, utf8.size()); ++back) {
        const auto byte = static_cast<unsigned char>(utf8.at(utf8.size() - back));
        if ((byte & 0xC0) == 0x80) {
            continue;
        }
        const qsizetype wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return wanted > back ? utf8.size() - back : utf8.size();
    }
    return utf8.size();
}

qsizetype TokenSpans::tokenAt(qsizetype offset) const {
    if (offset < 0 || begins.isEmpty() || offset >= begins.last()) {
        return -1;
    }
    // Of several that begin there, all but the last have no character of their own.
    const auto after = std::upper_bound(begins.begin(), begins.end() - 1, offset);
    return std::distance(begins.begin(), after) - 1;
}

TokenSpans spansOf(const QList<QByteArray>& tokens, const QString& text) {
    const QByteArray bytes = text.toUtf8();
    const QList<qsizetype> characters = charactersOfBytes(text, bytes);
    TokenSpans spans;
    qsizetype at = 0;
    for (const QByteArray& token : tokens) {
        if (at >= bytes.size() && !token.isEmpty()) {
            break;
        }
        const qsizetype inText = std::min(token.size(), bytes.size() - at);
        if (!std::equal(token.begin(), token.begin() + inText, bytes.begin() + at)) {
            return {};
        }
        spans.begins.append(characters.at(at));
        at += inText;
        if (token.isEmpty() && at >= bytes.size()) {
            break;
        }
    }
    if (at < bytes.size() || spans.begins.isEmpty()) {
        return {};
    }
    spans.begins.append(text.size());
    return spans;
}

} // namespace phidelity
