// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/recording.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace phidelity::vulkan {
namespace {

std::uint32_t typeId(const DeviceMatrix& matrix) {
    return static_cast<std::uint32_t>(matrix.shape.type);
}

/// Of a slice as the shader counts: the word where group 0 of the matrix would stand. May wrap; the
/// shader adds modulo 2^32 as well.
std::uint32_t origin(const DeviceMatrix& matrix, const WeightSlice& slice) {
    return slice.firstWord -
           static_cast<std::uint32_t>(slice.firstGroup * matrix.shape.groupWords());
}

std::uint32_t epilogueId(Epilogue epilogue) {
    switch (epilogue) {
    case Epilogue::Store:
        return kStore;
    case Epilogue::Gelu:
        return kGelu;
    case Epilogue::RotateQuery:
        return kRotateQuery;
    case Epilogue::RotateToKeys:
        return kRotateToKeys;
    case Epilogue::ToValues:
        return kToValues;
    }
    return kStore;
}

/// Whether an op begins with a norm of `x`.
bool readsNormOf(const StepOp* op, Activation x) {
    return op != nullptr && op->x == x &&
           (op->verb == StepOp::Verb::Project || op->verb == StepOp::Verb::Head);
}

} // namespace

Result<void> Recorder::record() {
    const std::vector<StepOp>& ops = m_recording.ops;
    for (std::size_t index = 0; index < ops.size(); ++index) {
        const StepOp& op = ops[index];
        const StepOp* next = index + 1 < ops.size() ? &ops[index + 1] : nullptr;
        const std::size_t before = m_dispatches.size();
        switch (op.verb) {
        case StepOp::Verb::Embed:
            embed(op, next);
            break;
        case StepOp::Verb::Project:
            project(op);
            break;
        case StepOp::Verb::Attend:
            attend(op);
            break;
        case StepOp::Verb::Merge:
            merge(op, next);
            break;
        case StepOp::Verb::Head:
            head(op);
            break;
        case StepOp::Verb::Receive:
            copyRows(op, Work::Receive);
            break;
        case StepOp::Verb::HandOver:
            copyRows(op, Work::HandOver);
            break;
        }
        if (op.verb == StepOp::Verb::Project || op.verb == StepOp::Verb::Attend ||
            op.verb == StepOp::Verb::Merge) {
            countLayerWork(before);
        }
        m_recording.counts.layers += op.verb == StepOp::Verb::Attend ? 1 : 0;
    }
    PHIDELITY_CHECK(writeSlots());
    return writeCommands();
}

void Recorder::countLayerWork(std::size_t firstDispatch) {
    for (const Dispatch& dispatch : std::span(m_dispatches).subspan(firstDispatch)) {
        ++m_recording.counts.dispatches;
        m_recording.counts.barriers += dispatch.barrierBefore ? 1 : 0;
    }
}

template <class Table>
std::uint32_t Recorder::slot(const Table& table) {
    const std::size_t at = m_slots.size();
    m_slots.resize(at + kSlotUints);
    std::memcpy(m_slots.data() + at, &table, sizeof table);
    return static_cast<std::uint32_t>(at / kSlotUints);
}

void Recorder::add(Dispatch dispatch) {
    dispatch.barrierBefore = m_barrier;
    dispatch.startsSegment = m_segment;
    m_barrier = false;
    m_segment = false;
    m_dispatches.push_back(std::move(dispatch));
}

ProductTable Recorder::productTable(std::uint32_t rows) const {
    ProductTable table{};
    table.rows = rows;
    table.normWeight = kNone;
    table.counter = kSlots;
    return table;
}

ProductKernel Recorder::kernel(ProductShape shape, const DeviceMatrix& first,
                               const DeviceMatrix* second) const {
    shape.typeA = typeId(first);
    shape.superA = first.shape.superBlocks();
    if (second != nullptr) {
        shape.typeB = typeId(*second);
        shape.superB = second->shape.superBlocks();
    }
    return m_keys.product(shape);
}

void Recorder::addProduct(ProductTable table, const ProductKernel& kernel, Dispatch dispatch) {
    table.workgroups = dispatch.x;
    dispatch.key = kernel.key;
    dispatch.slot = slot(table);
    dispatch.y = (table.rows + kernel.rows - 1) / kernel.rows;
    add(std::move(dispatch));
}

void Recorder::embed(const StepOp& op, const StepOp* next) {
    const DeviceMatrix& table = matrix(op.table);
    const Place place = m_sources.memory.place(op.x);
    barrier();
    for (const WeightSlice& slice : table.slices) {
        EmbedTable entry{};
        entry.weights = slice.firstWord;
        entry.firstRow = slice.firstGroup * kGroupRows;
        entry.endRow = std::min(table.shape.rows, (slice.firstGroup + slice.groups) * kGroupRows);
        entry.outAt = place.at;
        entry.outStride = place.stride;
        entry.width = op.x.width;
        entry.normWeight = kNone;
        if (readsNormOf(next, op.x)) {
            const Place normed = m_sources.memory.normed();
            entry.normWeight = m_sources.memory.vectorAt(next->norm.weight);
            entry.normBias = m_sources.memory.vectorAt(next->norm.bias);
            entry.normEpsilon = std::bit_cast<std::uint32_t>(next->norm.epsilon);
            entry.normOut = normed.at;
            entry.normStride = normed.stride;
        }
        Dispatch dispatch;
        dispatch.key = m_keys.embed(table.shape.type);
        dispatch.slot = slot(entry);
        dispatch.blockA = slice.block;
        dispatch.x = m_recording.shape.rows;
        add(std::move(dispatch));
    }
    m_normed = readsNormOf(next, op.x);
}

/// Sees to it that the norm of op.x stands in normed().
void Recorder::norm(const StepOp& op) {
    barrier();
    if (!m_normed) {
        const Place from = m_sources.memory.place(op.x);
        const Place to = m_sources.memory.normed();
        NormTable entry{};
        entry.from = from.at;
        entry.fromStride = from.stride;
        entry.to = to.at;
        entry.toStride = to.stride;
        entry.width = op.x.width;
        entry.weight = m_sources.memory.vectorAt(op.norm.weight);
        entry.bias = m_sources.memory.vectorAt(op.norm.bias);
        entry.epsilon = std::bit_cast<std::uint32_t>(op.norm.epsilon);
        Dispatch dispatch;
        dispatch.key = m_keys.norm();
        dispatch.slot = slot(entry);
        dispatch.x = m_recording.shape.rows;
        add(std::move(dispatch));
        barrier();
    }
    m_normed = false;
}

void Recorder::project(const StepOp& op) {
    m_segment = true;
    norm(op);
    struct Piece {
        const Part* part;
        const DeviceMatrix* matrix;
        const WeightSlice* slice;
    };
    std::vector<Piece> pieces;
    for (std::uint32_t index = 0; index < op.count; ++index) {
        const DeviceMatrix& weights = matrix(op.parts[index].linear.weight);
        for (const WeightSlice& slice : weights.slices) {
            pieces.push_back({&op.parts[index], &weights, &slice});
        }
    }
    // What is of one type and lies in one block goes into one dispatch.
    const auto together = [](const Piece& a, const Piece& b) {
        return a.matrix->shape.type == b.matrix->shape.type && a.slice->block == b.slice->block;
    };
    while (!pieces.empty()) {
        const Piece first = pieces.front();
        ProductShape shape;
        shape.rows = m_recording.shape.rows;
        shape.outputs = Outputs::WholeHeads;
        for (const Piece& piece : pieces) {
            shape.groups += together(first, piece) ? piece.slice->groups : 0;
        }
        const ProductKernel chosen = kernel(shape, *first.matrix);
        ProductTable table = productTable(m_recording.shape.rows);
        const Place input = m_sources.memory.normed();
        table.inputA = input.at;
        table.strideA = input.stride;
        std::vector<Piece> later;
        std::uint32_t workgroups = 0;
        for (const Piece& piece : pieces) {
            if (table.partCount == kMostParts || !together(first, piece)) {
                later.push_back(piece);
                continue;
            }
            PartTable& part = table.parts[table.partCount++];
            part.weights = origin(*piece.matrix, *piece.slice);
            part.bias = m_sources.memory.vectorAt(piece.part->linear.bias);
            part.firstWorkgroup = workgroups;
            part.firstGroup = piece.slice->firstGroup;
            part.groups = piece.slice->firstGroup + piece.slice->groups;
            part.outputs = piece.matrix->shape.rows;
            part.epilogue = epilogueId(piece.part->epilogue);
            if (part.epilogue != kRotateToKeys && part.epilogue != kToValues) {
                const Place out = m_sources.memory.place(piece.part->out);
                part.outAt = out.at;
                part.outStride = out.stride;
            }
            workgroups += (piece.slice->groups + chosen.groups - 1) / chosen.groups;
        }
        Dispatch dispatch;
        dispatch.blockA = first.slice->block;
        dispatch.layer = op.layer;
        dispatch.x = workgroups;
        addProduct(table, chosen, dispatch);
        pieces = std::move(later);
    }
}

void Recorder::attend(const StepOp& op) {
    barrier();
    const AttentionShape& shape = m_sources.memory.attention();
    const StepShape& step = m_recording.shape;
    const Place query = m_sources.memory.place(op.query);
    const Place context = m_sources.memory.place(op.x);
    AttendTable table{};
    table.query = query.at;
    table.strideQuery = query.stride;
    table.context = context.at;
    table.strideContext = context.stride;
    table.heads = shape.heads;
    table.splits = step.splits;
    table.partials = m_sources.memory.partials();
    table.counter = kSlots + StepMemory::kMostRows;
    table.rows = step.rows;
    Dispatch dispatch;
    dispatch.key = m_keys.attend(step.attendRows);
    dispatch.slot = slot(table);
    dispatch.layer = op.layer;
    dispatch.x = shape.heads * step.splits;
    dispatch.y = (step.rows + step.attendRows - 1) / step.attendRows;
    add(std::move(dispatch));
}

void Recorder::merge(const StepOp& op, const StepOp* next) {
    barrier();
    const bool whole =
        std::ranges::all_of(std::span(op.terms).first(op.count), [this](const Term& term) {
            return matrix(term.linear.weight).slices.size() == 1;
        });
    if (op.count > 0 && op.count <= 2 && whole) {
        mergeTogether(op, next);
        return;
    }
    for (std::uint32_t index = 0; index < op.count; ++index) {
        barrier(); // all add to the same numbers
        mergeTerm(op, op.terms[index]);
    }
}

void Recorder::mergeTogether(const StepOp& op, const StepOp* next) {
    const DeviceMatrix& first = matrix(op.terms[0].linear.weight);
    const DeviceMatrix* second = op.count == 2 ? &matrix(op.terms[1].linear.weight) : nullptr;
    ProductShape shape;
    shape.rows = m_recording.shape.rows;
    shape.groups = first.shape.groups();
    shape.epilogue = kAddToResidual;
    const ProductKernel chosen = kernel(shape, first, second);
    const Place out = m_sources.memory.place(op.x);
    ProductTable table = productTable(m_recording.shape.rows);
    table.partCount = 1;
    PartTable& part = table.parts[0];
    part.weights = origin(first, first.slices[0]);
    part.bias = m_sources.memory.vectorAt(op.terms[0].linear.bias);
    part.groups = first.shape.groups();
    part.outputs = first.shape.rows;
    part.epilogue = kAddToResidual;
    part.outAt = out.at;
    part.outStride = out.stride;
    const Place inputA = m_sources.memory.place(op.terms[0].input);
    table.inputA = inputA.at;
    table.strideA = inputA.stride;
    Dispatch dispatch;
    dispatch.blockA = first.slices[0].block;
    dispatch.x = (first.shape.groups() + chosen.groups - 1) / chosen.groups;
    if (second != nullptr) {
        part.weightsB = origin(*second, second->slices[0]);
        part.biasB = m_sources.memory.vectorAt(op.terms[1].linear.bias);
        const Place inputB = m_sources.memory.place(op.terms[1].input);
        table.inputB = inputB.at;
        table.strideB = inputB.stride;
        dispatch.blockB = second->slices[0].block;
    }
    if (chosen.computesNorm && readsNormOf(next, op.x)) {
        const Place normed = m_sources.memory.normed();
        table.normWeight = m_sources.memory.vectorAt(next->norm.weight);
        table.normBias = m_sources.memory.vectorAt(next->norm.bias);
        table.normEpsilon = std::bit_cast<std::uint32_t>(next->norm.epsilon);
        table.normOut = normed.at;
        table.normStride = normed.stride;
        table.width = op.x.width;
        m_normed = true;
    }
    addProduct(table, chosen, dispatch);
}

void Recorder::mergeTerm(const StepOp& op, const Term& term) {
    ProductTable table = productTable(m_recording.shape.rows);
    const Place out = m_sources.memory.place(op.x);
    table.parts[0].epilogue = kAddToResidual;
    table.parts[0].outAt = out.at;
    table.parts[0].outStride = out.stride;
    addSlices(term.linear, m_sources.memory.place(term.input), table, {});
}

void Recorder::head(const StepOp& op) {
    m_segment = true;
    norm(op);
    const std::uint32_t outputs = matrix(op.linear.weight).shape.rows;
    ProductTable table = productTable(m_recording.shape.logitRows);
    table.gatherRows = 1;
    table.parts[0].epilogue = kToLogits;
    table.parts[0].outStride = outputs;
    Dispatch dispatch;
    dispatch.keepsLogits = m_recording.shape.top.count > 0;
    addSlices(op.linear, m_sources.memory.normed(), table, dispatch);
    if (m_recording.shape.top.count > 0) {
        pickTop(outputs);
    }
}

void Recorder::addSlices(const Linear& linear, const Place& input, ProductTable table,
                         Dispatch dispatch) {
    const DeviceMatrix& weights = matrix(linear.weight);
    ProductShape shape;
    shape.rows = table.rows;
    shape.groups = weights.shape.groups();
    shape.epilogue = table.parts[0].epilogue;
    const ProductKernel chosen = kernel(shape, weights);
    table.partCount = 1;
    table.inputA = input.at;
    table.strideA = input.stride;
    PartTable& part = table.parts[0];
    part.bias = m_sources.memory.vectorAt(linear.bias);
    part.outputs = weights.shape.rows;
    for (const WeightSlice& slice : weights.slices) {
        part.weights = origin(weights, slice);
        part.firstGroup = slice.firstGroup;
        part.groups = slice.firstGroup + slice.groups;
        dispatch.blockA = slice.block;
        dispatch.x = (slice.groups + chosen.groups - 1) / chosen.groups;
        addProduct(table, chosen, dispatch);
    }
}

void Recorder::pickTop(std::uint32_t outputs) {
    const StepShape& shape = m_recording.shape;
    const std::uint32_t keep = keptOf(shape.top.count);
    const std::uint32_t tile = kTopKeys - keep;
    TopTable table{};
    table.outputs = outputs;
    table.vocabulary = std::min(shape.top.vocabulary, outputs);
    table.groups = std::min({kMostTopGroups, kTopKeys / keep, (outputs + tile - 1) / tile});
    table.found = shape.logitRows * outputs;
    const std::uint32_t at = slot(table);
    for (const std::uint32_t pass : {0U, 1U}) {
        barrier();
        Dispatch dispatch;
        dispatch.key = m_keys.topCandidates(keep, pass);
        dispatch.slot = at;
        dispatch.x = pass == 0 ? table.groups : 1;
        dispatch.y = shape.logitRows;
        dispatch.keepsLogits = true;
        add(std::move(dispatch));
    }
}

void Recorder::copyRows(const StepOp& op, Work work) {
    barrier();
    Dispatch dispatch;
    dispatch.work = work;
    dispatch.copied = op.x;
    add(std::move(dispatch));
}

} // namespace phidelity::vulkan
