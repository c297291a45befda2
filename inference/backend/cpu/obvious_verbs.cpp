// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/obvious_verbs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace phidelity {
namespace {

/// gelu(x) = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))  (Hendrycks, Gimpel 2016, section 2)
double gelu(double x) {
    const double inner = std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1.0 + std::tanh(inner));
}

} // namespace

Result<MatrixId> ObviousBackend::addMatrix(const TensorView& weights, MatrixUse) {
    m_matrices.push_back(weights);
    countWeights(weights.bytes());
    return static_cast<MatrixId>(m_matrices.size() - 1);
}

void ObviousBackend::embed(Activation x, MatrixId table) {
    for (std::size_t r = 0; r < rows(); ++r) {
        const TensorView token = weights(table).slice(step().rows[r].token, 1);
        dequantizeRow(token.type, token.data, row(x, r));
    }
}

void ObviousBackend::project(Activation x, const Norm& norm, std::span<const Part> parts,
                             std::uint32_t layer) {
    std::vector<float> h;
    for (std::size_t r = 0; r < rows(); ++r) {
        const std::vector<float> one = normalised(norm, row(x, r));
        h.insert(h.end(), one.begin(), one.end());
    }
    for (const Part& part : parts) {
        std::vector<float> y = product(part.linear, h);
        const std::size_t outputs = y.size() / rows();
        for (std::size_t r = 0; r < rows(); ++r) {
            finish(part, r, layer, std::span(y).subspan(r * outputs, outputs));
        }
    }
}

void ObviousBackend::attend(Activation context, Activation query, std::uint32_t layer) {
    const std::uint32_t size = attention().headSize;
    for (std::size_t r = 0; r < rows(); ++r) {
        const StepRow& place = step().rows[r];
        for (std::uint32_t head = 0; head < attention().heads; ++head) {
            const std::span<const float> q = row(query, r).subspan(std::size_t{head} * size, size);
            const std::span<float> out = row(context, r).subspan(std::size_t{head} * size, size);

            std::vector<double> weight(place.position + 1);
            for (std::uint32_t p = 0; p <= place.position; ++p) {
                const std::span<const float> k = keyAt(place, p, layer, head);
                for (std::uint32_t i = 0; i < size; ++i) {
                    weight[p] += double{q[i]} * double{k[i]};
                }
            }

            // softmax: subtracting the largest score changes nothing but keeps exp in range
            const double largest = *std::ranges::max_element(weight);
            double sum = 0;
            for (double& w : weight) {
                w = std::exp(w - largest);
                sum += w;
            }

            std::vector<double> mixed(size);
            for (std::uint32_t p = 0; p <= place.position; ++p) {
                const std::span<const float> v = valueAt(place, p, layer, head);
                for (std::uint32_t i = 0; i < size; ++i) {
                    mixed[i] += weight[p] / sum * double{v[i]};
                }
            }
            std::ranges::transform(mixed, out.begin(),
                                   [](double value) { return static_cast<float>(value); });
        }
    }
}

void ObviousBackend::merge(Activation x, std::span<const Term> terms) {
    const std::span<float> sum(matrix(x), rows() * x.width);
    for (const Term& term : terms) {
        const std::vector<float> y =
            product(term.linear, {matrix(term.input), rows() * term.input.width});
        std::ranges::transform(y, sum, sum.begin(), std::plus<>());
    }
}

void ObviousBackend::head(Activation x, const Norm& norm, const Linear& linear) {
    std::vector<float> h;
    for (const std::uint32_t r : step().logitRows) {
        const std::vector<float> one = normalised(norm, row(x, r));
        h.insert(h.end(), one.begin(), one.end());
    }
    if (const std::span<float> out = takeLogits(weights(linear.weight).rows); !out.empty()) {
        std::ranges::copy(product(linear, h), out.begin());
    }
}

std::span<float> ObviousBackend::keyAt(const StepRow& row, std::uint32_t position,
                                       std::uint32_t layer, std::uint32_t head) {
    const std::uint32_t size = attention().headSize;
    float* all = keys<float>(page(row, position), layer, head);
    return {all + std::size_t{position % kPageTokens} * size, size};
}

std::span<float> ObviousBackend::valueAt(const StepRow& row, std::uint32_t position,
                                         std::uint32_t layer, std::uint32_t head) {
    const std::uint32_t size = attention().headSize;
    float* all = values<float>(page(row, position), layer, head);
    return {all + std::size_t{position % kPageTokens} * size, size};
}

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, population variance
std::vector<float> ObviousBackend::normalised(const Norm& norm, std::span<const float> x) const {
    const auto width = static_cast<double>(x.size());
    double mean = 0;
    for (const float value : x) {
        mean += value / width;
    }
    double variance = 0;
    for (const float value : x) {
        variance += (value - mean) * (value - mean) / width;
    }
    const std::span<const float> weight = vector(norm.weight);
    const std::span<const float> bias = vector(norm.bias);
    std::vector<float> h(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double standard = (x[i] - mean) / std::sqrt(variance + norm.epsilon);
        h[i] = static_cast<float>(standard * weight[i] + bias[i]);
    }
    return h;
}

/// W h + b for every row of h: (n, inputs) to (n, outputs)
std::vector<float> ObviousBackend::product(const Linear& linear, std::span<const float> h) const {
    const TensorView& w = weights(linear.weight);
    const std::span<const float> bias = vector(linear.bias);
    const std::size_t count = h.size() / w.columns;
    std::vector<float> y(count * w.rows);
    std::vector<float> weightRow(w.columns);
    for (std::size_t output = 0; output < w.rows; ++output) {
        dequantizeRow(w.type, w.slice(output, 1).data, weightRow);
        for (std::size_t r = 0; r < count; ++r) {
            double sum = bias[output];
            for (std::size_t i = 0; i < w.columns; ++i) {
                sum += double{weightRow[i]} * double{h[r * w.columns + i]};
            }
            y[r * w.rows + output] = static_cast<float>(sum);
        }
    }
    return y;
}

/// Turns the pairs (i, i + rotary/2) of one head by position * theta^(-2i/rotary)  (Su et al. 2021,
/// section 3.2.2, with the halves paired as in GPT-NeoX)
void ObviousBackend::rotate(std::span<float> head, std::uint32_t position) const {
    const std::uint32_t half = attention().rotary / 2;
    for (std::uint32_t i = 0; i < half; ++i) {
        const double frequency =
            std::pow(double{attention().ropeTheta}, -2.0 * i / attention().rotary);
        const double cosine = std::cos(position * frequency);
        const double sine = std::sin(position * frequency);
        const double a = head[i];
        const double b = head[i + half];
        head[i] = static_cast<float>(a * cosine - b * sine);
        head[i + half] = static_cast<float>(a * sine + b * cosine);
    }
}

/// What Epilogue asks for, for the product `y` of one row.
void ObviousBackend::finish(const Part& part, std::size_t r, std::uint32_t layer,
                            std::span<float> y) {
    const StepRow& place = step().rows[r];
    const std::uint32_t size = attention().headSize;
    const bool rotates =
        part.epilogue == Epilogue::RotateQuery || part.epilogue == Epilogue::RotateToKeys;
    if (rotates) {
        for (std::uint32_t head = 0; head < attention().heads; ++head) {
            rotate(y.subspan(std::size_t{head} * size, size), place.position);
        }
    }
    switch (part.epilogue) {
    case Epilogue::Store:
        std::ranges::copy(y, row(part.out, r).begin());
        break;
    case Epilogue::Gelu:
        std::ranges::transform(y, row(part.out, r).begin(),
                               [](float value) { return static_cast<float>(gelu(value)); });
        break;
    case Epilogue::RotateQuery:
        std::ranges::transform(y, row(part.out, r).begin(), [size](float value) {
            return static_cast<float>(value / std::sqrt(static_cast<double>(size)));
        });
        break;
    case Epilogue::RotateToKeys:
    case Epilogue::ToValues:
        for (std::uint32_t head = 0; head < attention().heads; ++head) {
            const std::span<float> cached = part.epilogue == Epilogue::RotateToKeys
                                                ? keyAt(place, place.position, layer, head)
                                                : valueAt(place, place.position, layer, head);
            std::ranges::copy(y.subspan(std::size_t{head} * size, size), cached.begin());
        }
        break;
    }
}

} // namespace phidelity
