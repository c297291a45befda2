// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/recorder.h"

#include <algorithm>

#include "inference/backend/cuda/device/blocks.h"

namespace phidelity::cuda {
namespace {

Output outputOf(Epilogue epilogue) {
    switch (epilogue) {
    case Epilogue::Store:
        return Output::Store;
    case Epilogue::Gelu:
        return Output::Gelu;
    case Epilogue::RotateQuery:
        return Output::RotateQuery;
    case Epilogue::RotateToKeys:
        return Output::RotateToKeys;
    case Epilogue::ToValues:
        return Output::ToValues;
    }
    return Output::Store;
}

std::uint32_t ceiling(std::uint32_t a, std::uint32_t b) {
    return (a + b - 1) / b;
}

} // namespace

std::uint32_t DeviceMatrix::supers() const {
    return ceiling(columns, kTileColumns);
}

std::uint32_t DeviceMatrix::groups() const {
    return ceiling(rows, kTileRows);
}

NormView Recorder::view(const Norm& norm, std::uint32_t width) const {
    return {m_memory.vector(norm.weight), m_memory.vector(norm.bias), norm.epsilon, width};
}

Recorder::Piece Recorder::piece(const Linear& linear, Output output, float* out,
                                std::uint32_t outStride) const {
    const DeviceMatrix& weights = matrix(linear.weight);
    Piece made{&weights, {}};
    made.part.weights = weights.tiles.as<Word>();
    made.part.bias = m_memory.vector(linear.bias);
    made.part.out = out;
    made.part.outStride = outStride;
    made.part.groups = weights.groups();
    made.part.outputs = weights.rows;
    made.part.output = output;
    return made;
}

void Recorder::embed(Activation x, MatrixId table) {
    const DeviceMatrix& weights = matrix(table);
    Launch launch;
    launch.table = EmbedTable{weights.tiles.as<Word>(), m_memory.rows(x), x.width,
                              weights.supers(),         x.width,          m_memory.step()};
    launch.type = weights.type;
    launch.blocksX = m_rows;
    m_launches.push_back(launch);
}

void Recorder::project(Activation x, const Norm& norm, std::span<const Part> parts,
                       std::uint32_t layer) {
    std::vector<Piece> pieces;
    for (const Part& part : parts) {
        const bool isKey = part.epilogue == Epilogue::RotateToKeys;
        const std::uint32_t outputs = matrix(part.linear.weight).rows;
        float* out = isKey                                 ? m_memory.rawKeys()
                     : part.epilogue == Epilogue::ToValues ? nullptr
                                                           : m_memory.rows(part.out);
        pieces.push_back(piece(part.linear, outputOf(part.epilogue), out,
                               isKey || out == nullptr ? outputs : part.out.width));
        if (isKey || part.epilogue == Epilogue::RotateQuery) {
            pieces.back().part.counters = m_memory.headCounters(part.epilogue);
        }
    }
    // What is of one type goes into one launch.
    while (!pieces.empty()) {
        const DeviceMatrix& first = *pieces.front().matrix;
        const auto others = std::ranges::stable_partition(pieces, [&](const Piece& one) {
            return one.matrix->type == first.type && one.matrix->columns == first.columns;
        });
        const auto count = std::min<std::size_t>(kMostParts, pieces.size() - others.size());
        addProduct(m_launches.size(), std::span(pieces).first(count), {x, &norm, false, m_rows},
                   layer, Lane::Main);
        pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(count));
    }
}

void Recorder::attend(Activation context, Activation query, std::uint32_t layer) {
    AttendTable table;
    table.query = m_memory.rows(query);
    table.queryStride = query.width;
    table.context = m_memory.rows(context);
    table.contextStride = context.width;
    table.splits = m_splits;
    table.partials = m_memory.partials();
    table.counters = m_memory.attendCounters();
    table.step = m_memory.step();
    table.cache = m_memory.cache(layer);
    Launch launch;
    launch.table = table;
    launch.blocksX = m_memory.attention().heads * m_splits;
    launch.blocksY = m_rows;
    m_attendAt = m_launches.size();
    m_context = context;
    m_launches.push_back(launch);
}

/// What does not wait for attention runs beside it, on the side lane.
void Recorder::merge(Activation x, std::span<const Term> terms) {
    const auto waits = [this](const Term& term) { return term.input == m_context; };
    // Something on the main lane must come behind it, where the lanes join.
    const bool canBeBeside = m_attendAt && std::ranges::any_of(terms, waits);
    Lane later = Lane::Main;
    for (const bool beside : {true, false}) {
        for (const Term& term : terms) {
            if (beside != (canBeBeside && !waits(term))) {
                continue;
            }
            const Piece one = piece(term.linear, Output::AddToResidual, m_memory.rows(x), x.width);
            const Input input{term.input, nullptr, false, m_rows};
            if (beside) {
                const std::size_t before = m_launches.size();
                addProduct(*m_attendAt, std::span(&one, 1), input, 0, Lane::Side);
                *m_attendAt += m_launches.size() - before;
                later = Lane::Join;
            } else {
                addProduct(m_launches.size(), std::span(&one, 1), input, 0, later);
                later = Lane::Main;
            }
        }
    }
    m_attendAt.reset();
}

void Recorder::head(Activation x, const Norm& norm, const Linear& linear) {
    if (m_logitRows == 0) {
        return;
    }
    const Piece one = piece(linear, Output::Store, m_memory.logits(), matrix(linear.weight).rows);
    addProduct(m_launches.size(), std::span(&one, 1), {x, &norm, true, m_logitRows}, 0, Lane::Main);
}

void Recorder::addProduct(std::size_t place, std::span<const Piece> pieces, const Input& input,
                          std::uint32_t layer, Lane lane) {
    const DeviceMatrix& weights = *pieces.front().matrix;
    const auto insert = [&](const Launch& launch) {
        m_launches.insert(m_launches.begin() + static_cast<std::ptrdiff_t>(place), launch);
        ++place;
    };
    const auto fillParts = [&](auto& table, auto blocksOf) {
        std::uint32_t blocks = 0;
        for (const Piece& one : pieces) {
            PartView& part = table.parts[table.partCount++];
            part = one.part;
            part.firstBlock = blocks;
            blocks += blocksOf(part);
        }
        table.rows = input.rows;
        table.supers = weights.supers();
        table.step = m_memory.step();
        table.cache = m_memory.cache(layer);
        return blocks;
    };
    Launch launch;
    launch.type = weights.type;
    launch.lane = lane;
    if (input.rows <= kFewRows) {
        ProductTable table;
        launch.blocksX = fillParts(table, [](const PartView& part) {
            return ceiling(part.groups, groupsOfBlock(part.groups));
        });
        table.columns = weights.columns;
        table.input = m_memory.rows(input.from);
        table.inputStride = input.from.width;
        table.gathers = input.gathers ? 1 : 0;
        if (input.norm != nullptr) {
            table.norm = view(*input.norm, input.from.width);
        }
        launch.table = table;
        insert(launch);
        return;
    }
    const std::uint32_t which = lane == Lane::Side ? 1 : 0;
    HalveTable halve;
    halve.input = m_memory.rows(input.from);
    halve.inputStride = input.from.width;
    halve.gathers = input.gathers ? 1 : 0;
    if (input.norm != nullptr) {
        halve.norm = view(*input.norm, input.from.width);
    }
    halve.norm.width = input.from.width;
    halve.out = m_memory.halves(which);
    halve.outStride = weights.supers() * kTileColumns / 2;
    halve.scales = m_memory.scales(which);
    halve.step = m_memory.step();
    Launch halved;
    halved.table = halve;
    halved.blocksX = input.rows;
    halved.lane = lane;
    insert(halved);
    ManyTable table;
    launch.blocksX =
        fillParts(table, [](const PartView& part) { return ceiling(part.outputs, kManyOutputs); });
    launch.blocksY = ceiling(input.rows, kManyRows);
    table.input = halve.out;
    table.inputStride = halve.outStride;
    table.scales = halve.scales;
    launch.table = table;
    launch.lane = lane == Lane::Join ? Lane::Main : lane;
    insert(launch);
}

} // namespace phidelity::cuda
