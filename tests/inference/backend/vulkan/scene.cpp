// SPDX-License-Identifier: MIT
#include "scene.h"

#include <QtGlobal>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "inference/backend/choose.h"

namespace phidelity::test {
namespace {

template <class T>
T valueOf(Result<T> result) {
    if (!result) {
        qFatal("%s", result.error().detail.c_str());
    }
    return std::move(*result);
}

std::span<float> floatsOf(RandomMatrix& matrix) {
    return {reinterpret_cast<float*>(matrix.bytes.data()), matrix.bytes.size() / sizeof(float)};
}

} // namespace

Scene::Scene(std::unique_ptr<Backend> backend, const AttentionShape& shape, std::uint32_t pages)
    : m_backend(std::move(backend)) {
    if (const auto made = m_backend->createCache(shape, pages); !made) {
        qFatal("%s", made.error().detail.c_str());
    }
}

MatrixId Scene::matrix(TensorType type, std::uint32_t outputs, std::uint32_t inputs,
                       MatrixUse use) {
    m_matrices.push_back(std::make_unique<RandomMatrix>(type, outputs, inputs, m_seed++));
    if (type == TensorType::F32) {
        const float factor = 1 / std::sqrt(static_cast<float>(inputs));
        for (float& value : floatsOf(*m_matrices.back())) {
            value *= factor;
        }
    }
    return valueOf(m_backend->addMatrix(m_matrices.back()->view(), use));
}

Linear Scene::linear(TensorType type, std::uint32_t outputs, std::uint32_t inputs) {
    const MatrixId weight = matrix(type, outputs, inputs);
    return {weight, vector(randomFloats(outputs, m_seed++))};
}

Linear Scene::scaled(std::uint32_t size, float factor) {
    m_matrices.push_back(std::make_unique<RandomMatrix>(TensorType::F32, size, size, 0));
    const std::span<float> values = floatsOf(*m_matrices.back());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = i % (size + 1) == 0 ? factor : 0;
    }
    return {valueOf(m_backend->addMatrix(m_matrices.back()->view(), MatrixUse::Product)),
            vector(std::vector<float>(size))};
}

MatrixId Scene::zeros(std::uint32_t rows, std::uint32_t width) {
    m_matrices.push_back(std::make_unique<RandomMatrix>(TensorType::F32, rows, width, 0));
    std::ranges::fill(m_matrices.back()->bytes, std::byte{0});
    return valueOf(m_backend->addMatrix(m_matrices.back()->view(), MatrixUse::Table));
}

Norm Scene::norm(std::uint32_t width) {
    Norm result;
    result.weight = vector(randomFloats(width, m_seed++));
    result.bias = vector(randomFloats(width, m_seed++));
    return result;
}

Activation Scene::activation(std::uint32_t width) {
    return valueOf(m_backend->addActivation(width));
}

VectorId Scene::vector(const std::vector<float>& values) {
    return valueOf(m_backend->addVector(
        {TensorType::F32, reinterpret_cast<const std::byte*>(values.data()), 1, values.size()}));
}

std::vector<float> Scene::step(const std::vector<SceneRows>& sequences, std::uint32_t vocabulary,
                               const std::vector<std::uint32_t>& wanted,
                               const std::function<void(Backend&)>& verbs) {
    std::mt19937 random(m_seed++);
    std::vector<StepRow> rows;
    std::vector<std::span<const PageId>> pages;
    for (const SceneRows& sequence : sequences) {
        const auto index = static_cast<std::uint32_t>(pages.size());
        pages.emplace_back(sequence.pages);
        for (std::uint32_t row = 0; row < sequence.count; ++row) {
            rows.push_back(
                {static_cast<TokenId>(random() % vocabulary), sequence.first + row, index});
        }
    }
    if (const auto begun = m_backend->begin({rows, pages, wanted}); !begun) {
        qFatal("%s", begun.error().detail.c_str());
    }
    verbs(*m_backend);
    const std::span<const float> logits = valueOf(m_backend->submit());
    return {logits.begin(), logits.end()};
}

Scene obviousScene(const AttentionShape& shape, std::uint32_t pages) {
    return {valueOf(createBackend("cpu:obvious")), shape, pages};
}

std::vector<std::uint32_t> allRows(std::uint32_t count) {
    std::vector<std::uint32_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

double worstError(const std::vector<float>& found, const std::vector<float>& expected) {
    if (found.size() != expected.size() || expected.empty()) {
        return INFINITY;
    }
    double worst = 0;
    double square = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double difference = std::abs(double{found[i]} - double{expected[i]});
        worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
        square += double{expected[i]} * double{expected[i]};
    }
    return worst / std::sqrt(square / static_cast<double>(expected.size()));
}

} // namespace phidelity::test
