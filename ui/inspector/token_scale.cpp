// SPDX-License-Identifier: MIT
#include "ui/inspector/token_scale.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <QCoreApplication>

#include "ui/theme.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Inspector", text);
}

/// The number of bounds that a value has passed.
int stepOf(double value, const double (&bounds)[kScaleSteps - 1]) {
    return static_cast<int>(std::upper_bound(std::begin(bounds), std::end(bounds), value) -
                            std::begin(bounds));
}

} // namespace

std::optional<int> scaleStep(TokenMeasure measure, const TokenDetail& token) {
    switch (measure) {
    case TokenMeasure::Probability:
        if (!std::isnan(token.logprob)) {
            return stepOf(-static_cast<double>(token.logprob),
                          {-std::log(0.9), -std::log(0.5), -std::log(0.1), -std::log(0.01)});
        }
        break;
    case TokenMeasure::Uncertainty:
        if (!std::isnan(token.entropy)) {
            return stepOf(std::exp(static_cast<double>(token.entropy)), {1.5, 3, 10, 50});
        }
        break;
    case TokenMeasure::Choice:
        if (token.rank >= 0) {
            return stepOf(token.rank, {1, 3, 10, 100});
        }
        break;
    case TokenMeasure::None:
        break;
    }
    return std::nullopt;
}

QColor scaleColor(const QPalette& palette, int step) {
    struct Hue {
        QColor color;
        double light;
        double dark;
    };
    static const Hue kHues[kScaleSteps] = {{QColor(0, 114, 178), 0.48, 0.62},
                                           {QColor(0, 114, 178), 0.22, 0.34},
                                           {QColor(128, 128, 128), 0.12, 0.2},
                                           {QColor(230, 159, 0), 0.4, 0.42},
                                           {QColor(213, 94, 0), 0.62, 0.7}};
    const Hue& hue = kHues[std::clamp(step, 0, kScaleSteps - 1)];
    const Shades shades = shadesOf(palette);
    return mixed(shades.page, hue.color, shades.dark ? hue.dark : hue.light);
}

QStringList scaleWords(TokenMeasure measure) {
    switch (measure) {
    case TokenMeasure::Probability:
        return {translated("over 90 %"), translated("50 to 90 %"), translated("10 to 50 %"),
                translated("1 to 10 %"), translated("under 1 %")};
    case TokenMeasure::Uncertainty:
        return {translated("sure"), translated("2 or 3 ways"), translated("up to 10"),
                translated("up to 50"), translated("more")};
    case TokenMeasure::Choice:
        return {translated("first choice"), translated("2nd or 3rd"), translated("4th to 10th"),
                translated("11th to 100th"), translated("later")};
    case TokenMeasure::None:
        break;
    }
    return {};
}

} // namespace phidelity
