// SPDX-License-Identifier: MIT
#include "chat/prompt_warnings.h"

#include <algorithm>
#include <utility>

#include <QCoreApplication>
#include <QLocale>

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("PromptWarnings", text);
}

QString number(int value) {
    return QLocale().toString(value);
}

using Warnings = QList<PromptWarning>;

void warnOfLength(const PromptFacts& facts, Warnings& warnings) {
    if (facts.tokens == 0 || facts.context == 0) {
        return;
    }
    // Many a reply ends long before its limit: while most of the context is free there is no need
    // to speak of a limit that is as large.
    constexpr int kFewOfContext = 4;
    const int room = facts.context - facts.tokens;
    if (room <= 0) {
        // One position must be left for a reply to begin.
        warnings.append({PromptWarningKind::PastContext,
                         translated("The prompt has %1 tokens, but the model holds %2 and needs "
                                    "room for a reply.")
                             .arg(number(facts.tokens), number(facts.context)),
                         false});
    } else if (room < std::min(facts.wanted, facts.context / kFewOfContext) &&
               facts.occasion != PromptOccasion::Writing) {
        warnings.append({PromptWarningKind::LittleRoom,
                         translated("There is room for %1 more tokens; a reply may want %2.")
                             .arg(number(room), number(facts.wanted)),
                         false});
    }
}

void warnOfTrailingSpace(const PromptFacts& facts, Warnings& warnings) {
    if (facts.occasion == PromptOccasion::Writing) {
        return; // it grows on
    }
    if (facts.prompt.endsWith(u' ') || facts.prompt.endsWith(u'\t')) {
        warnings.append({PromptWarningKind::TrailingSpace,
                         translated("The prompt ends in a space. The model writes the space "
                                    "together with the next word: leave it out."),
                         false});
    }
}

/// Where a text follows another one with nothing between them.
bool joinsOn(const PromptFacts& facts) {
    const qsizetype from = facts.typedFrom;
    return facts.format.like() == FormatId::Raw && facts.occasion == PromptOccasion::Send &&
           from > 0 && from < facts.prompt.size() && !facts.prompt.at(from - 1).isSpace() &&
           !facts.prompt.at(from).isSpace();
}

/// A label in the middle of a line.
struct Inside {
    QLatin1String label;
    qsizetype at = 0; ///< 0 = none
};

/// The label of an answer that stands behind its question, or at the very end of the prompt.
Inside labelInside(QStringView line, bool isLast) {
    constexpr std::pair<QLatin1String, QLatin1String> kPairs[] = {
        {QLatin1String("Instruct:"), QLatin1String("Output:")},
        {QLatin1String("Alice:"), QLatin1String("Bob:")},
        {QLatin1String("Question:"), QLatin1String("Answer:")},
    };
    for (const auto& [question, answer] : kPairs) {
        const qsizetype at = line.lastIndexOf(answer);
        if (at > 0 && !line.at(at - 1).isLetterOrNumber() &&
            (line.startsWith(question) || (isLast && line.trimmed().endsWith(answer)))) {
            return {answer, line.first(at).trimmed().isEmpty() ? 0 : at};
        }
    }
    return {};
}

void warnOfMissingNewline(const PromptFacts& facts, Warnings& warnings) {
    if (joinsOn(facts)) {
        warnings.append({PromptWarningKind::MissingNewline,
                         translated("Your text goes on in the middle of the last line: begin it "
                                    "with a space or a new line."),
                         false});
    }
    // The labelled formats begin lines by themselves.
    const FormatId like = facts.format.like();
    if (like != FormatId::Raw && like != FormatId::Code) {
        return;
    }
    qsizetype begin = 0;
    for (const QStringView line : QStringView(facts.prompt).split(u'\n')) {
        const bool isLast = begin + line.size() == facts.prompt.size();
        if (const Inside inside = labelInside(line, isLast); inside.at > 0) {
            warnings.append({PromptWarningKind::MissingNewline,
                             translated("“%1” does not begin a line; Phi knows it only at the "
                                        "beginning of one.")
                                 .arg(inside.label),
                             begin + inside.at < facts.typedFrom});
            return;
        }
        begin += line.size() + 1;
    }
}

/// Of the formats that people bring along from other models.
const QStringList& foreignMarkers() {
    static const QStringList markers{
        QStringLiteral("<|im_start|>"),
        QStringLiteral("<|im_end|>"),
        QStringLiteral("<|user|>"),
        QStringLiteral("<|assistant|>"),
        QStringLiteral("<|system|>"),
        QStringLiteral("<|end|>"),
        QStringLiteral("<|begin_of_text|>"),
        QStringLiteral("<|start_header_id|>"),
        QStringLiteral("<|end_header_id|>"),
        QStringLiteral("<|eot_id|>"),
        QStringLiteral("<start_of_turn>"),
        QStringLiteral("<end_of_turn>"),
        QStringLiteral("<bos>"),
        QStringLiteral("<eos>"),
        QStringLiteral("[INST]"),
        QStringLiteral("[/INST]"),
        QStringLiteral("<<SYS>>"),
        QStringLiteral("<</SYS>>"),
        QStringLiteral("</s>"),
        QStringLiteral("### Instruction:"),
        QStringLiteral("### Response:"),
        QStringLiteral("### Human:"),
        QStringLiteral("### Assistant:"),
    };
    return markers;
}

void warnOfMarkers(const PromptFacts& facts, Warnings& warnings) {
    // What is being written counts more than what stands before it, so it is looked at first.
    const auto find = [&facts](const QString& marker) {
        const qsizetype typed = facts.prompt.indexOf(marker, facts.typedFrom);
        return typed >= 0 ? typed : facts.prompt.indexOf(marker);
    };
    for (const QString& marker : foreignMarkers()) {
        if (const qsizetype at = find(marker); at >= 0) {
            warnings.append({PromptWarningKind::ForeignMarker,
                             translated("“%1” belongs to another model's format. Phi reads it as "
                                        "ordinary characters.")
                                 .arg(marker),
                             at < facts.typedFrom});
        }
    }
    const QString special = QStringLiteral("<|endoftext|>");
    if (const qsizetype at = find(special); at >= 0) {
        warnings.append({PromptWarningKind::SpecialToken,
                         translated("“%1” goes to the model as thirteen ordinary characters, not "
                                    "as its special token.")
                             .arg(special),
                         at < facts.typedFrom});
    }
}

} // namespace

QList<PromptWarning> promptWarnings(const PromptFacts& facts) {
    Warnings warnings;
    if (facts.occasion == PromptOccasion::None) {
        return warnings;
    }
    warnOfLength(facts, warnings);
    warnOfTrailingSpace(facts, warnings);
    warnOfMissingNewline(facts, warnings);
    warnOfMarkers(facts, warnings);
    std::stable_partition(warnings.begin(), warnings.end(),
                          [](const PromptWarning& warning) { return !warning.earlier; });
    return warnings;
}

} // namespace phidelity
