// SPDX-License-Identifier: MIT
// The KEEP largest logits of each row in descending order, ties by lower id, and the sum of e^logit over
// all that are finite. Two passes: first several workgroups a row, each over tiles of its own; then one
// that merges what they found. Lists of KEEP keys are sorted side by side (bitonic sort, Batcher 1968)
// and then halved in number until one is left: of two sorted lists, the KEEP largest are the pairwise
// maxima of one and the other reversed, in bitonic order.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "layouts.h"
#define READS_LOGITS
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 64;
layout(constant_id = 1) const uint KEEP = 64; // a power of two
layout(constant_id = 2) const uint PASS = 0;

struct Slot {
    TopTable table;
    uint padding[kSlotUints - kTopUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };
/// Logits as the head wrote them, and behind them what each workgroup of the first pass found.
layout(binding = 8, std430) buffer Found { uint found[]; };
layout(binding = 11, std430) restrict writeonly buffer Top { uint top[]; };

const float kLowest = -3.402823466e38;
const uint LISTS = kTopKeys / KEEP;
const uint RECORD = kTopHeaderUints + 2 * KEEP;

/// Ordered as candidates are: by logit, then by lower id. 0, 0 is nobody.
shared uvec2 keys[kTopKeys];
shared float parts[LOCAL];
shared uint notFinite;

bool isFinite(uint bits) { return (bits & 0x7F800000u) != 0x7F800000u; }

/// Grows with the number that the bits of a float stand for; both zeros are equal.
uint orderOf(uint bits) {
    if ((bits & 0x7FFFFFFFu) == 0) {
        return 0x80000000u;
    }
    return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
uint bitsOf(uint order) {
    return (order & 0x80000000u) != 0 ? order & 0x7FFFFFFFu : ~order;
}

bool isLess(uvec2 a, uvec2 b) { return a.x < b.x || (a.x == b.x && a.y < b.y); }

/// Puts keys `i` and `j` in order; barriers are the caller's.
void exchange(uint i, uint j, bool descending) {
    const uvec2 a = keys[i];
    const uvec2 b = keys[j];
    if (isLess(a, b) == descending) {
        keys[i] = b;
        keys[j] = a;
    }
}

/// One step over pairs of keys `stride` apart of the first `count` keys. `size`: of the runs that come
/// out, which descend and ascend in turn; KEEP: all descend.
void exchangePairs(uint count, uint size, uint stride) {
    for (uint pair = gl_LocalInvocationIndex; pair < count / 2; pair += LOCAL) {
        const uint i = pair / stride * stride * 2 + pair % stride;
        exchange(i, i + stride, (i % KEEP & size) == 0);
    }
    barrier();
}

/// Each list of KEEP keys comes to descend.
void sortLists() {
    for (uint size = 2; size <= KEEP; size *= 2) {
        for (uint stride = size / 2; stride > 0; stride /= 2) {
            exchangePairs(kTopKeys, size, stride);
        }
    }
}

/// Of lists that descend, the first comes to be the largest of all.
void mergeLists() {
    for (uint lists = LISTS / 2; lists > 0; lists /= 2) {
        const uint count = lists * KEEP;
        for (uint i = gl_LocalInvocationIndex; i < count; i += LOCAL) {
            const uvec2 other = keys[count + i / KEEP * KEEP + KEEP - 1 - i % KEEP];
            if (isLess(keys[i], other)) {
                keys[i] = other;
            }
        }
        barrier();
        for (uint stride = KEEP / 2; stride > 0; stride /= 2) {
            exchangePairs(count, KEEP, stride);
        }
    }
}

float largestOverWorkgroup(float value) {
    parts[gl_LocalInvocationIndex] = value;
    barrier();
    float largest = kLowest;
    for (uint i = 0; i < LOCAL; ++i) { largest = max(largest, parts[i]); }
    barrier();
    return largest;
}

float sumOverWorkgroup(float value) {
    parts[gl_LocalInvocationIndex] = value;
    barrier();
    float sum = 0;
    for (uint i = 0; i < LOCAL; ++i) { sum += parts[i]; }
    barrier();
    return sum;
}

void clearKeys(uint first) {
    for (uint i = first + gl_LocalInvocationIndex; i < kTopKeys; i += LOCAL) { keys[i] = uvec2(0); }
}

/// What this workgroup found of its tiles of a row goes to found[to ...].
void pickFromLogits(TopTable table, uint row, uint to) {
    const uint tile = kTopKeys - KEEP; // the first list holds what earlier tiles gave
    const uint logits = row * table.outputs;
    float largest = kLowest;
    bool good = true;
    clearKeys(0);
    barrier();
    for (uint first = gl_WorkGroupID.x * tile; first < table.outputs; first += table.groups * tile) {
        for (uint i = gl_LocalInvocationIndex; i < tile; i += LOCAL) {
            const uint id = first + i;
            uvec2 key = uvec2(0);
            if (id < table.outputs) {
                const uint bits = found[logits + id];
                if (isFinite(bits)) {
                    largest = max(largest, uintBitsToFloat(bits));
                } else {
                    good = false;
                }
                key = id < table.vocabulary ? uvec2(orderOf(bits), ~id) : uvec2(0);
            }
            keys[KEEP + i] = key;
        }
        barrier();
        sortLists();
        mergeLists();
    }
    if (!good) {
        atomicOr(notFinite, 1);
    }
    largest = largestOverWorkgroup(largest);
    float sum = 0;
    for (uint first = gl_WorkGroupID.x * tile; first < table.outputs; first += table.groups * tile) {
        const uint end = min(first + tile, table.outputs);
        for (uint id = first + gl_LocalInvocationIndex; id < end; id += LOCAL) {
            const uint bits = found[logits + id];
            sum += isFinite(bits) ? exp(uintBitsToFloat(bits) - largest) : 0.0;
        }
    }
    sum = sumOverWorkgroup(sum);
    if (gl_LocalInvocationIndex == 0) {
        found[to] = floatBitsToUint(largest);
        found[to + 1] = floatBitsToUint(sum);
        found[to + 2] = notFinite;
    }
    for (uint i = gl_LocalInvocationIndex; i < KEEP; i += LOCAL) {
        found[to + kTopHeaderUints + 2 * i] = keys[i].x;
        found[to + kTopHeaderUints + 2 * i + 1] = keys[i].y;
    }
}

/// What the workgroups of the first pass found, from found[from ...] on, becomes the result of a row.
void mergeFound(TopTable table, uint from, uint to) {
    clearKeys(table.groups * KEEP);
    for (uint i = gl_LocalInvocationIndex; i < table.groups * KEEP; i += LOCAL) {
        const uint at = from + i / KEEP * RECORD + kTopHeaderUints + i % KEEP * 2;
        keys[i] = uvec2(found[at], found[at + 1]);
    }
    barrier();
    mergeLists();
    if (gl_LocalInvocationIndex == 0) {
        float largest = kLowest;
        for (uint group = 0; group < table.groups; ++group) {
            largest = max(largest, uintBitsToFloat(found[from + group * RECORD]));
        }
        float sum = 0;
        uint bad = 0;
        for (uint group = 0; group < table.groups; ++group) {
            const uint at = from + group * RECORD;
            sum = fma(uintBitsToFloat(found[at + 1]), exp(uintBitsToFloat(found[at]) - largest), sum);
            bad |= found[at + 2];
        }
        top[to] = floatBitsToUint(largest);
        top[to + 1] = floatBitsToUint(sum);
        top[to + 2] = bad;
    }
    for (uint i = gl_LocalInvocationIndex; i < KEEP; i += LOCAL) {
        top[to + kTopHeaderUints + 2 * i] = bitsOf(keys[i].x);
        top[to + kTopHeaderUints + 2 * i + 1] = ~keys[i].y;
    }
}

void main() {
    const TopTable table = slots[push.slot].table;
    const uint row = gl_WorkGroupID.y;
    if (gl_LocalInvocationIndex == 0) {
        notFinite = 0;
    }
    barrier();
    const uint foundOfRow = table.found + row * table.groups * RECORD;
    if (PASS == 0) {
        pickFromLogits(table, row, foundOfRow + gl_WorkGroupID.x * RECORD);
    } else {
        mergeFound(table, foundOfRow, row * RECORD);
    }
}
