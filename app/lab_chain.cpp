// SPDX-License-Identifier: MIT
#include "app/lab_chain.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "chat/token_text.h"

namespace phidelity {

namespace {

constexpr qsizetype kMostRows = 24;

/// On one line; of a special token its name.
QString shownText(const NextTokenLogits& next, quint32 id) {
    const QByteArray bytes = next.texts->bytes.value(id);
    return bytes.isEmpty() ? next.texts->labels.value(id) : visibleText(bytes).remove(u'\n');
}

/// The model's probability of any token, from that of one which is known.
double probabilityOf(const NextTokenLogits& next, quint32 id, const TokenFate& known) {
    return known.before * std::exp(static_cast<double>(next.logits.at(id)) -
                                   static_cast<double>(next.logits.at(known.id)));
}

LabStep stepOf(const StageDistributions& all, qsizetype index, const NextTokenLogits& next) {
    const StageDistribution& stage = all.stages.at(index);
    LabStep step{stageFromKey(stage.stage), stage.left, {}};
    QList<QString> gone; // stages that have had their turn
    for (qsizetype before = 0; before <= index; ++before) {
        gone.append(all.stages.at(before).stage);
    }
    for (const TokenFate& fate : all.tokens) {
        LabToken token{fate.id, shownText(next, fate.id), fate.before, fate.perStage.at(index), {}};
        if (gone.contains(fate.removedBy)) {
            token.removedBy = stageFromKey(fate.removedBy);
        }
        step.tokens.append(token);
    }
    for (const ShownToken& shown : stage.top) {
        const bool known = std::any_of(all.tokens.begin(), all.tokens.end(),
                                       [&](const TokenFate& fate) { return fate.id == shown.id; });
        if (!known && !all.tokens.isEmpty()) {
            step.tokens.append({shown.id,
                                shownText(next, shown.id),
                                probabilityOf(next, shown.id, all.tokens.front()),
                                shown.probability,
                                {}});
        }
    }
    // By the larger of both: where no stage changes the order of tokens, rows stay where they are.
    std::stable_sort(step.tokens.begin(), step.tokens.end(),
                     [](const LabToken& a, const LabToken& b) {
                         return std::max(a.before, a.after) > std::max(b.before, b.after);
                     });
    step.tokens.resize(std::min(step.tokens.size(), kMostRows));
    return step;
}

} // namespace

LabDistribution labDistribution(const StageDistributions& stages, const NextTokenLogits& next) {
    LabDistribution distribution;
    for (qsizetype index = 0; index < stages.stages.size(); ++index) {
        distribution.steps.append(stepOf(stages, index, next));
    }
    return distribution;
}

QMap<quint32, QString> biasTexts(const NextTokenLogits& next, const GenerationSettings& settings) {
    QMap<quint32, QString> texts;
    for (const auto& [id, bias] : settings.logitBias) {
        if (id < static_cast<quint32>(next.texts->labels.size())) {
            texts.insert(id, shownText(next, id));
        }
    }
    return texts;
}

} // namespace phidelity
