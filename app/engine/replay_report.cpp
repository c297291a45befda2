// SPDX-License-Identifier: MIT
#include "engine/replay_report.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <QCoreApplication>
#include <QStringList>

#include "engine/error_text.h"
#include "engine/recording.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Replay", text);
}

QString quoted(const ReplayCandidate& candidate) {
    return u'“' + candidate.text + u'”';
}

/// A probability of more than one in a thousand as percent, else its logarithm.
QString probability(float logprob) {
    const double percent = 100 * std::exp(static_cast<double>(logprob));
    return percent >= 0.1
               ? QString::number(percent, 'f', 1) + QStringLiteral(" %")
               : QStringLiteral("e^") + QString::number(static_cast<double>(logprob), 'f', 1);
}

/// All digits that tell one number from its neighbour.
QString exact(float value) {
    return QString::number(static_cast<double>(value), 'g', 9);
}

ReplayCandidate candidateOf(const RecordedToken& token, const Tokenizer& tokenizer) {
    const std::string label = token.id < tokenizer.size() ? std::string(tokenizer.label(token.id))
                                                          : std::to_string(token.id);
    return {token.id, QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size())),
            token.logprob};
}

QString differenceSentence(const ReplayDifference& difference, const ReplayEnded& end) {
    const QString place = QString::number(end.firstDifference + 1);
    const QString total = QString::number(end.total);
    switch (difference.kind) {
    case ReplayDifferenceKind::Token:
        return translated("It differs from token %1 of %2 on: %3 (%4) was recorded, %5 (%6) came "
                          "now; their logits are %7 apart.")
            .arg(place, total, quoted(end.expected), probability(end.expected.logprob),
                 quoted(end.found), probability(end.found.logprob),
                 QString::number(std::abs(end.logitGap), 'g', 3));
    case ReplayDifferenceKind::Probability:
        return translated("All tokens came out the same, but not all probabilities: the first is "
                          "that of token %1 of %2, %3; its logarithm was %4 and is %5 now.")
            .arg(place, total, quoted(end.expected), exact(end.expected.logprob),
                 exact(end.found.logprob));
    case ReplayDifferenceKind::Alternatives:
        return translated("All tokens came out the same, but not all alternatives: the first are "
                          "those of token %1 of %2, %3.")
            .arg(place, total, quoted(end.expected));
    }
    return {};
}

QString refusal(const Error& error) {
    return error.code == ErrorCode::ContextFull
               ? translated("The model is open with too little room for this reply: open it with "
                            "a longer context.")
           : error.code == ErrorCode::BadArgument
               ? translated(
                     "This cannot be run again, as the record of the reply is not whole (%1).")
                     .arg(errorDetail(error))
               : describeError(error);
}

QString allTheSame(int tokens, qsizetype parts) {
    if (tokens == 1) {
        return translated("The token and its probability came out the same, to the bit.");
    }
    if (parts == 1) {
        return translated("All %1 tokens and their probabilities came out the same, to the bit.")
            .arg(tokens);
    }
    return translated("All %1 tokens and their probabilities came out the same, to the bit, in "
                      "each of the %2 parts that the reply was written in.")
        .arg(QString::number(tokens), QString::number(parts));
}

/// What counts most of the parts.
ReplayVerdict verdictOfParts(const QList<ReplayEnded>& ends) {
    const auto count = [&](ReplayVerdict verdict) {
        return std::ranges::count(ends, verdict, &ReplayEnded::verdict);
    };
    for (const ReplayVerdict verdict :
         {ReplayVerdict::Differs, ReplayVerdict::Failed, ReplayVerdict::Stopped}) {
        if (count(verdict) > 0) {
            return verdict;
        }
    }
    const auto refused = count(ReplayVerdict::Refused);
    return refused == 0             ? ReplayVerdict::Identical
           : refused == ends.size() ? ReplayVerdict::Refused
                                    : ReplayVerdict::Partly;
}

/// Which part it is, and where it was written.
QString partName(const GenerationRecord& part, qsizetype index, qsizetype count, int before) {
    return translated("Part %1 of %2 (tokens %3 to %4, written on %5):")
        .arg(QString::number(index + 1), QString::number(count), QString::number(before + 1),
             QString::number(before + part.tokens.size()), part.device);
}

QString shortened(const QString& hash) {
    return hash.left(12) + u'…';
}

} // namespace

ReplayEnded replayRecord(Model& model, const QString& modelSha256, const GenerationRecord& record,
                         const StopFlag* stop,
                         const std::function<void(std::size_t, std::size_t)>& progress,
                         std::optional<Error>* error) {
    ReplayEnded end;
    end.total = static_cast<int>(record.tokens.size());
    const GenerationRecord here = originOf(model);
    if (!record.modelSha256.isEmpty() && !modelSha256.isEmpty() &&
        record.modelSha256 != modelSha256) {
        end.verdict = ReplayVerdict::Refused;
        end.sentence = translated("The reply was written by another model: %1 (%2, SHA-256 %3). "
                                  "The one that is open is %4 (%5, SHA-256 %6).")
                           .arg(record.modelName, record.modelTypes, shortened(record.modelSha256),
                                here.modelName, here.modelTypes, shortened(modelSha256));
        return end;
    }
    const Result<ReplayTask> task = taskOf(record);
    if (!task) {
        end.verdict = ReplayVerdict::Refused;
        end.sentence = refusal(task.error());
        return end;
    }
    end.caution = cautionOf(record, here);
    const Result<ReplayOutcome> outcome = replay(model, *task, stop, progress);
    if (!outcome) {
        const bool refused = outcome.error().code == ErrorCode::ContextFull ||
                             outcome.error().code == ErrorCode::BadArgument;
        end.verdict = refused ? ReplayVerdict::Refused : ReplayVerdict::Failed;
        end.sentence = refusal(outcome.error());
        if (error != nullptr) {
            *error = outcome.error();
        }
        return end;
    }
    end.same = static_cast<int>(outcome->compared);
    if (outcome->stopped) {
        end.verdict = ReplayVerdict::Stopped;
        end.sentence = translated("Stopped: %1 of %2 tokens had come out the same.")
                           .arg(QString::number(end.same), QString::number(end.total));
    } else if (const auto& difference = outcome->difference) {
        end.verdict = ReplayVerdict::Differs;
        end.firstDifference = static_cast<int>(difference->index);
        end.expected = candidateOf(difference->expected, model.tokenizer());
        end.found = candidateOf(difference->found, model.tokenizer());
        end.logitGap = static_cast<double>(difference->gap);
        end.sentence = differenceSentence(*difference, end);
    } else {
        end.verdict = ReplayVerdict::Identical;
        end.sentence = allTheSame(end.total, 1);
    }
    return end;
}

QList<GenerationRecord> partsToReplay(const QList<GenerationRecord>& parts) {
    QList<GenerationRecord> whole = parts;
    whole.removeIf([](const GenerationRecord& part) { return part.tokens.isEmpty(); });
    return whole.isEmpty() ? parts.mid(parts.size() - 1) : whole;
}

ReplayEnded endOfParts(const QList<GenerationRecord>& parts, const QList<ReplayEnded>& ends) {
    if (parts.size() == 1 && ends.size() == 1) {
        return ends.first();
    }
    ReplayEnded all;
    all.verdict = verdictOfParts(ends);
    QStringList sentences;
    QStringList cautions;
    for (qsizetype index = 0; index < parts.size(); ++index) {
        const GenerationRecord& part = parts[index];
        const ReplayEnded end = ends.value(index);
        const int before =
            std::exchange(all.total, all.total + static_cast<int>(part.tokens.size()));
        if (end.verdict == ReplayVerdict::Differs && all.firstDifference < 0) {
            all.firstDifference = before + end.firstDifference;
            all.expected = end.expected;
            all.found = end.found;
            all.logitGap = end.logitGap;
        }
        all.same += end.same;
        sentences.append(partName(part, index, parts.size(), before) + u' ' +
                         (index < ends.size() ? end.sentence : translated("Not run.")));
        if (!end.caution.isEmpty() && !cautions.contains(end.caution)) {
            cautions.append(end.caution);
        }
    }
    all.sentence = all.verdict == ReplayVerdict::Identical ? allTheSame(all.total, parts.size())
                                                           : sentences.join(u'\n');
    all.caution = cautions.join(u'\n');
    return all;
}

} // namespace phidelity
