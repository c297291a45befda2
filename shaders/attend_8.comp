// SPDX-License-Identifier: MIT
// attend.comp for software drivers whose subgroups have eight lanes: a workgroup is one subgroup and takes
// all keys of a head for ROWS rows, 64 at a time, a lane eight of them. No shared memory and no barrier;
// keys, values and queries come through texel buffers; the sums so far stay in the context row. Scores,
// softmax and sums are F32. The running maximum: Milakov, Gimelshein 2018.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "layouts.h"
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 8;
layout(constant_id = 1) const uint HEAD_SIZE = 64;
layout(constant_id = 2) const uint SPLIT = 0; // keys are not split here
layout(constant_id = 3) const uint ROWS = 1;

struct Slot {
    AttendTable table;
    uint padding[kSlotUints - kAttendUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

const uint OCTETS = HEAD_SIZE / 8;
const uint EACH = 8;        // keys of a lane
const uint KEYS = 8 * EACH; // of a round
const float kLowest = -3.0e38; // instead of -infinity, whose difference is NaN

// The index is a constant for LLVM but not for Mesa's front end: see product.comp.
#define SPREAD(value, l) subgroupShuffle(value, (gl_SubgroupInvocationID >> 3) + (l))

float across(float value, uint mask) { return subgroupShuffle(value, gl_SubgroupInvocationID ^ mask); }

float maxOfLanes(float value) {
    value = max(value, across(value, 1));
    value = max(value, across(value, 2));
    return max(value, across(value, 4));
}

float sumOfLanes(float value) {
    value += across(value, 1);
    value += across(value, 2);
    return value + across(value, 4);
}

void main() {
    const AttendTable table = slots[push.slot].table;
    const uint head = gl_WorkGroupID.x;
    const uint row0 = gl_WorkGroupID.y * ROWS;
    const uint rows = min(ROWS, table.rows - row0);
    const uint lane = gl_LocalInvocationIndex;

    uint seen[ROWS]; // keys that a row sees
    [[unroll]] for (uint r = 0; r < ROWS; ++r) { seen[r] = positionOf(row0 + min(r, rows - 1)) + 1; }
    // Rows of a sequence stand in ascending position: the last sees most.
    const uint keys = seen[ROWS - 1];
    // Lane r reads the query of row r.
    const uint queryAt =
        (table.query + (row0 + min(lane, rows - 1)) * table.strideQuery + head * HEAD_SIZE) / 4;

    float most[ROWS];
    float weight[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; ++r) {
        most[r] = kLowest;
        weight[r] = 0;
    }
    [[dont_unroll]] for (uint first = 0; first < keys; first += KEYS) {
        const uint page0 = pageOf(row0, first) * 2 * table.heads + head;
        const uint page1 =
            pageOf(row0, min(first + kPageTokensOfShaders, keys - 1)) * 2 * table.heads + head;

        float score[EACH * ROWS]; // [t * ROWS + r]: of key first + 8 t + lane
        [[unroll]] for (uint i = 0; i < EACH * ROWS; ++i) { score[i] = 0; }
        [[dont_unroll]] for (uint octet = 0; octet < OCTETS; ++octet) {
            const vec4 own0 = LOAD_INPUT(queryAt + 2 * octet);
            const vec4 own1 = LOAD_INPUT(queryAt + 2 * octet + 1);
            vec4 k0[EACH];
            vec4 k1[EACH];
            [[unroll]] for (uint t = 0; t < EACH; ++t) {
                const uint block = t < EACH / 2 ? page0 : page1;
                const uvec4 word = LOAD_CACHE((block * OCTETS + octet) * kPageTokensOfShaders +
                                              8 * (t % (EACH / 2)) + lane);
                k0[t] = vec4(unpackHalf2x16(word.x), unpackHalf2x16(word.y));
                k1[t] = vec4(unpackHalf2x16(word.z), unpackHalf2x16(word.w));
            }
            [[unroll]] for (uint r = 0; r < ROWS; ++r) {
                const vec4 q0 = SPREAD(own0, r);
                const vec4 q1 = SPREAD(own1, r);
                [[unroll]] for (uint t = 0; t < EACH; ++t) {
                    const vec4 both = fma(q0, k0[t], q1 * k1[t]);
                    score[t * ROWS + r] += (both.x + both.y) + (both.z + both.w);
                }
            }
        }

        float keep[ROWS]; // what the sums so far are worth under the new maximum
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
            float highest = kLowest;
            [[unroll]] for (uint t = 0; t < EACH; ++t) {
                const uint i = t * ROWS + r;
                score[i] = first + 8 * t + lane < seen[r] ? score[i] : kLowest;
                highest = max(highest, score[i]);
            }
            const float next = max(most[r], maxOfLanes(highest));
            keep[r] = exp(most[r] - next);
            most[r] = next;
            float sum = 0;
            [[unroll]] for (uint t = 0; t < EACH; ++t) {
                const uint i = t * ROWS + r;
                score[i] = score[i] == kLowest ? 0.0 : exp(score[i] - next);
                sum += score[i];
            }
            weight[r] = fma(weight[r], keep[r], sumOfLanes(sum));
        }

        const bool isFirst = first == 0;
        const bool isLast = first + KEYS >= keys;
        [[dont_unroll]] for (uint octet = 0; octet < OCTETS; ++octet) {
            float sums[ROWS * 8];
            [[unroll]] for (uint i = 0; i < ROWS * 8; ++i) { sums[i] = 0; }
            [[unroll]] for (uint t = 0; t < EACH; ++t) {
                const uint block = (t < EACH / 2 ? page0 : page1) + table.heads;
                const uint token = 8 * (t % (EACH / 2)) + lane;
                const uvec4 word =
                    LOAD_CACHE((block * kPageTokensOfShaders + token) * OCTETS + octet);
                // Past the last key stands anything, NaN perhaps, and 0 times NaN is NaN.
                const bool real = first + 8 * t + lane < keys;
                const uvec4 safe = real ? word : uvec4(0);
                const vec4 a = vec4(unpackHalf2x16(safe.x), unpackHalf2x16(safe.y));
                const vec4 b = vec4(unpackHalf2x16(safe.z), unpackHalf2x16(safe.w));
                [[unroll]] for (uint r = 0; r < ROWS; ++r) {
                    const float p = score[t * ROWS + r];
                    [[unroll]] for (uint i = 0; i < 4; ++i) {
                        sums[r * 8 + i] = fma(p, a[i], sums[r * 8 + i]);
                        sums[r * 8 + 4 + i] = fma(p, b[i], sums[r * 8 + 4 + i]);
                    }
                }
            }
            [[unroll]] for (uint r = 0; r < ROWS; ++r) {
                // Lane i comes out with the sum of all lanes' dim i: halves are exchanged three times.
                float four[4];
                [[unroll]] for (uint i = 0; i < 4; ++i) {
                    const float low = sums[r * 8 + i];
                    const float high = sums[r * 8 + 4 + i];
                    const bool upper = (lane & 4u) != 0;
                    four[i] = (upper ? high : low) + across(upper ? low : high, 4);
                }
                float two[2];
                [[unroll]] for (uint i = 0; i < 2; ++i) {
                    const bool upper = (lane & 2u) != 0;
                    two[i] = (upper ? four[i + 2] : four[i]) +
                             across(upper ? four[i] : four[i + 2], 2);
                }
                const bool upper = (lane & 1u) != 0;
                float sum = (upper ? two[1] : two[0]) + across(upper ? two[0] : two[1], 1);
                if (r < rows) {
                    const uint at = table.context + (row0 + r) * table.strideContext +
                                    head * HEAD_SIZE + octet * 8 + lane;
                    if (!isFirst) {
                        sum = fma(activations[at], keep[r], sum);
                    }
                    activations[at] = isLast ? sum / weight[r] : sum;
                }
            }
        }
    }
}
