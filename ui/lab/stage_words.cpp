// SPDX-License-Identifier: MIT
#include "ui/lab/stage_words.h"

#include <cmath>

#include <QCoreApplication>
#include <QLocale>

namespace phidelity {

namespace {

using G = GenerationSettings;
using S = SamplingStage;

QString tr(const char* text) {
    return QCoreApplication::translate("SamplingLab", text);
}

/// As short as it says the same.
QString shortNumber(double value) {
    return QLocale().toString(value, 'g', 4);
}

} // namespace

double StageField::value(const GenerationSettings& settings) const {
    return std::visit([&](auto field) { return static_cast<double>(settings.*field); }, member);
}

void StageField::setValue(double value, GenerationSettings* settings) const {
    if (const auto* whole = std::get_if<int G::*>(&member)) {
        settings->*(*whole) = static_cast<int>(std::lround(value));
    } else {
        settings->*(*std::get_if<double G::*>(&member)) = value;
    }
}

QString stageTitle(SamplingStage stage) {
    switch (stage) {
    case S::LogitBias:
        return tr("Token bias");
    case S::Penalties:
        return tr("Penalties");
    case S::Dry:
        return tr("DRY");
    case S::TopNSigma:
        return tr("Top-n-sigma");
    case S::TopK:
        return tr("Top-k");
    case S::Typical:
        return tr("Typical");
    case S::TopP:
        return tr("Top-p");
    case S::MinP:
        return tr("Min-p");
    case S::Xtc:
        return tr("XTC");
    case S::Temperature:
        return tr("Temperature");
    case S::Mirostat:
        return tr("Mirostat");
    case S::Greedy:
        return tr("Greedy");
    }
    return {};
}

QString stageSentence(SamplingStage stage) {
    switch (stage) {
    case S::LogitBias:
        return tr("Makes tokens of your choice likelier or less likely, or forbids them.");
    case S::Penalties:
        return tr("Makes tokens less likely that the text has used a short while ago.");
    case S::Dry:
        return tr("Makes a token less likely if it would repeat a whole phrase of the text.");
    case S::TopNSigma:
        return tr("Keeps tokens whose score lies near the best one's, measured by how far all "
                  "scores are spread.");
    case S::TopK:
        return tr("Keeps this many of the most likely tokens.");
    case S::Typical:
        return tr("Keeps the tokens that surprise about as much as this text does on average.");
    case S::TopP:
        return tr("Keeps the most likely tokens that together reach this probability.");
    case S::MinP:
        return tr("Drops tokens that are less likely than this share of the most likely one.");
    case S::Xtc:
        return tr(
            "Now and then leaves out the most obvious tokens, so that the text takes a turn.");
    case S::Temperature:
        return tr("Below 1 the likely tokens gain, above 1 the unlikely ones; 0 always takes the "
                  "most likely.");
    case S::Mirostat:
        return tr("Steers the text to an even surprise, token by token, in place of the stages "
                  "that cut.");
    case S::Greedy:
        return tr("Takes the most likely token that is left, the same every time; as temperature "
                  "0 does.");
    }
    return {};
}

QList<StageField> stageFields(SamplingStage stage) {
    const QString window = tr("How many tokens are looked back; 0 none, -1 the whole text");
    switch (stage) {
    case S::Penalties:
        return {
            {tr("Repeat"),
             QStringLiteral("labRepeat"),
             {1, 2, 0.01, 2, 100, 0.01},
             tr("Divides the score of tokens that were used; 1 changes nothing"),
             &G::repeatPenalty},
            {tr("Frequency"),
             QStringLiteral("labFrequency"),
             {-2, 2, 0.05, 2, 100, -100},
             tr("Taken off for each time that a token was used; 0 changes nothing"),
             &G::frequencyPenalty},
            {tr("Presence"),
             QStringLiteral("labPresence"),
             {-2, 2, 0.05, 2, 100, -100},
             tr("Taken off once if a token was used at all; 0 changes nothing"),
             &G::presencePenalty},
            {tr("Looks back"),
             QStringLiteral("labPenaltyWindow"),
             {-1, 512, 1, 0, 1e6},
             window,
             &G::penaltyWindow,
             tr("All")},
        };
    case S::Dry:
        return {
            {tr("Strength"),
             QStringLiteral("labDry"),
             {0, 4, 0.05, 2, 1000},
             tr("Taken off a token that would repeat a phrase; 0 is off"),
             &G::dryMultiplier,
             tr("Off")},
            {tr("Growth"),
             QStringLiteral("labDryBase"),
             {1, 4, 0.05, 2, 1000},
             tr("How many times more each further repeated token costs"),
             &G::dryBase},
            {tr("Free length"),
             QStringLiteral("labDryLength"),
             {1, 20, 1, 0, 1e6},
             tr("Repeated phrases shorter than this many tokens cost nothing"),
             &G::dryAllowedLength},
            {tr("Looks back"),
             QStringLiteral("labDryWindow"),
             {-1, 2048, 1, 0, 1e6},
             window,
             &G::dryWindow,
             tr("All")},
        };
    case S::TopNSigma:
        return {{tr("Sigmas"),
                 QStringLiteral("labTopNSigma"),
                 {0, 5, 0.05, 2, 1000},
                 tr("How many standard deviations below the best; 0 is off"),
                 &G::topNSigma,
                 tr("Off")}};
    case S::TopK:
        return {{tr("Tokens"),
                 QStringLiteral("labTopK"),
                 {0, 200, 1, 0, 1e6},
                 tr("How many are kept; 0 is off"),
                 &G::topK,
                 tr("Off")}};
    case S::Typical:
        return {{tr("Share"),
                 QStringLiteral("labTypical"),
                 {0, 1, 0.005, 3},
                 tr("The probability that they reach together; 1 keeps all"),
                 &G::typicalP}};
    case S::TopP:
        return {{tr("Share"),
                 QStringLiteral("labTopP"),
                 {0, 1, 0.005, 3},
                 tr("The probability that they reach together; 1 keeps all"),
                 &G::topP}};
    case S::MinP:
        return {{tr("Share"),
                 QStringLiteral("labMinP"),
                 {0, 1, 0.005, 3},
                 tr("Of the probability of the most likely token; 0 is off"),
                 &G::minP,
                 tr("Off")}};
    case S::Xtc:
        return {
            {tr("How often"),
             QStringLiteral("labXtc"),
             {0, 1, 0.01, 2},
             tr("The chance with which it acts at a token; 0 is off"),
             &G::xtcProbability,
             tr("Off")},
            {tr("Threshold"),
             QStringLiteral("labXtcThreshold"),
             {0, 0.5, 0.01, 2, 1},
             tr("Tokens at least this likely count as obvious; the least of them stays"),
             &G::xtcThreshold},
        };
    case S::Temperature:
        return {{tr("Value"),
                 QStringLiteral("labTemperature"),
                 {0, 2, 0.05, 2, 100},
                 tr("0 always takes the most likely token; 1 changes nothing"),
                 &G::temperature}};
    case S::Mirostat:
        return {
            {tr("Surprise"),
             QStringLiteral("labMirostatTau"),
             {0.1, 10, 0.1, 2, 100, 0.01},
             tr("The surprise of a token that is aimed at, in bits"),
             &G::mirostatTau},
            {tr("Speed"),
             QStringLiteral("labMirostatEta"),
             {0, 1, 0.01, 2},
             tr("How fast it learns from each token"),
             &G::mirostatEta},
        };
    case S::LogitBias:
    case S::Greedy:
        break;
    }
    return {};
}

QString stageSummary(SamplingStage stage, const GenerationSettings& s) {
    if (!isStageOn(stage, s)) {
        return {};
    }
    switch (stage) {
    case S::LogitBias:
        return s.logitBias.size() == 1 ? tr("1 token") : tr("%1 tokens").arg(s.logitBias.size());
    case S::Penalties: {
        QStringList parts;
        if (s.repeatPenalty != 1) {
            parts.append(QChar(0x00D7) + shortNumber(s.repeatPenalty));
        }
        for (const double penalty : {s.frequencyPenalty, s.presencePenalty}) {
            if (penalty != 0) {
                parts.append(shortNumber(-penalty));
            }
        }
        return parts.join(QStringLiteral(", "));
    }
    case S::Dry:
        return shortNumber(s.dryMultiplier);
    case S::TopNSigma:
        return shortNumber(s.topNSigma);
    case S::TopK:
        return QLocale().toString(s.topK);
    case S::Typical:
        return shortNumber(s.typicalP);
    case S::TopP:
        return shortNumber(s.topP);
    case S::MinP:
        return shortNumber(s.minP);
    case S::Xtc:
        return shortNumber(s.xtcProbability);
    case S::Temperature:
        return shortNumber(s.temperature);
    case S::Mirostat:
        return shortNumber(s.mirostatTau);
    case S::Greedy:
        break;
    }
    return {};
}

QString orderTitle(StageOrder order) {
    return order == StageOrder::HuggingFace ? tr("Hugging Face: temperature first")
                                            : tr("llama.cpp: temperature last");
}

QString orderSentence(std::optional<StageOrder> order) {
    if (!order) {
        return tr("Your own order. Each stage sees what those above it have left.");
    }
    if (*order == StageOrder::HuggingFace) {
        return tr("The cuts see chances that the temperature has changed already: a high one lets "
                  "more tokens through the same top-p.");
    }
    return tr("The cuts see the model\u2019s own chances: a high temperature shares them out among "
              "the tokens that are left, and lets no further ones in.");
}

QString presetTitle(Preset preset) {
    switch (preset) {
    case Preset::Deterministic:
        return tr("Deterministic");
    case Preset::Creative:
        return tr("Creative");
    case Preset::Code:
        return tr("Code");
    case Preset::Maths:
        return tr("Maths");
    case Preset::Balanced:
        break;
    }
    return tr("Balanced");
}

QString presetSentence(Preset preset) {
    switch (preset) {
    case Preset::Deterministic:
        return tr("Always the most likely token, the same every time");
    case Preset::Creative:
        return tr("More surprising words, more mistakes");
    case Preset::Code:
        return tr("Mostly what is likely; repeats are allowed, as code repeats");
    case Preset::Maths:
        return tr("Nearly always the most likely step, with a little room to leave a loop");
    case Preset::Balanced:
        break;
    }
    return tr("A little variety; good for most things");
}

} // namespace phidelity
