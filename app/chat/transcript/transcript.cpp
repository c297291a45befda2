// SPDX-License-Identifier: MIT
#include "chat/transcript/transcript.h"

#include <algorithm>
#include <cmath>

#include <QDateTime>
#include <QSet>
#include <QTimeZone>

#include "chat/transcript/readable_text.h"

namespace phidelity {

namespace {

/// The messages of `conversation` from `first` down, at each one on to the one looked at last.
QList<NodeId> lineFrom(const Conversation& conversation, NodeId first) {
    QList<NodeId> line;
    for (NodeId at = first; at != 0;) {
        line.append(at);
        const QList<NodeId>& next = conversation.followers(at);
        const NodeId wanted = conversation.find(at)->shown;
        at = next.isEmpty() ? 0 : next.contains(wanted) ? wanted : next.last();
    }
    return line;
}

QString number(double value) {
    return QString::number(value, 'g', 6);
}

/// The stages that change anything, in the order in which they work.
QString samplerText(const GenerationSettings& settings) {
    if (settings.temperature <= 0) {
        return QStringLiteral("always the most likely token");
    }
    QStringList words;
    const auto add = [&words](const char* name, double value, double off) {
        if (value != off) {
            words.append(QLatin1String(name) + u' ' + number(value));
        }
    };
    add("temperature", settings.temperature, -1);
    add("top_k", settings.topK, 0);
    add("top_p", settings.topP, 1);
    add("min_p", settings.minP, 0);
    add("typical_p", settings.typicalP, 1);
    add("top_n_sigma", settings.topNSigma, 0);
    if (settings.xtcProbability > 0) {
        add("xtc_probability", settings.xtcProbability, 0);
        add("xtc_threshold", settings.xtcThreshold, -1);
    }
    add("repeat_penalty", settings.repeatPenalty, 1);
    add("frequency_penalty", settings.frequencyPenalty, 0);
    add("presence_penalty", settings.presencePenalty, 0);
    if (settings.dryMultiplier > 0) {
        add("dry_multiplier", settings.dryMultiplier, 0);
        add("dry_base", settings.dryBase, -1);
        add("dry_allowed_length", settings.dryAllowedLength, -1);
    }
    if (settings.mirostat) {
        add("mirostat_tau", settings.mirostatTau, -1);
        add("mirostat_eta", settings.mirostatEta, -1);
    }
    if (!settings.stageOrder.isEmpty()) {
        words.append(QStringLiteral("order ") + settings.stageOrder.join(QLatin1String(" > ")));
    }
    return words.join(QLatin1String(", "));
}

QString settingsNote(const GenerationRecord& record) {
    QStringList words;
    const auto add = [&words](const QString& text) {
        if (!text.isEmpty()) {
            words.append(text);
        }
    };
    add(record.modelName);
    add(record.modelTypes);
    add(record.deviceName.isEmpty() ? record.device : record.deviceName);
    add(record.build);
    add(samplerText(record.settings));
    add(QStringLiteral("seed %1").arg(record.settings.seed));
    if (record.settings.maxTokens > 0) {
        add(QStringLiteral("at most %1 tokens").arg(record.settings.maxTokens));
    }
    if (!record.modelSha256.isEmpty()) {
        add(QStringLiteral("SHA-256 of the model ") + record.modelSha256);
    }
    return QStringLiteral("Settings: ") + words.join(QLatin1String("; "));
}

QString seconds(double ms) {
    return QString::number(ms / 1000, 'f', ms < 10'000 ? 2 : 1) + QStringLiteral(" s");
}

QString timingNote(const GenerationRecord& record) {
    QString text = QStringLiteral("Timing: %1 tokens in %2")
                       .arg(record.tokens.size())
                       .arg(seconds(record.generateMs));
    if (record.generateMs > 0) {
        text += QStringLiteral(" (%1 tokens/s)")
                    .arg(static_cast<double>(record.tokens.size()) * 1000 / record.generateMs, 0,
                         'f', 1);
    }
    text += QStringLiteral("; prompt of %1 tokens (%2 from the cache) in %3; first token after %4")
                .arg(record.prompt.size())
                .arg(record.reusedTokens)
                .arg(seconds(record.promptMs), seconds(record.firstTokenMs));
    if (record.startedMs > 0) {
        text += QStringLiteral("; started ") + timeText(record.startedMs);
    }
    return text;
}

QString probabilityNote(const GenerationRecord& record) {
    if (record.logprobs.isEmpty()) {
        return QStringLiteral("Probabilities: none were kept");
    }
    double sum = 0;
    qsizetype least = 0;
    for (qsizetype at = 0; at < record.logprobs.size(); ++at) {
        sum += static_cast<double>(record.logprobs.at(at));
        least = record.logprobs.at(at) < record.logprobs.at(least) ? at : least;
    }
    const double mean = sum / static_cast<double>(record.logprobs.size());
    return QStringLiteral("Probabilities: perplexity %1 over %2 tokens; the least likely was token "
                          "%3 with %4%")
        .arg(std::exp(-mean), 0, 'g', 4)
        .arg(record.logprobs.size())
        .arg(least + 1)
        .arg(std::exp(static_cast<double>(record.logprobs.at(least))) * 100, 0, 'g', 3);
}

} // namespace

QList<TranscriptStrand> strandsOf(const Conversation& conversation,
                                  const TranscriptOptions& options) {
    if (conversation.isEmpty()) {
        return {};
    }
    TranscriptStrand first;
    if (options.extent == TranscriptExtent::Branch) {
        const NodeId leaf = options.leaf == 0 ? conversation.leaf() : options.leaf;
        first.ids = conversation.lineTo(leaf);
        return first.ids.isEmpty() ? QList<TranscriptStrand>{} : QList<TranscriptStrand>{first};
    }
    QHash<NodeId, QPair<int, int>> places; // strand and row
    QList<TranscriptStrand> strands;
    const auto take = [&](const TranscriptStrand& strand) {
        int row = strand.firstRow;
        for (const NodeId id : strand.ids) {
            places.insert(id, {strand.number, row++});
        }
        strands.append(strand);
    };
    first.ids = conversation.path();
    take(first);
    // A parent comes before its followers, so it has its place when they are met.
    for (const MessageNode& node : conversation.nodes()) {
        if (places.contains(node.id)) {
            continue;
        }
        const QPair<int, int> before = places.value(node.parent, {0, 0});
        TranscriptStrand strand;
        strand.number = static_cast<int>(strands.size()) + 1;
        strand.fromStrand = before.first;
        strand.firstRow = before.second + 1;
        strand.ids = lineFrom(conversation, node.id);
        take(strand);
    }
    return strands;
}

QString strandTitle(const TranscriptStrand& strand) {
    if (strand.number <= 1) {
        return {};
    }
    return QStringLiteral("Branch %1: another version of message %2 of branch %3")
        .arg(strand.number)
        .arg(strand.firstRow)
        .arg(std::max(strand.fromStrand, 1));
}

QList<NodeId> leavesOf(const Conversation& conversation) {
    QList<NodeId> leaves;
    const QList<TranscriptStrand> strands =
        strandsOf(conversation, {TranscriptExtent::Tree, 0, {}});
    for (const TranscriptStrand& strand : strands) {
        leaves.append(strand.ids.last());
    }
    return leaves;
}

QString titleOf(const Conversation& conversation) {
    const QString title = onOneLine(conversation.info.title);
    return title.isEmpty() ? QStringLiteral("Conversation") : title;
}

QString speakerName(const Message& message) {
    if (message.speaker == Speaker::User) {
        return QStringLiteral("User");
    }
    const QString name = onOneLine(message.author);
    const bool taken = name.compare(QLatin1String("User"), Qt::CaseInsensitive) == 0;
    return name.isEmpty() || taken ? QStringLiteral("Model") : name;
}

QString timeText(qint64 sinceEpochMs) {
    if (sinceEpochMs <= 0) {
        return {};
    }
    return QDateTime::fromMSecsSinceEpoch(sinceEpochMs, QTimeZone::utc())
        .toString(QStringLiteral("yyyy-MM-dd hh:mm 'UTC'"));
}

QString stateNote(const Message& message) {
    switch (message.state) {
    case MessageState::Complete:
    case MessageState::TurnCut:
        return {};
    case MessageState::Waiting:
    case MessageState::Writing:
        return QStringLiteral("Still being written.");
    case MessageState::Stopped:
        return QStringLiteral("Stopped by the user.");
    case MessageState::LengthReached:
        return QStringLiteral("Ended at the limit of tokens.");
    case MessageState::ContextFull:
        return QStringLiteral("Ended since the context was full.");
    case MessageState::Edited:
        return QStringLiteral("Changed by the user.");
    case MessageState::Failed:
    case MessageState::Interrupted:
        break;
    }
    const QString why = onOneLine(message.problem);
    const QString what = message.state == MessageState::Failed ? QStringLiteral("Failed")
                                                               : QStringLiteral("Interrupted");
    return why.isEmpty() ? what + u'.' : what + QLatin1String(": ") + why;
}

QStringList recordNotes(const QList<GenerationRecord>& records, TranscriptParts parts) {
    QStringList notes;
    for (const GenerationRecord& record : records) {
        if (parts.testFlag(TranscriptPart::Settings)) {
            notes.append(onOneLine(settingsNote(record)));
        }
        if (parts.testFlag(TranscriptPart::Timings)) {
            notes.append(onOneLine(timingNote(record)));
        }
        if (parts.testFlag(TranscriptPart::Probabilities)) {
            notes.append(onOneLine(probabilityNote(record)));
        }
    }
    return notes;
}

MessageText textOf(const Message& message) {
    const ReplyText replies = message.format.rules().replies;
    if (replies == ReplyText::Code) {
        return MessageText::Code;
    }
    const bool markdown = message.speaker == Speaker::Model && replies == ReplyText::Markdown;
    return markdown ? MessageText::Markdown : MessageText::Plain;
}

QString fileNameFor(const Conversation& conversation) {
    constexpr qsizetype kLongest = 80;
    QString name;
    for (const QChar c : titleOf(conversation)) {
        const bool unwanted = c.isSpace() || QStringLiteral("/\\:*?\"<>|%").contains(c);
        name += unwanted ? u' ' : c;
    }
    name = name.simplified().left(kLongest);
    if (!name.isEmpty() && name.back().isHighSurrogate()) {
        name.chop(1);
    }
    while (name.startsWith(u'.') || name.startsWith(u'-') || name.startsWith(u' ')) {
        name.remove(0, 1);
    }
    while (name.endsWith(u'.') || name.endsWith(u' ')) {
        name.chop(1);
    }
    return name.isEmpty() ? QStringLiteral("Conversation") : name;
}

} // namespace phidelity
