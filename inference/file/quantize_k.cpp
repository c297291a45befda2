// SPDX-License-Identifier: MIT
// The K types: 256 numbers with a scale (and a minimum) for each small group, themselves quantised.
// Scales are found by weighted least squares over a few candidate steps (PHI-2 reference section
// 4).
#include "inference/file/quant_blocks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>

namespace phidelity::quant {

namespace {

/// Groups whose magnitudes all stay below this are stored as zeros.
constexpr float kNothing = 1e-15F;

/// Round half to even. Adding 1.5 * 2^23 leaves the integer in the low bits; the limits keep it
/// there.
int nearest(float value) {
    const float limited = std::min(std::max(value, -4194303.0F), 4194303.0F);
    const auto bits = std::bit_cast<std::int32_t>(limited + 12582912.0F);
    return (bits & 0x007FFFFF) - 0x00400000;
}

int nearestWithin(float value, int low, int high) {
    return std::clamp(nearest(value), low, high);
}

float signedPeak(std::span<const float> x) {
    float peak = 0.0F;
    for (const float value : x) {
        if (std::fabs(value) > std::fabs(peak)) {
            peak = value;
        }
    }
    return peak;
}

enum class ErrorMeasure { Squared, Absolute };

/// How to search the scale and minimum of a group: candidate steps (first + 0.1 t + top) / range.
struct Search {
    int top;            ///< largest quant
    float first;        ///< see above
    int candidates;     ///< t = 0 .. candidates
    ErrorMeasure error; ///< decides between candidates
};

struct Fit {
    float scale;
    float min; ///< >= 0; the group is about scale * q - min
};

float errorOf(std::span<const float> x, std::span<const float> weights, std::span<const int> q,
              float scale, float offset, ErrorMeasure measure) {
    float sum = 0.0F;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float difference = scale * static_cast<float>(q[i]) + offset - x[i];
        sum += weights[i] * (measure == ErrorMeasure::Absolute ? std::fabs(difference)
                                                               : difference * difference);
    }
    return sum;
}

/// Finds x ~ scale * q - min with q in 0..top and min >= 0; leaves the best quants in `q`.
Fit fitScaleAndMin(std::span<const float> x, std::span<const float> weights, const Search& search,
                   std::span<int> q) {
    float low = x[0];
    float high = x[0];
    float sumW = 0.0F;
    float sumX = 0.0F;
    for (std::size_t i = 0; i < x.size(); ++i) {
        low = std::min(low, x[i]);
        high = std::max(high, x[i]);
        sumW += weights[i];
        sumX += weights[i] * x[i];
    }
    low = std::min(low, 0.0F);
    if (high == low) {
        std::fill(q.begin(), q.end(), 0);
        return {0.0F, -low};
    }

    std::array<int, 32> trial{};
    const std::span<int> candidate(trial.data(), x.size());
    float offset = low;
    const auto quantizeBy = [&](float step) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            candidate[i] = nearestWithin(step * (x[i] - offset), 0, search.top);
        }
    };

    const float firstStep = static_cast<float>(search.top) / (high - low);
    quantizeBy(firstStep);
    std::copy(candidate.begin(), candidate.end(), q.begin());
    float scale = 1.0F / firstStep;
    float best = errorOf(x, weights, q, scale, offset, search.error);

    // Each candidate starts from the best offset so far, as in the reference.
    for (int t = 0; t <= search.candidates; ++t) {
        quantizeBy((search.first + 0.1F * static_cast<float>(t) + static_cast<float>(search.top)) /
                   (high - offset));
        float sumL = 0.0F;
        float sumL2 = 0.0F;
        float sumXL = 0.0F;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto l = static_cast<float>(candidate[i]);
            sumL += weights[i] * l;
            sumL2 += weights[i] * l * l;
            sumXL += weights[i] * l * x[i];
        }
        const float determinant = sumW * sumL2 - sumL * sumL;
        if (determinant <= 0.0F) {
            continue;
        }
        float newScale = (sumW * sumXL - sumX * sumL) / determinant;
        float newOffset = (sumL2 * sumX - sumL * sumXL) / determinant;
        if (newOffset > 0.0F) {
            newOffset = 0.0F;
            newScale = sumXL / sumL2;
        }
        const float error = errorOf(x, weights, candidate, newScale, newOffset, search.error);
        if (error < best) {
            std::copy(candidate.begin(), candidate.end(), q.begin());
            best = error;
            scale = newScale;
            offset = newOffset;
        }
    }
    return {scale, -offset};
}

/// x ~ scale * q with q in -top..top-1, weight x^2, over the steps -(top + 0.1 t) / peak, t =
/// -9..9.
float fitScale(std::span<const float> x, int top) {
    const float peak = signedPeak(x);
    if (std::fabs(peak) < kNothing) {
        return 0.0F;
    }
    float scale = 0.0F;
    float best = 0.0F;
    const auto tryStep = [&](float step, bool first) {
        float sumXL = 0.0F;
        float sumL2 = 0.0F;
        for (const float value : x) {
            const auto l = static_cast<float>(nearestWithin(step * value, -top, top - 1));
            const float weight = value * value;
            sumXL += weight * value * l;
            sumL2 += weight * l * l;
        }
        if (sumL2 > 0.0F && (first || sumXL * sumXL > best * sumL2)) {
            scale = sumXL / sumL2;
            best = scale * sumXL;
        }
    };
    const auto wide = static_cast<float>(top);
    tryStep(-wide / peak, true);
    for (int t = -9; t <= 9; ++t) {
        if (t != 0) {
            tryStep(-(wide + 0.1F * static_cast<float>(t)) / peak, false);
        }
    }
    return scale;
}

/// x ~ scale * q with q in -4..3, weight x^2: quants are moved one by one while the fit improves.
float refineScaleQ3(std::span<const float> x, std::span<int> q) {
    constexpr int kTop = 4;
    const float peak = signedPeak(x);
    if (std::fabs(peak) < kNothing) {
        std::fill(q.begin(), q.end(), 0);
        return 0.0F;
    }
    const float step = -static_cast<float>(kTop) / peak;
    float sumXL = 0.0F;
    float sumL2 = 0.0F;
    for (std::size_t i = 0; i < x.size(); ++i) {
        q[i] = nearestWithin(step * x[i], -kTop, kTop - 1);
        const float weight = x[i] * x[i];
        const auto l = static_cast<float>(q[i]);
        sumXL += weight * x[i] * l;
        sumL2 += weight * l * l;
    }
    for (int pass = 0; pass < 5; ++pass) {
        bool changed = false;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float weight = x[i] * x[i];
            const auto old = static_cast<float>(q[i]);
            float withoutXL = sumXL - weight * x[i] * old;
            if (withoutXL <= 0.0F) {
                continue;
            }
            float withoutL2 = sumL2 - weight * old * old;
            const int moved = nearestWithin(x[i] * withoutL2 / withoutXL, -kTop, kTop - 1);
            if (moved == q[i]) {
                continue;
            }
            const auto l = static_cast<float>(moved);
            withoutXL += weight * x[i] * l;
            withoutL2 += weight * l * l;
            if (withoutL2 > 0.0F && withoutXL * withoutXL * sumL2 > sumXL * sumXL * withoutL2) {
                q[i] = moved;
                sumXL = withoutXL;
                sumL2 = withoutL2;
                changed = true;
            }
        }
        if (!changed) {
            break;
        }
    }
    return sumL2 > 0.0F ? sumXL / sumL2 : 0.0F;
}

/// Spreads two-bit quants as Q2_K and Q3_K store them: element e in bits 2*(e%128/32) of byte
/// 32*(e/128) + e%32.
void packTwoBits(std::span<const int> q, std::uint8_t* qs) {
    std::fill_n(qs, kSuper / 4, std::uint8_t{0});
    for (std::size_t e = 0; e < kSuper; ++e) {
        std::uint8_t& byte = qs[32 * (e / 128) + e % 32];
        byte = static_cast<std::uint8_t>(byte | (q[e] & 3) << (2 * (e % 128 / 32)));
    }
}

/// Spreads the low four bits as Q4_K and Q5_K store them.
void packFourBits(std::span<const int> q, std::uint8_t* qs) {
    std::fill_n(qs, kSuper / 2, std::uint8_t{0});
    for (std::size_t e = 0; e < kSuper; ++e) {
        const std::size_t sub = e / 32;
        std::uint8_t& byte = qs[32 * (sub / 2) + e % 32];
        byte = static_cast<std::uint8_t>(byte | (q[e] & 15) << (4 * (sub % 2)));
    }
}

/// Common part of Q4_K and Q5_K: scales into y[0..15], quants (0..search.top) into q.
void quantizeSubBlocks(const float* x, const Search& search, std::uint8_t* y, std::span<int> q) {
    constexpr std::size_t kGroup = 32;
    constexpr std::size_t kGroups = kSuper / kGroup;
    std::array<Fit, kGroups> fits{};
    float maxScale = 0.0F;
    float maxMin = 0.0F;
    for (std::size_t g = 0; g < kGroups; ++g) {
        const std::span<const float> group(x + g * kGroup, kGroup);
        float squares = 0.0F;
        for (const float value : group) {
            squares += value * value;
        }
        const float rms = std::sqrt(squares / static_cast<float>(kGroup));
        std::array<float, kGroup> weights{};
        for (std::size_t i = 0; i < kGroup; ++i) {
            weights[i] = rms + std::fabs(group[i]);
        }
        fits[g] = fitScaleAndMin(group, weights, search, q.subspan(g * kGroup, kGroup));
        maxScale = std::max(maxScale, fits[g].scale);
        maxMin = std::max(maxMin, fits[g].min);
    }

    const float toScale = maxScale > 0.0F ? 63.0F / maxScale : 0.0F;
    const float toMin = maxMin > 0.0F ? 63.0F / maxMin : 0.0F;
    std::fill_n(y + 4, 12, std::uint8_t{0});
    for (std::size_t g = 0; g < kGroups; ++g) {
        const auto scale = nearestWithin(toScale * fits[g].scale, 0, 63);
        const auto min = nearestWithin(toMin * fits[g].min, 0, 63);
        storeScaleMin(y + 4, g, {static_cast<std::uint8_t>(scale), static_cast<std::uint8_t>(min)});
    }
    const float d = storeHalf(y, maxScale / 63.0F);
    const float dmin = storeHalf(y + 2, maxMin / 63.0F);
    for (std::size_t g = 0; g < kGroups; ++g) {
        const auto [scale, min] = loadScaleMin(y + 4, g);
        const float step = d * static_cast<float>(scale);
        if (step == 0.0F) {
            continue;
        }
        const float offset = dmin * static_cast<float>(min);
        for (std::size_t e = g * kGroup; e < (g + 1) * kGroup; ++e) {
            q[e] = nearestWithin((x[e] + offset) / step, 0, search.top);
        }
    }
}

} // namespace

void quantizeQ2K(const float* x, std::uint8_t* y) {
    constexpr std::size_t kGroup = 16;
    constexpr std::size_t kGroups = kSuper / kGroup;
    constexpr Search kSearch{3, -0.5F, 15, ErrorMeasure::Absolute};
    std::array<int, kSuper> q{};
    std::array<Fit, kGroups> fits{};
    float maxScale = 0.0F;
    float maxMin = 0.0F;
    for (std::size_t g = 0; g < kGroups; ++g) {
        const std::span<const float> group(x + g * kGroup, kGroup);
        std::array<float, kGroup> weights{};
        for (std::size_t i = 0; i < kGroup; ++i) {
            weights[i] = std::fabs(group[i]);
        }
        fits[g] = fitScaleAndMin(group, weights, kSearch, std::span(q).subspan(g * kGroup, kGroup));
        maxScale = std::max(maxScale, fits[g].scale);
        maxMin = std::max(maxMin, fits[g].min);
    }
    const float toScale = maxScale > 0.0F ? 15.0F / maxScale : 0.0F;
    const float toMin = maxMin > 0.0F ? 15.0F / maxMin : 0.0F;
    const float d = storeHalf(y + 80, maxScale / 15.0F);
    const float dmin = storeHalf(y + 82, maxMin / 15.0F);
    for (std::size_t g = 0; g < kGroups; ++g) {
        const int scale = nearestWithin(toScale * fits[g].scale, 0, 15);
        const int min = nearestWithin(toMin * fits[g].min, 0, 15);
        y[g] = static_cast<std::uint8_t>(scale | min << 4);
        const float step = d * static_cast<float>(scale);
        if (step == 0.0F) {
            continue;
        }
        const float offset = dmin * static_cast<float>(min);
        for (std::size_t e = g * kGroup; e < (g + 1) * kGroup; ++e) {
            q[e] = nearestWithin((x[e] + offset) / step, 0, 3);
        }
    }
    packTwoBits(q, y + 16);
}

void quantizeQ3K(const float* x, std::uint8_t* y) {
    constexpr std::size_t kGroup = 16;
    constexpr std::size_t kGroups = kSuper / kGroup;
    std::array<int, kSuper> q{};
    std::array<float, kGroups> scales{};
    for (std::size_t g = 0; g < kGroups; ++g) {
        scales[g] = refineScaleQ3(std::span(x + g * kGroup, kGroup),
                                  std::span(q).subspan(g * kGroup, kGroup));
    }
    const float peak = signedPeak(scales);
    const float toScale = peak != 0.0F ? -32.0F / peak : 0.0F;
    std::fill_n(y + 96, 12, std::uint8_t{0});
    const float d = storeHalf(y + 108, peak != 0.0F ? 1.0F / toScale : 0.0F);
    for (std::size_t g = 0; g < kGroups; ++g) {
        // With no scale at all the field stays zero, as the reference leaves it.
        const int scale = peak != 0.0F ? nearestWithin(toScale * scales[g], -32, 31) : -32;
        storeScaleQ3(y + 96, g, static_cast<unsigned>(scale + 32));
        const float step = d * static_cast<float>(scale);
        if (step == 0.0F) {
            continue;
        }
        for (std::size_t e = g * kGroup; e < (g + 1) * kGroup; ++e) {
            q[e] = nearestWithin(x[e] / step, -4, 3);
        }
    }
    std::fill_n(y, 32, std::uint8_t{0});
    for (std::size_t e = 0; e < kSuper; ++e) {
        q[e] += 4;
        y[e % 32] = static_cast<std::uint8_t>(y[e % 32] | (q[e] >> 2) << (e / 32));
    }
    packTwoBits(q, y + 32);
}

void quantizeQ4K(const float* x, std::uint8_t* y) {
    std::array<int, kSuper> q{};
    quantizeSubBlocks(x, {15, -1.0F, 20, ErrorMeasure::Squared}, y, q);
    packFourBits(q, y + 16);
}

void quantizeQ5K(const float* x, std::uint8_t* y) {
    std::array<int, kSuper> q{};
    quantizeSubBlocks(x, {31, -0.5F, 15, ErrorMeasure::Squared}, y, q);
    packFourBits(q, y + 48);
    std::fill_n(y + 16, 32, std::uint8_t{0});
    for (std::size_t e = 0; e < kSuper; ++e) {
        y[16 + e % 32] = static_cast<std::uint8_t>(y[16 + e % 32] | (q[e] >> 4) << (e / 32));
    }
}

void quantizeQ6K(const float* x, std::uint8_t* y) {
    constexpr std::size_t kGroup = 16;
    constexpr std::size_t kGroups = kSuper / kGroup;
    std::array<float, kGroups> scales{};
    for (std::size_t g = 0; g < kGroups; ++g) {
        scales[g] = fitScale(std::span(x + g * kGroup, kGroup), 32);
    }
    const float peak = signedPeak(scales);
    std::fill_n(y, blockLayout(TensorType::Q6_K).bytes, std::uint8_t{0});
    if (std::fabs(peak) < kNothing) {
        return;
    }
    const float toScale = -128.0F / peak;
    const float d = storeHalf(y + 208, 1.0F / toScale);
    for (std::size_t g = 0; g < kGroups; ++g) {
        const int scale = nearestWithin(toScale * scales[g], -128, 127);
        y[192 + g] = static_cast<std::uint8_t>(scale);
        const float step = d * static_cast<float>(scale);
        for (std::size_t e = g * kGroup; e < (g + 1) * kGroup; ++e) {
            const int q = step != 0.0F ? nearestWithin(x[e] / step, -32, 31) + 32 : 32;
            const std::size_t half = e / 128;
            const std::size_t k = e % 128 / 32;
            const std::size_t l = e % 32;
            std::uint8_t& low = y[64 * half + l + 32 * (k & 1)];
            low = static_cast<std::uint8_t>(low | (q & 15) << (4 * (k >> 1)));
            std::uint8_t& high = y[128 + 32 * half + l];
            high = static_cast<std::uint8_t>(high | (q >> 4) << (2 * k));
        }
    }
}

} // namespace phidelity::quant
