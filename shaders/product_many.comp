// SPDX-License-Identifier: MIT
// y = W a (+ V b) for the many rows of a prompt, on GPUs. A workgroup makes a tile of OUTPUTS outputs by
// TILE_ROWS rows: 32 columns at a time it decodes the weights of the tile into shared memory, once for all
// its rows, copies the inputs beside them, and multiplies the two. What the next 32 columns need is read
// meanwhile. Sums are F32 in registers (of lanes, or of matrix cores) to the end.
//
// Variants: F32 in shared memory; HALVES: F16 in shared memory; MATRIX_KHR, MATRIX_NV: F16 there, and a
// subgroup's matrix cores multiply. How F16 is kept from overflowing: see stagedWeight().
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#if defined(MATRIX_KHR) || defined(MATRIX_NV)
#define MATRIX
#define HALVES
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#endif
#ifdef MATRIX_KHR
#extension GL_KHR_cooperative_matrix : require
#endif
#ifdef MATRIX_NV
#extension GL_NV_cooperative_matrix : require
#endif
#ifdef HALVES
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#endif
#include "layouts.h"
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 128;
layout(constant_id = 1) const uint TYPE_A = 0;
layout(constant_id = 2) const uint TYPE_B = kNone; // kNone: there is no second term
layout(constant_id = 3) const uint SUPER_A = 1;    // super-blocks of a row of W
layout(constant_id = 4) const uint SUPER_B = 1;
layout(constant_id = 5) const uint OUTPUTS = 64; // a multiple of 16; whole heads where they are rotated
layout(constant_id = 6) const uint TILE_ROWS = 64;
layout(constant_id = 7) const uint HEAD_SIZE = 64;
layout(constant_id = 8) const uint ROTARY = 32;
#ifdef MATRIX
// LOCAL is SUBGROUPS subgroups; each takes TILE_ROWS / SUBGROUPS rows and all outputs, in matrices of
// MATRIX_M rows by MATRIX_N outputs, MATRIX_K columns at a time.
layout(constant_id = 9) const uint SUBGROUPS = 4;
layout(constant_id = 10) const uint MATRIX_M = 16;
layout(constant_id = 11) const uint MATRIX_N = 16;
layout(constant_id = 12) const uint MATRIX_K = 16;
const uint PASS_ROWS = MATRIX_M; // rows whose epilogue is made together
#else
// 16 lanes side by side take every 16th output; each lane sums every PASS_ROWS-th row.
const uint PASS_ROWS = LOCAL / 16;
#endif

const uint TILE_GROUPS = 1; // more suit software drivers, which do not run this
#include "weights.glsl"
DEFINE_TILE_READER(codesA, headA, scalesA, LOAD_A)
DEFINE_TILE_READER(codesB, headB, scalesB, LOAD_B)

struct Slot {
    ProductTable table;
    uint padding[kSlotUints - kProductUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

shared float finished[PASS_ROWS * OUTPUTS];
#include "epilogue.glsl"

const uint COLUMNS = 32;        // of a step of the tile: a chunk of a super-block
const uint QUADS = COLUMNS / 4; // four columns stand together

#ifdef HALVES
#define STAGED f16vec4
#else
#define STAGED vec4
#endif
// Quads from row to row. One more than there are, so that lanes which read neighbouring rows meet
// different banks; two for matrix cores, which want rows that begin at multiples of 16 bytes.
#ifdef MATRIX
const uint STRIDE = QUADS + 2;
#else
const uint STRIDE = QUADS + 1;
#endif

// GL_NV_cooperative_matrix loads only from arrays of scalars.
#ifdef MATRIX_NV
shared float16_t weightTile[OUTPUTS * STRIDE * 4];
shared float16_t inputTile[TILE_ROWS * STRIDE * 4];
#define STAGE(tile, at, value)                                                                     \
    {                                                                                              \
        const f16vec4 four = value;                                                                \
        tile[(at) * 4] = four.x;                                                                   \
        tile[(at) * 4 + 1] = four.y;                                                               \
        tile[(at) * 4 + 2] = four.z;                                                               \
        tile[(at) * 4 + 3] = four.w;                                                               \
    }
#else
shared STAGED weightTile[OUTPUTS * STRIDE];
shared STAGED inputTile[TILE_ROWS * STRIDE];
#define STAGE(tile, at, value) tile[at] = value;
#endif

// F16 ends at 65504 and loses digits below 2^-14. Weights of a model are far below 1 and its inputs are
// not: so weights are staged 16 times as large and inputs 16 times as small, which leaves products as they
// are. Then an input may reach 2^20. It never does: what is multiplied is the output of a LayerNorm, of
// norm sqrt(width) times its gain, or GELU or an average of sums of such an output, so that by
// Cauchy-Schwarz it is below sqrt(width) times the norm of a row of weights times gain: for Phi-2 about
// 50 * 130, and 2^20 only with rows of norm 20,000. The residual stream, which does grow, is never
// multiplied. Past the limits numbers are clamped: a sum that is wrong in one place, not NaN everywhere.
#ifdef HALVES
const float kRange = 16.0;
const float kMostHalf = 65504.0;
f16vec4 stagedWeight(vec4 w) { return f16vec4(clamp(w * kRange, -kMostHalf, kMostHalf)); }
f16vec4 stagedInput(vec4 x) { return f16vec4(clamp(x / kRange, -kMostHalf, kMostHalf)); }
#else
vec4 stagedWeight(vec4 w) { return w; }
vec4 stagedInput(vec4 x) { return x; }
#endif

/// What this lane carries to shared memory: eights of columns of weights, quads of inputs.
const uint WEIGHT_ITEMS = (OUTPUTS * (COLUMNS / 8) + LOCAL - 1) / LOCAL;
const uint INPUT_ITEMS = TILE_ROWS * QUADS / LOCAL;
STAGED nextWeights[2 * WEIGHT_ITEMS];
STAGED nextInputs[INPUT_ITEMS];

uint workgroup; // along the outputs
uint firstRow;  // of the tile

/// Reads what the tile needs of chunk `chunk` of the rows. Neighbouring lanes read neighbouring eights
/// of the same row of weights, then of the next: 16-byte words side by side, in any packing.
#define DEFINE_FETCH(NAME, TYPE, SUPERS, CODES, HEAD, SCALES)                                      \
    void NAME(uint weights, uint firstGroup, uint groups, uint input_, uint stride, uint chunk) {  \
        const uint s = chunk / 8;                                                                  \
        const uint j = chunk % 8;                                                                  \
        [[unroll]] for (uint i = 0; i < WEIGHT_ITEMS; ++i) {                                       \
            const uint item = gl_LocalInvocationIndex + i * LOCAL;                                 \
            const uint o = item / 4;                                                               \
            const uint c = item % 4;                                                               \
            const uint group = min(firstGroup + o / kGroupRows, groups - 1);                       \
            const uint tile = tileOf(TYPE, weights, SUPERS, group, s);                             \
            const uint r = rowInTile(group, o % kGroupRows);                                       \
            Codes codes = CODES(TYPE, tile, r, j, c);                                              \
            if (hasScales(TYPE)) {                                                                 \
                const Scales scales = SCALES(TYPE, HEAD(TYPE, tile, r), tile, r, j);               \
                const float scale = c < 2 ? scales.scale.x : scales.scale.y;                       \
                const float offset = c < 2 ? scales.offset.x : scales.offset.y;                    \
                codes.low = fma(codes.low, vec4(scale), vec4(offset));                             \
                codes.high = fma(codes.high, vec4(scale), vec4(offset));                           \
            }                                                                                      \
            nextWeights[2 * i] = stagedWeight(codes.low);                                          \
            nextWeights[2 * i + 1] = stagedWeight(codes.high);                                     \
        }                                                                                          \
        [[unroll]] for (uint i = 0; i < INPUT_ITEMS; ++i) {                                        \
            const uint item = gl_LocalInvocationIndex + i * LOCAL;                                 \
            const uint from = input_ + inputRow(item / QUADS) * stride;                            \
            nextInputs[i] = stagedInput(LOAD_INPUT(from / 4 + chunk * QUADS + item % QUADS));      \
        }                                                                                          \
    }

/// Row of the step that is row `r` of the tile. Past the last row numbers are read that nobody uses;
/// activations have room for them.
uint inputRow(uint r) {
    const uint row = firstRow + r;
    return slots[push.slot].table.gatherRows == 0 ? row : stepData[layout_.logitRows + row];
}
DEFINE_FETCH(fetchA, TYPE_A, SUPER_A, codesA, headA, scalesA)
DEFINE_FETCH(fetchB, TYPE_B, SUPER_B, codesB, headB, scalesB)

/// What was fetched, to shared memory.
void stageTiles() {
    [[unroll]] for (uint i = 0; i < WEIGHT_ITEMS; ++i) {
        const uint item = gl_LocalInvocationIndex + i * LOCAL;
        if (item < OUTPUTS * (COLUMNS / 8)) {
            const uint at = item / 4 * STRIDE + item % 4 * 2;
            STAGE(weightTile, at, nextWeights[2 * i])
            STAGE(weightTile, at + 1, nextWeights[2 * i + 1])
        }
    }
    [[unroll]] for (uint i = 0; i < INPUT_ITEMS; ++i) {
        const uint item = gl_LocalInvocationIndex + i * LOCAL;
        STAGE(inputTile, item / QUADS * STRIDE + item % QUADS, nextInputs[i])
    }
}

#ifdef MATRIX
#include "multiply_matrix.glsl"
#else
#include "multiply_lanes.glsl"
#endif

#define DEFINE_SUM(NAME, FETCH, SUPERS)                                                            \
    void NAME(uint weights, uint firstGroup, uint groups, uint input_, uint stride) {              \
        FETCH(weights, firstGroup, groups, input_, stride, 0);                                     \
        [[dont_unroll]] for (uint chunk = 0; chunk < SUPERS * 8; ++chunk) {                        \
            barrier();                                                                             \
            stageTiles();                                                                          \
            barrier();                                                                             \
            if (chunk + 1 < SUPERS * 8) {                                                          \
                FETCH(weights, firstGroup, groups, input_, stride, chunk + 1);                     \
            }                                                                                      \
            multiplyTiles();                                                                       \
        }                                                                                          \
    }
DEFINE_SUM(sumA, fetchA, SUPER_A)
DEFINE_SUM(sumB, fetchB, SUPER_B)

/// The epilogue of PASS_ROWS rows of the tile, from its row `r` on, whose sums stand in `finished`.
/// Lanes take neighbouring outputs.
void finishPass(PartTable part, uint first, uint r) {
    const uint rows = slots[push.slot].table.rows;
    const uint end = min(part.outputs, part.groups * kGroupRows); // of what is real and of this part
    const bool heads = needsWholeHeads(part.epilogue);
    for (uint index = gl_LocalInvocationIndex; index < PASS_ROWS * OUTPUTS; index += LOCAL) {
        const uint at = first + index % OUTPUTS;
        const uint row = firstRow + r + index / OUTPUTS;
        if (at >= end || row >= rows) {
            continue;
        }
        float bias = vectors[part.bias + at];
        if (TYPE_B != kNone) {
            bias += vectors[part.biasB + at];
        }
        if (heads) {
            finished[index] += bias;
        } else {
            storeOutput(part.epilogue, part.outAt + row * part.outStride + at,
                        finished[index] + bias);
        }
    }
    if (!heads) {
        return;
    }
    barrier();
    for (uint index = gl_LocalInvocationIndex; index < PASS_ROWS * OUTPUTS; index += LOCAL) {
        const uint o = index % OUTPUTS;
        const uint row = firstRow + r + index / OUTPUTS;
        if (first + o < end && row < rows) {
            storeOfHead(part, first, index / OUTPUTS, row, o);
        }
    }
}

void main() {
    // Workgroups that share weights run side by side, so that a cache holds these.
    const uint linear = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    workgroup = linear / gl_NumWorkGroups.y + push.first;
    firstRow = linear % gl_NumWorkGroups.y * TILE_ROWS;
    uint index = 0;
    while (index + 1 < slots[push.slot].table.partCount &&
           workgroup >= slots[push.slot].table.parts[index + 1].firstWorkgroup) {
        ++index;
    }
    const PartTable part = slots[push.slot].table.parts[index];
    const uint firstGroup =
        part.firstGroup + (workgroup - part.firstWorkgroup) * (OUTPUTS / kGroupRows);

    clearSums();
    sumA(part.weights, firstGroup, part.groups, slots[push.slot].table.inputA,
         slots[push.slot].table.strideA);
    if (TYPE_B != kNone) {
        sumB(part.weightsB, firstGroup, part.groups, slots[push.slot].table.inputB,
             slots[push.slot].table.strideB);
    }
    [[unroll]] for (uint pass = 0; pass < PASSES; ++pass) {
        barrier();
        finishSums(pass);
        barrier();
        finishPass(part, firstGroup * kGroupRows, pass * PASS_ROWS);
    }
}
