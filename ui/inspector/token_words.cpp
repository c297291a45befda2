// SPDX-License-Identifier: MIT
#include "ui/inspector/token_words.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QLocale>

#include "chat/token_text.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Inspector", text);
}

/// Two digits that count, and no more.
QString roundedNumber(double number) {
    const QLocale locale;
    if (number >= 99.5) {
        const double unit = std::pow(10, std::floor(std::log10(number)) - 1);
        return locale.toString(std::round(number / unit) * unit, 'f', 0);
    }
    const int decimals = number >= 9.95 ? 0 : 1;
    return locale.toString(number, 'f', decimals);
}

QString raisedDigits(int number) {
    constexpr char16_t kRaised[] = u"⁰¹²³⁴⁵⁶⁷⁸⁹";
    QString raised;
    for (const QChar digit : QString::number(number)) {
        raised += kRaised[digit.digitValue()];
    }
    return raised;
}

} // namespace

QString tokenLabel(const QByteArray& bytes) {
    if (bytes.isEmpty()) {
        return translated("⟨end of text⟩");
    }
    return visibleText(bytes).remove(u'\n');
}

QString bytesInHex(const QByteArray& bytes) {
    return bytes.isEmpty() ? translated("none: it stands for the end of the text")
                           : QString::fromLatin1(bytes.toHex(' ')).toUpper();
}

QString probabilityWords(double probability) {
    const QLocale locale;
    if (std::isnan(probability)) {
        return translated("unknown");
    }
    const double percent = 100 * probability;
    if (percent > 99.95) {
        return translated("over 99.9 %");
    }
    if (percent >= 9.95) {
        return translated("%1 %").arg(locale.toString(percent, 'f', percent > 99 ? 1 : 0));
    }
    if (percent >= 0.995) {
        return translated("%1 %").arg(locale.toString(percent, 'f', 1));
    }
    if (percent >= 0.1) {
        return translated("%1 %").arg(locale.toString(percent, 'f', 2));
    }
    if (probability <= 0) {
        return translated("impossible");
    }
    return pathWords(std::log(probability));
}

QString pathWords(double logProbability) {
    if (std::isnan(logProbability)) {
        return translated("unknown");
    }
    if (std::isinf(logProbability)) {
        return translated("impossible");
    }
    if (logProbability > std::log(0.001)) {
        return probabilityWords(std::exp(logProbability));
    }
    const double power = -logProbability / std::log(10.0);
    return translated("1 in %1").arg(
        power < 6 ? roundedNumber(std::exp(-logProbability))
                  : QStringLiteral("10") + raisedDigits(static_cast<int>(std::lround(power))));
}

QString choiceWords(int rank) {
    if (rank < 0) {
        return {};
    }
    if (rank == 0) {
        return translated("first choice");
    }
    if (rank == 1) {
        return translated("2nd choice");
    }
    if (rank == 2) {
        return translated("3rd choice");
    }
    return translated("choice number %1").arg(QLocale().toString(rank + 1));
}

QString uncertaintyWords(float entropy) {
    if (std::isnan(entropy)) {
        return {};
    }
    const double choices = std::exp(static_cast<double>(entropy));
    if (choices < 1.05) {
        return translated("almost none: one token was as good as certain");
    }
    return translated("like choosing between %1 equally likely tokens").arg(roundedNumber(choices));
}

QString tokenSentence(const TokenDetail& token) {
    if (std::isnan(token.logprob)) {
        return translated("How likely it was has not been computed.");
    }
    const QString chance = probabilityWords(std::exp(static_cast<double>(token.logprob)));
    const QString choice = choiceWords(token.rank);
    return choice.isEmpty() ? translated("The model gave it %1.").arg(chance)
                            : translated("The model gave it %1: its %2.").arg(chance, choice);
}

double TextScore::perplexity() const {
    return tokens > 0 ? std::exp(-logProbability / tokens) : 0;
}

TextScore scoreOf(const QList<TokenDetail>& tokens) {
    TextScore score;
    for (const TokenDetail& token : tokens) {
        if (!std::isnan(token.logprob)) {
            ++score.tokens;
            score.logProbability += static_cast<double>(token.logprob);
        }
    }
    return score;
}

QString scoreSentence(const TextScore& score) {
    if (score.tokens == 0) {
        return {};
    }
    const QString number = roundedNumber(score.perplexity());
    const QString tokens = score.tokens == 1
                               ? translated("one token")
                               : translated("%1 tokens").arg(QLocale().toString(score.tokens));
    return translated("Perplexity %1 over %2: on average the model was as unsure as between %1 "
                      "equally likely ones. All of it together: %3.")
        .arg(number, tokens, pathWords(score.logProbability));
}

} // namespace phidelity
