// SPDX-License-Identifier: MIT
// y = W a (+ V b), each weight read once for ROWS rows (a dispatch has a row of workgroups for each ROWS
// rows). Eight lanes take the rows of a tile, so that they read 128 bytes side by side, and TILES tiles
// each; further eights of lanes take other columns (SPLITS of them). A workgroup makes GROUPS groups of
// eight outputs, whole heads where they are rotated, and then their epilogue. The last workgroup to
// finish a dispatch that adds to the residual stream computes the norm that the next verb reads, which
// saves a barrier.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#ifdef SUBGROUP_OF_8
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#endif
#include "layouts.h"
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 64; // 8 * SPLITS
layout(constant_id = 1) const uint SPLITS = 8;
layout(constant_id = 2) const uint TYPE_A = 0;
layout(constant_id = 3) const uint TYPE_B = kNone; // kNone: there is no second term
layout(constant_id = 4) const uint ROWS = 1;
layout(constant_id = 5) const uint SUPER_A = 1; // super-blocks of a row of W
layout(constant_id = 6) const uint SUPER_B = 1;
layout(constant_id = 7) const uint GROUPS = 1;
layout(constant_id = 8) const uint HEAD_SIZE = 64;
layout(constant_id = 9) const uint ROTARY = 32;
layout(constant_id = 10) const uint TILES = 1;
layout(constant_id = 11) const uint CHUNK_SPLITS = 1; // of the SPLITS, those that share a super-block

#include "weights.glsl"
DEFINE_TILE_READER(codesA, headA, scalesA, LOAD_A)
DEFINE_TILE_READER(codesB, headB, scalesB, LOAD_B)

struct Slot {
    ProductTable table;
    uint padding[kSlotUints - kProductUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

const uint OUTPUTS = GROUPS * kTileRows; // of a workgroup
const uint SUMS = TILES * ROWS;
/// Of this lane: acc[t * ROWS + r] is its row of tile t times input row r.
float acc[SUMS];

shared float finished[ROWS * OUTPUTS];
#ifndef SUBGROUP_OF_8
shared float partial[LOCAL];
#endif
shared float norm_[LOCAL];
shared bool isLast;
#include "norm.glsl"
#include "epilogue.glsl"

/// Row of the step that is row `r` of this workgroup's input. Past the last row numbers are read that
/// nobody uses; activations have room for them.
uint inputRow(uint r) {
    const uint row = gl_WorkGroupID.y * ROWS + r;
    return slots[push.slot].table.gatherRows == 0 ? row : stepData[layout_.logitRows + row];
}

// Eight lanes need the same 32 numbers of a row. Where a subgroup is these eight lanes, each reads four
// of them and hands them round. The index of the lane is written so that Mesa's front end takes it for a
// variable and LLVM for a constant: as one shuffle of a register; a subgroupBroadcast would search for
// the first active lane.
#ifdef SUBGROUP_OF_8
#define READ_INPUT(at) LOAD_INPUT((at) + gl_LocalInvocationIndex % 8)
#define SPREAD(value, at, l) subgroupShuffle(value, (gl_SubgroupInvocationID >> 3) + (l))
#else
#define READ_INPUT(at) vec4(0)
#define SPREAD(value, at, l) LOAD_INPUT((at) + (l))
#endif

/// Adds to acc what this lane has of TILES tiles, of which the first is of group `group` and all are
/// below `groups`.
#define DEFINE_ACCUMULATE(NAME, TYPE, SUPERS, CODES, HEAD, SCALES, LOAD)                           \
    void NAME(uint weights, uint group, uint groups, uint input_, uint stride) {                   \
        const uint lane = gl_LocalInvocationIndex % 8;                                             \
        const uint split = gl_LocalInvocationIndex / 8;                                            \
        uint tiles[TILES];                                                                         \
        [[unroll]] for (uint t = 0; t < TILES; ++t) {                                              \
            tiles[t] = weights + min(group + t, groups - 1) * SUPERS * tileWords(TYPE);            \
        }                                                                                          \
        uint inputs_[ROWS];                                                                        \
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                               \
            inputs_[r] = (input_ + inputRow(r) * stride) / 4;                                      \
        }                                                                                          \
        [[dont_unroll]] for (uint s = split / CHUNK_SPLITS; s < SUPERS;                            \
                             s += SPLITS / CHUNK_SPLITS) {                                         \
            const uint skip = s * tileWords(TYPE);                                                 \
            uvec4 heads[TILES];                                                                    \
            [[unroll]] for (uint t = 0; t < TILES; ++t) {                                          \
                if (ROWS > 1) { heads[t] = HEAD(TYPE, tiles[t] + skip, lane); }                    \
            }                                                                                      \
            [[dont_unroll]] for (uint j = split % CHUNK_SPLITS; j < 8; j += CHUNK_SPLITS) {        \
                float sum[SUMS];                                                                   \
                float inputSum[ROWS];                                                              \
                vec4 own[ROWS];                                                                    \
                [[unroll]] for (uint i = 0; i < SUMS; ++i) { sum[i] = 0; }                         \
                [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                       \
                    inputSum[r] = 0;                                                               \
                    own[r] = READ_INPUT(inputs_[r] + s * 64 + j * 8);                              \
                }                                                                                  \
                uvec4 words[TILES]; /* of nibbles: the whole chunk */                              \
                [[unroll]] for (uint t = 0; t < TILES; ++t) {                                      \
                    if (isNibbles(TYPE)) { words[t] = LOAD(tiles[t] + skip + lane + j * 8); }      \
                }                                                                                  \
                [[unroll]] for (uint l = 0; l < 8; ++l) {                                          \
                    vec4 w[TILES];                                                                 \
                    [[unroll]] for (uint t = 0; t < TILES; ++t) {                                  \
                        const Codes codes = isNibbles(TYPE)                                        \
                                                ? nibbleCodes(words[t][l / 2])                     \
                                                : CODES(TYPE, tiles[t] + skip, lane, j, l / 2);    \
                        w[t] = l % 2 == 0 ? codes.low : codes.high;                                \
                    }                                                                              \
                    [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                   \
                        const vec4 x = SPREAD(own[r], inputs_[r] + s * 64 + j * 8, l);             \
                        if (hasOffset(TYPE)) { inputSum[r] += (x.x + x.y) + (x.z + x.w); }         \
                        [[unroll]] for (uint t = 0; t < TILES; ++t) {                              \
                            float a = sum[t * ROWS + r];                                           \
                            a = fma(w[t].x, x.x, a);                                               \
                            a = fma(w[t].y, x.y, a);                                               \
                            a = fma(w[t].z, x.z, a);                                               \
                            a = fma(w[t].w, x.w, a);                                               \
                            sum[t * ROWS + r] = a;                                                 \
                        }                                                                          \
                    }                                                                              \
                    if (l == 7 || (l == 3 && hasHalfScales(TYPE))) {                               \
                        [[unroll]] for (uint t = 0; t < TILES; ++t) {                              \
                            const Scales scales =                                                  \
                                SCALES(TYPE, ROWS > 1 ? heads[t] : HEAD(TYPE, tiles[t] + skip, lane), tiles[t] + skip, lane, j);\
                            const float scale = l == 3 ? scales.scale.x : scales.scale.y;          \
                            const float offset = l == 3 ? scales.offset.x : scales.offset.y;       \
                            [[unroll]] for (uint r = 0; r < ROWS; ++r) {                           \
                                const uint i = t * ROWS + r;                                       \
                                acc[i] = hasScales(TYPE) ? fma(scale, sum[i], acc[i])              \
                                                         : acc[i] + sum[i];                        \
                                if (hasOffset(TYPE)) {                                             \
                                    acc[i] = fma(offset, inputSum[r], acc[i]);                     \
                                }                                                                  \
                                sum[i] = 0;                                                        \
                            }                                                                      \
                        }                                                                          \
                        [[unroll]] for (uint r = 0; r < ROWS; ++r) { inputSum[r] = 0; }            \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }
DEFINE_ACCUMULATE(accumulateA, TYPE_A, SUPER_A, codesA, headA, scalesA, LOAD_A)
DEFINE_ACCUMULATE(accumulateB, TYPE_B, SUPER_B, codesB, headB, scalesB, LOAD_B)

/// Sums acc over the splits, in order; the first eight lanes then hold what is finished.
void gatherSplits() {
#ifndef SUBGROUP_OF_8
    if (SPLITS == 1) {
        return;
    }
    const uint lane = gl_LocalInvocationIndex;
    [[unroll]] for (uint i = 0; i < SUMS; ++i) {
        partial[lane] = acc[i];
        barrier();
        if (lane < 8) {
            float total = 0;
            for (uint split = 0; split < SPLITS; ++split) { total += partial[split * 8 + lane]; }
            acc[i] = total;
        }
        barrier();
    }
#endif
}

/// What the first eight lanes hold, with its bias, to where it belongs; numbers of whole heads wait in
/// shared memory. `g`: the first of TILES groups, within the workgroup.
void storeTiles(PartTable part, uint firstGroup, uint g) {
    const uint lane = gl_LocalInvocationIndex;
    if (lane >= 8) {
        return;
    }
    const bool wait = needsWholeHeads(part.epilogue);
    [[unroll]] for (uint t = 0; t < TILES; ++t) {
        const uint at = (firstGroup + g + t) * kTileRows + lane;
        // Past the end of a slice stand rows that another dispatch makes.
        if (g + t >= GROUPS || firstGroup + g + t >= part.groups || at >= part.outputs) {
            continue;
        }
        float bias = vectors[part.bias + at];
        if (TYPE_B != kNone) {
            bias += vectors[part.biasB + at];
        }
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
            const float value = acc[t * ROWS + r] + bias;
            const uint row = gl_WorkGroupID.y * ROWS + r;
            if (wait) {
                finished[r * OUTPUTS + (g + t) * kTileRows + lane] = value;
            } else if (row < slots[push.slot].table.rows) {
                storeOutput(part.epilogue, part.outAt + row * part.outStride + at, value);
            }
        }
    }
}

/// Rotates and stores what waits in shared memory.
void finishHeads(PartTable part, uint first) {
    for (uint index = gl_LocalInvocationIndex; index < ROWS * OUTPUTS; index += LOCAL) {
        const uint r = index / OUTPUTS;
        const uint o = index % OUTPUTS;
        const uint row = gl_WorkGroupID.y * ROWS + r;
        if (first + o >= part.outputs || row >= slots[push.slot].table.rows) {
            continue;
        }
        storeOfHead(part, first, r, row, o);
    }
}

void main() {
    const uint workgroup = gl_WorkGroupID.x + push.first;
    uint index = 0;
    while (index + 1 < slots[push.slot].table.partCount &&
           workgroup >= slots[push.slot].table.parts[index + 1].firstWorkgroup) {
        ++index;
    }
    const PartTable part = slots[push.slot].table.parts[index];
    const uint firstGroup = part.firstGroup + (workgroup - part.firstWorkgroup) * GROUPS;

    [[dont_unroll]] for (uint g = 0; g < GROUPS && firstGroup + g < part.groups; g += TILES) {
        [[unroll]] for (uint i = 0; i < SUMS; ++i) { acc[i] = 0; }
        accumulateA(part.weights, firstGroup + g, part.groups, slots[push.slot].table.inputA,
                    slots[push.slot].table.strideA);
        if (TYPE_B != kNone) {
            accumulateB(part.weightsB, firstGroup + g, part.groups, slots[push.slot].table.inputB,
                        slots[push.slot].table.strideB);
        }
        gatherSplits();
        storeTiles(part, firstGroup, g);
    }
    if (needsWholeHeads(part.epilogue)) {
        barrier();
        finishHeads(part, firstGroup * kTileRows);
    }

    if (slots[push.slot].table.normWeight == kNone) {
        return;
    }
    memoryBarrierBuffer();
    barrier();
    const uint counter = slots[push.slot].table.counter + gl_WorkGroupID.y;
    if (gl_LocalInvocationIndex == 0) {
        isLast = atomicAdd(counters[counter], 1) + 1 == slots[push.slot].table.workgroups;
    }
    barrier();
    if (!isLast) {
        return;
    }
    memoryBarrierBuffer();
    for (uint r = 0; r < ROWS; ++r) {
        const uint row = gl_WorkGroupID.y * ROWS + r;
        if (row < slots[push.slot].table.rows) {
            normaliseRow(part.outAt + row * part.outStride,
                         slots[push.slot].table.normOut + row * slots[push.slot].table.normStride,
                         slots[push.slot].table.width, slots[push.slot].table.normWeight,
                         slots[push.slot].table.normBias,
                         uintBitsToFloat(slots[push.slot].table.normEpsilon));
        }
    }
    if (gl_LocalInvocationIndex == 0) {
        counters[counter] = 0;
    }
}
