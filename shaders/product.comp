// SPDX-License-Identifier: MIT
// y = W a (+ V b), each weight read once for ROWS rows (a dispatch has a row of workgroups for each ROWS
// rows). Eight lanes take the rows of a group, so that they read 128 bytes side by side, and ABREAST groups
// at once; further eights of lanes take other columns (SPLITS of them). A workgroup makes GROUPS groups of
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
layout(constant_id = 10) const uint ABREAST = 1;
layout(constant_id = 11) const uint CHUNK_SPLITS = 1; // of the SPLITS, those that share a super-block
layout(constant_id = 12) const uint TILE_GROUPS = 1;
layout(constant_id = 13) const uint EPILOGUE = kNone; // of all parts; kNone: each has its own

// A barrier makes Mesa's software driver compile a workgroup as coroutines.
#ifdef SUBGROUP_OF_8
#define SYNCHRONISE() subgroupBarrier()
#else
#define SYNCHRONISE() barrier()
#endif

#include "weights.glsl"
DEFINE_TILE_READER(codesA, headA, scalesA, LOAD_A)
DEFINE_TILE_READER(codesB, headB, scalesB, LOAD_B)

struct Slot {
    ProductTable table;
    uint padding[kSlotUints - kProductUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

const uint OUTPUTS = GROUPS * kGroupRows; // of a workgroup
const uint SUMS = ABREAST * ROWS;
/// Of this lane: acc[t * ROWS + r] is its row of the t-th group abreast times input row r.
float acc[SUMS];

shared float finished[ROWS * OUTPUTS];
#ifndef SUBGROUP_OF_8
shared float partial[LOCAL];
#endif
shared float norm_[LOCAL];
shared bool isLast;
#include "norm.glsl"
#include "epilogue.glsl"

uint rowBlock; // of ROWS rows of the step: those that this workgroup works on

/// Row of the step that is row `r` of this workgroup's input. Past the last row numbers are read that
/// nobody uses; activations have room for them.
uint inputRow(uint r) {
    const uint row = rowBlock * ROWS + r;
    return slots[push.slot].table.gatherRows == 0 ? row : stepData[layout_.logitRows + row];
}

// Eight lanes need the same 32 numbers of a row. Where a subgroup is these eight lanes, each reads four
// of them and hands them round. The index of the lane is written so that Mesa's front end takes it for a
// variable and LLVM for a constant: as one shuffle of a register; a subgroupBroadcast would search for
// the first active lane.
#ifdef SUBGROUP_OF_8
#define READ_INPUT(at) LOAD_INPUT((at) + gl_LocalInvocationIndex % 8)
#define SPREAD(value, at, l) subgroupShuffle(value, (gl_SubgroupInvocationID >> 3) + (l))
#define SPREAD_SUM(sum, spread, l) subgroupShuffle(sum, (gl_SubgroupInvocationID >> 3) + (l))
// This driver makes a multiplication and an addition of fma: then sums may as well be short.
#define ADD_DOT(p, q, sum) sum += ((p).x * (q).x + (p).y * (q).y) + ((p).z * (q).z + (p).w * (q).w)
const bool kKeepsHeads = true;
#else
#define READ_INPUT(at) vec4(0)
#define SPREAD(value, at, l) LOAD_INPUT((at) + (l))
#define SPREAD_SUM(sum, spread, l) (((spread).x + (spread).y) + ((spread).z + (spread).w))
#define ADD_DOT(p, q, sum)                                                                         \
    sum = fma((p).w, (q).w, fma((p).z, (q).z, fma((p).y, (q).y, fma((p).x, (q).x, sum))))
const bool kKeepsHeads = ROWS > 1; // the words of scales, from chunk to chunk
#endif

/// Whether groups abreast never leave a tile: then they are read side by side.
const bool kWithinTile = TILE_GROUPS % ABREAST == 0;

/// Adds to acc what this lane has of ABREAST groups from `group` on, all below `groups`.
#define DEFINE_ACCUMULATE(NAME, TYPE, SUPERS, CODES, HEAD, SCALES, LOAD)                           \
    void NAME(uint weights, uint group, uint groups, uint input_, uint stride) {                   \
        const uint lane = gl_LocalInvocationIndex % 8;                                             \
        const uint split = gl_LocalInvocationIndex / 8;                                            \
        uint tiles[ABREAST];                                                                       \
        uint rows[ABREAST];                                                                        \
        [[unroll]] for (uint t = 0; t < ABREAST; ++t) {                                            \
            const uint its = kWithinTile ? group : min(group + t, groups - 1);                     \
            tiles[t] = tileOf(TYPE, weights, SUPERS, its, 0);                                      \
            rows[t] = rowInTile(its, lane) + (kWithinTile ? t * kGroupRows : 0);                   \
        }                                                                                          \
        uint inputs_[ROWS];                                                                        \
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                               \
            inputs_[r] = (input_ + inputRow(r) * stride) / 4;                                      \
        }                                                                                          \
        [[dont_unroll]] for (uint s = split / CHUNK_SPLITS; s < SUPERS;                            \
                             s += SPLITS / CHUNK_SPLITS) {                                         \
            const uint skip = s * TILE_GROUPS * wordsOfGroup(TYPE);                                \
            uvec4 heads[ABREAST];                                                                  \
            [[unroll]] for (uint t = 0; t < ABREAST; ++t) {                                        \
                if (kKeepsHeads) { heads[t] = HEAD(TYPE, tiles[t] + skip, rows[t]); }              \
            }                                                                                      \
            [[dont_unroll]] for (uint j = split % CHUNK_SPLITS; j < 8; j += CHUNK_SPLITS) {        \
                float sum[SUMS];                                                                   \
                float inputSum[ROWS];                                                              \
                vec4 own[ROWS];                                                                    \
                float ownSum[ROWS];                                                                \
                [[unroll]] for (uint i = 0; i < SUMS; ++i) { sum[i] = 0; }                         \
                [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                       \
                    inputSum[r] = 0;                                                               \
                    own[r] = READ_INPUT(inputs_[r] + s * 64 + j * 8);                              \
                    ownSum[r] = (own[r].x + own[r].y) + (own[r].z + own[r].w);                     \
                }                                                                                  \
                uvec4 words[ABREAST]; /* of nibbles: the whole chunk */                            \
                [[unroll]] for (uint t = 0; t < ABREAST; ++t) {                                    \
                    if (isNibbles(TYPE)) {                                                         \
                        words[t] = LOAD(tiles[t] + skip + rows[t] + wordsToCodes(TYPE) +           \
                                        j * INTERLEAVED);                                          \
                    }                                                                              \
                }                                                                                  \
                [[unroll]] for (uint l = 0; l < 8; ++l) {                                          \
                    vec4 w[ABREAST];                                                               \
                    [[unroll]] for (uint t = 0; t < ABREAST; ++t) {                                \
                        const Codes codes = isNibbles(TYPE)                                        \
                                                ? nibbleCodes(words[t][l / 2])                     \
                                                : CODES(TYPE, tiles[t] + skip, rows[t], j, l / 2); \
                        w[t] = l % 2 == 0 ? codes.low : codes.high;                                \
                    }                                                                              \
                    [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                   \
                        const vec4 x = SPREAD(own[r], inputs_[r] + s * 64 + j * 8, l);             \
                        if (hasOffset(TYPE)) { inputSum[r] += SPREAD_SUM(ownSum[r], x, l); }       \
                        [[unroll]] for (uint t = 0; t < ABREAST; ++t) {                            \
                            ADD_DOT(w[t], x, sum[t * ROWS + r]);                                   \
                        }                                                                          \
                    }                                                                              \
                    if (l == 7 || (l == 3 && hasHalfScales(TYPE))) {                               \
                        [[unroll]] for (uint t = 0; t < ABREAST; ++t) {                            \
                            const uvec4 head =                                                     \
                                kKeepsHeads ? heads[t] : HEAD(TYPE, tiles[t] + skip, rows[t]);     \
                            const Scales scales =                                                  \
                                SCALES(TYPE, head, tiles[t] + skip, rows[t], j);                   \
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
        SYNCHRONISE();
        if (lane < 8) {
            float total = 0;
            for (uint split = 0; split < SPLITS; ++split) { total += partial[split * 8 + lane]; }
            acc[i] = total;
        }
        SYNCHRONISE();
    }
#endif
}

/// What the first eight lanes hold, with its bias, to where it belongs; numbers of whole heads wait in
/// shared memory. `g`: the first of ABREAST groups, within the workgroup.
void storeTiles(PartTable part, uint firstGroup, uint g) {
    const uint lane = gl_LocalInvocationIndex;
    if (lane >= 8) {
        return;
    }
    const bool wait = needsWholeHeads(part.epilogue);
    [[unroll]] for (uint t = 0; t < ABREAST; ++t) {
        const uint at = (firstGroup + g + t) * kGroupRows + lane;
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
            const uint row = rowBlock * ROWS + r;
            if (wait) {
                finished[r * OUTPUTS + (g + t) * kGroupRows + lane] = value;
            } else if (row < slots[push.slot].table.rows) {
                storeOutput(part.epilogue, part.outAt + row * part.outStride + at, value);
            }
        }
    }
}

/// Rotates and stores what waits in shared memory, if this is the part's epilogue.
void finishHeads(PartTable part, uint first, uint epilogue) {
    const uint dims = epilogue == kRotateQuery ? 1 : 2; // that make one number
    const uint end = part.epilogue == epilogue ? ROWS * OUTPUTS : 0;
    part.epilogue = epilogue; // known when this is compiled
    for (uint index = gl_LocalInvocationIndex * dims; index < end; index += LOCAL * dims) {
        const uint r = index / OUTPUTS;
        const uint o = index % OUTPUTS;
        const uint row = rowBlock * ROWS + r;
        if (first + o < part.outputs && row < slots[push.slot].table.rows) {
            storeOfHead(part, first, r, row, o);
        }
    }
}

/// The norm of this block of rows, if no other workgroup still adds to them.
void normaliseIfLast(PartTable part) {
    memoryBarrierBuffer();
    SYNCHRONISE();
    const uint counter = slots[push.slot].table.counter + rowBlock;
    if (gl_LocalInvocationIndex == 0) {
        isLast = atomicAdd(counters[counter], 1) + 1 == slots[push.slot].table.workgroups;
    }
    SYNCHRONISE();
    if (!isLast) {
        return;
    }
    memoryBarrierBuffer();
    for (uint r = 0; r < ROWS; ++r) {
        const uint row = rowBlock * ROWS + r;
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

/// What workgroup `workgroup` of those along the outputs makes of a block of ROWS rows of the step.
void makeOutputs(uint workgroup) {
    uint index = 0;
    while (index + 1 < slots[push.slot].table.partCount &&
           workgroup >= slots[push.slot].table.parts[index + 1].firstWorkgroup) {
        ++index;
    }
    PartTable part = slots[push.slot].table.parts[index];
    if (EPILOGUE != kNone) {
        part.epilogue = EPILOGUE;
    }
    const uint firstGroup = part.firstGroup + (workgroup - part.firstWorkgroup) * GROUPS;

    [[dont_unroll]] for (uint g = 0; g < GROUPS && firstGroup + g < part.groups; g += ABREAST) {
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
    if (EPILOGUE == kNone && needsWholeHeads(part.epilogue)) {
        SYNCHRONISE();
        finishHeads(part, firstGroup * kGroupRows, kRotateQuery);
        finishHeads(part, firstGroup * kGroupRows, kRotateToKeys);
        finishHeads(part, firstGroup * kGroupRows, kToValues);
    }
    if (EPILOGUE == kAddToResidual && slots[push.slot].table.normWeight != kNone) {
        normaliseIfLast(part);
    }
}

void main() {
#ifdef SUBGROUP_OF_8
    // Mesa's software driver deals out workgroups to its threads beforehand, in equal numbers, and a step
    // would wait for the thread that the system wakes late or holds up. So a workgroup takes what comes
    // next, twice if there is still something left: then half of the workgroups can do everything.
    const uint blocks = (slots[push.slot].table.rows + ROWS - 1) / ROWS;
    [[dont_unroll]] for (uint turn = 0; turn < 2; ++turn) {
        uint ticket = 0;
        if (gl_LocalInvocationIndex == 0) {
            ticket = atomicAdd(counters[push.slot], 1);
        }
        ticket = subgroupShuffle(ticket, 0);
        if (ticket >= slots[push.slot].table.workgroups * blocks) {
            return;
        }
        SYNCHRONISE(); // `finished` is free again
        rowBlock = ticket % blocks; // neighbours share weights
        makeOutputs(ticket / blocks);
    }
#else
    rowBlock = gl_WorkGroupID.y;
    makeOutputs(gl_WorkGroupID.x + push.first);
#endif
}
