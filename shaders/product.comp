// SPDX-License-Identifier: MIT
// y = W a (+ V b), each weight read once for ROWS rows (a dispatch has a row of workgroups for each ROWS
// rows). Eight lanes take the word columns
// of a tile (32 columns of the matrix each), so that they read 128 bytes side by side; further eights
// take other super-blocks (SPLITS of them). A workgroup makes GROUPS groups of eight outputs, whole
// heads where they are rotated, and then their epilogue. The last workgroup to finish a dispatch that
// adds to the residual stream computes the norm that the next verb reads, which saves a barrier.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#ifdef SUBGROUP_OF_8
#extension GL_KHR_shader_subgroup_arithmetic : require
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

#include "epilogue.glsl"
#include "weights.glsl"
DEFINE_TILE_READER(codesA, scalesA, LOAD_A)
DEFINE_TILE_READER(codesB, scalesB, LOAD_B)


struct Slot {
    ProductTable table;
    uint padding[kSlotUints - kProductUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

const uint OUTPUTS = GROUPS * kTileRows; // of a workgroup
const uint SUMS = kTileRows * ROWS;
/// Of this lane: acc[t * ROWS + r] is row t of the weights times input row r.
float acc[SUMS];

shared float finished[ROWS * OUTPUTS];
#ifdef SUBGROUP_OF_8
shared float partial[1];
#else
shared float partial[LOCAL * kTileRows];
#endif
shared float norm_[LOCAL];
shared bool isLast;
#include "norm.glsl"

/// Row of the step that is row `r` of this workgroup's input. Past the last row numbers are read that
/// nobody uses; activations have room for them.
uint inputRow(uint r) {
    const uint row = gl_WorkGroupID.y * ROWS + r;
    return slots[push.slot].table.gatherRows == 0 ? row : stepData[layout_.logitRows + row];
}

/// Adds to acc what this lane has of a group of rows of the weights.
#define DEFINE_ACCUMULATE(NAME, TYPE, SUPERS, CODES, SCALES)                                       \
    void NAME(uint weights, uint input_, uint stride) {                                            \
        const uint sub = gl_LocalInvocationIndex % 8;                                              \
        for (uint s = gl_LocalInvocationIndex / 8; s < SUPERS; s += SPLITS) {                      \
            const uint tile = weights + s * tileWords(TYPE);                                       \
            float sum[SUMS];                                                                       \
            float inputSum[ROWS];                                                                  \
            [[unroll]] for (uint i = 0; i < SUMS; ++i) { sum[i] = 0; }                 \
            [[unroll]] for (uint r = 0; r < ROWS; ++r) { inputSum[r] = 0; }                        \
            [[unroll]] for (uint c = 0; c < 4; ++c) {                                              \
                vec4 low[ROWS];                                                                    \
                vec4 high[ROWS];                                                                   \
                [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                       \
                    const uint at = (input_ + inputRow(r) * stride) / 4 + s * 64 + sub * 8 + 2 * c;\
                    low[r] = LOAD_INPUT(at);                                                       \
                    high[r] = LOAD_INPUT(at + 1);                                                  \
                    if (hasOffset(TYPE)) {                                                         \
                        const vec4 both = low[r] + high[r];                                        \
                        inputSum[r] += (both.x + both.y) + (both.z + both.w);                      \
                    }                                                                              \
                }                                                                                  \
                [[unroll]] for (uint t = 0; t < kTileRows; ++t) {                                  \
                    const Codes w = CODES(TYPE, tile, sub, t, c);                                  \
                    [[unroll]] for (uint r = 0; r < ROWS; ++r) {                                   \
                        float a = sum[t * ROWS + r];                                               \
                        [[unroll]] for (uint i = 0; i < 4; ++i) { a = fma(w.low[i], low[r][i], a); }   \
                        [[unroll]] for (uint i = 0; i < 4; ++i) { a = fma(w.high[i], high[r][i], a); } \
                        sum[t * ROWS + r] = a;                                                     \
                    }                                                                              \
                }                                                                                  \
                if (c == 3 || (c == 1 && hasHalfScales(TYPE))) {                                   \
                    [[unroll]] for (uint t = 0; t < kTileRows; ++t) {                              \
                        const Scales scales = SCALES(TYPE, tile, sub, t);                          \
                        const float scale = c == 1 ? scales.scale.x : scales.scale.y;              \
                        const float offset = c == 1 ? scales.offset.x : scales.offset.y;           \
                        [[unroll]] for (uint r = 0; r < ROWS; ++r) {                               \
                            const uint i = t * ROWS + r;                                           \
                            acc[i] = hasScales(TYPE) ? fma(scale, sum[i], acc[i]) : acc[i] + sum[i];\
                            if (hasOffset(TYPE)) {                                                 \
                                acc[i] = fma(offset, inputSum[r], acc[i]);                         \
                            }                                                                      \
                            sum[i] = 0;                                                            \
                        }                                                                          \
                    }                                                                              \
                    [[unroll]] for (uint r = 0; r < ROWS; ++r) { inputSum[r] = 0; }                \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }
DEFINE_ACCUMULATE(accumulateA, TYPE_A, SUPER_A, codesA, scalesA)
DEFINE_ACCUMULATE(accumulateB, TYPE_B, SUPER_B, codesB, scalesB)

/// Sums over the lanes into finished[r * OUTPUTS + g * kTileRows + t]; the order is fixed.
void gatherLanes(uint g) {
#ifdef SUBGROUP_OF_8
    // One subgroup is the whole workgroup.
    [[unroll]] for (uint t = 0; t < kTileRows; ++t) {
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
            const float total = subgroupAdd(acc[t * ROWS + r]);
            if (gl_LocalInvocationIndex == t) {
                finished[r * OUTPUTS + g * kTileRows + t] = total;
            }
        }
    }
#else
    const uint lane = gl_LocalInvocationIndex;
    [[unroll]] for (uint r = 0; r < ROWS; ++r) {
        // Eight lanes of a split, then all splits.
        [[unroll]] for (uint t = 0; t < kTileRows; ++t) { partial[t * LOCAL + lane] = acc[t * ROWS + r]; }
        barrier();
        float sum = 0;
        const uint from = (lane % 8) * LOCAL + lane / 8 * 8;
        [[unroll]] for (uint i = 0; i < 8; ++i) { sum += partial[from + i]; }
        barrier();
        partial[lane] = sum;
        barrier();
        if (lane < kTileRows) {
            float total = 0;
            for (uint split = 0; split < SPLITS; ++split) { total += partial[split * 8 + lane]; }
            finished[r * OUTPUTS + g * kTileRows + lane] = total;
        }
        barrier();
    }
#endif
}

/// A finished output with its bias; `r` and `o` count within the workgroup.
float output_(PartTable part, uint r, uint first, uint o) {
    float value = finished[r * OUTPUTS + o] + vectors[part.bias + first + o];
    if (TYPE_B != kNone) {
        value += vectors[part.biasB + first + o];
    }
    return value;
}

/// Dimension `o` of a head, rotated by the position of the row (Su et al. 2021; pairs
/// (i, i + ROTARY / 2)). The workgroup holds whole heads.
float rotated(PartTable part, uint r, uint position, uint first, uint o) {
    const uint dim = o % HEAD_SIZE;
    const float value = output_(part, r, first, o);
    if (dim >= ROTARY) {
        return value;
    }
    const bool lower = dim < ROTARY / 2;
    const vec2 angle = rotaryAngle(position, lower ? dim : dim - ROTARY / 2);
    const float other = output_(part, r, first, lower ? o + ROTARY / 2 : o - ROTARY / 2);
    return lower ? value * angle.x - other * angle.y : value * angle.x + other * angle.y;
}

/// Two dims of a key or value make one number of the cache.
void toCache(PartTable part, uint r, uint row, uint first, uint o) {
    const uint at = first + o;
    const uint dim = at % HEAD_SIZE;
    const uint position = positionOf(row);
    const uint token = position % kPageTokensOfShaders;
    const uint heads = part.outputs / HEAD_SIZE;
    const uint keyOrValue = part.epilogue == kRotateToKeys ? 0 : 1;
    const uint block = (pageOf(row, position) * 2 + keyOrValue) * heads + at / HEAD_SIZE;
    if (part.epilogue == kRotateToKeys) {
        cache[keyHalf(block, HEAD_SIZE, token, dim) / 2] =
            packHalf2x16(vec2(rotated(part, r, position, first, o),
                              rotated(part, r, position, first, o + 1)));
    } else {
        cache[valueHalf(block, HEAD_SIZE, token, dim) / 2] =
            packHalf2x16(vec2(output_(part, r, first, o), output_(part, r, first, o + 1)));
    }
}

void finish(PartTable part, uint first) {
    for (uint index = gl_LocalInvocationIndex; index < ROWS * OUTPUTS; index += LOCAL) {
        const uint r = index / OUTPUTS;
        const uint o = index % OUTPUTS;
        const uint row = gl_WorkGroupID.y * ROWS + r;
        if (first + o >= part.outputs || row >= slots[push.slot].table.rows) {
            continue;
        }
        const uint target = part.outAt + row * part.outStride + first + o;
        if (part.epilogue == kStore) {
            activations[target] = output_(part, r, first, o);
        } else if (part.epilogue == kGelu) {
            activations[target] = gelu(output_(part, r, first, o));
        } else if (part.epilogue == kAddToResidual) {
            activations[target] += output_(part, r, first, o);
        } else if (part.epilogue == kToLogits) {
            logits[target] = output_(part, r, first, o);
        } else if (part.epilogue == kRotateQuery) {
            activations[target] =
                rotated(part, r, positionOf(row), first, o) * inversesqrt(float(HEAD_SIZE));
        } else if (o % 2 == 0) {
            toCache(part, r, row, first, o);
        }
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

    for (uint g = 0; g < GROUPS && firstGroup + g < part.groups; ++g) {
        [[unroll]] for (uint i = 0; i < SUMS; ++i) { acc[i] = 0; }
        accumulateA(part.weights + (firstGroup + g) * SUPER_A * tileWords(TYPE_A),
                    slots[push.slot].table.inputA, slots[push.slot].table.strideA);
        if (TYPE_B != kNone) {
            accumulateB(part.weightsB + (firstGroup + g) * SUPER_B * tileWords(TYPE_B),
                        slots[push.slot].table.inputB, slots[push.slot].table.strideB);
        }
        gatherLanes(g);
    }
    barrier();
    finish(part, firstGroup * kTileRows);

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
