// SPDX-License-Identifier: MIT
// context = softmax(q k^T) v of one head for ROWS rows of a step, over SPLIT keys: many keys are shared
// out among workgroups along x, and the last of them to finish puts their parts together. Scores,
// softmax and sums are F32: F16 overflows on Phi-2. The maximum is subtracted before exp, and parts are
// joined by their maxima (Milakov, Gimelshein 2018).
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "layouts.h"
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 64; // a multiple of HEAD_SIZE / 8
layout(constant_id = 1) const uint HEAD_SIZE = 64;
layout(constant_id = 2) const uint SPLIT = 128; // keys of a workgroup
layout(constant_id = 3) const uint ROWS = 1;

struct Slot {
    AttendTable table;
    uint padding[kSlotUints - kAttendUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

const uint OCTETS = HEAD_SIZE / 8;
const uint TOKEN_LANES = LOCAL / OCTETS; // lanes that share an octet of dims in the sum of values
const float kLowest = -3.0e38;           // instead of -infinity, whose difference is NaN

shared float query[ROWS * HEAD_SIZE];
shared float score[ROWS * SPLIT];
shared float reduced[LOCAL];
shared float summed[LOCAL * 8];
shared bool isLast;

uint blockOf(uint page, uint keyOrValue, uint heads, uint head) {
    return (page * 2 + keyOrValue) * heads + head;
}

float maxOverWorkgroup(float value) {
    reduced[gl_LocalInvocationIndex] = value;
    barrier();
    float most = reduced[0];
    for (uint i = 1; i < LOCAL; ++i) { most = max(most, reduced[i]); }
    barrier();
    return most;
}

float sumOverWorkgroup(float value) {
    reduced[gl_LocalInvocationIndex] = value;
    barrier();
    float sum = 0;
    for (uint i = 0; i < LOCAL; ++i) { sum += reduced[i]; }
    barrier();
    return sum;
}

/// score[r * SPLIT + k] of this workgroup's keys, `count` of them from position `first` on.
void scoreKeys(uint row0, uint first, uint count, uint rows, uint heads, uint head) {
    for (uint k = gl_LocalInvocationIndex; k < count; k += LOCAL) {
        const uint position = first + k;
        const uint block = blockOf(pageOf(row0, position), 0, heads, head);
        const uint at = block * OCTETS * kPageTokensOfShaders + position % kPageTokensOfShaders;
        float sums[ROWS];
        [[unroll]] for (uint r = 0; r < ROWS; ++r) { sums[r] = 0; }
        for (uint octet = 0; octet < OCTETS; ++octet) {
            const uvec4 word = LOAD_CACHE(at + octet * kPageTokensOfShaders);
            [[unroll]] for (uint c = 0; c < 4; ++c) {
                const vec2 pair = unpackHalf2x16(word[c]);
                [[unroll]] for (uint r = 0; r < ROWS; ++r) {
                    const uint dim = r * HEAD_SIZE + octet * 8 + 2 * c;
                    sums[r] = fma(query[dim], pair.x, fma(query[dim + 1], pair.y, sums[r]));
                }
            }
        }
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
            const bool seen = r < rows && position <= positionOf(row0 + min(r, rows - 1));
            score[r * SPLIT + k] = seen ? sums[r] : kLowest;
        }
    }
    barrier();
}

/// Where a part of (row, head) stands in activations: HEAD_SIZE sums, their maximum, their weight.
uint partAt(AttendTable table, uint row, uint head, uint split) {
    return table.partials + ((row * table.heads + head) * table.splits + split) * (HEAD_SIZE + 2);
}

/// Joins the parts of a row.
void joinParts(AttendTable table, uint row, uint head, uint splits) {
    float most = kLowest;
    for (uint split = 0; split < splits; ++split) {
        most = max(most, activations[partAt(table, row, head, split) + HEAD_SIZE]);
    }
    float weight = 0;
    for (uint split = 0; split < splits; ++split) {
        const uint at = partAt(table, row, head, split) + HEAD_SIZE;
        weight += activations[at + 1] * exp(activations[at] - most);
    }
    for (uint dim = gl_LocalInvocationIndex; dim < HEAD_SIZE; dim += LOCAL) {
        float sum = 0;
        for (uint split = 0; split < splits; ++split) {
            const uint at = partAt(table, row, head, split);
            sum += activations[at + dim] * exp(activations[at + HEAD_SIZE] - most);
        }
        activations[table.context + row * table.strideContext + head * HEAD_SIZE + dim] =
            sum / weight;
    }
}

void main() {
    const AttendTable table = slots[push.slot].table;
    const uint head = gl_WorkGroupID.x % table.heads;
    const uint split = gl_WorkGroupID.x / table.heads;
    const uint row0 = gl_WorkGroupID.y * ROWS;
    const uint rows = min(ROWS, table.rows - row0);
    // Rows of a sequence stand in ascending position: the last sees most.
    const uint keys = positionOf(row0 + rows - 1) + 1;
    const uint splits = (keys + SPLIT - 1) / SPLIT;
    if (split >= splits) {
        return;
    }
    const uint first = split * SPLIT;
    const uint count = min(SPLIT, keys - first);
    const uint lane = gl_LocalInvocationIndex;

    for (uint i = lane; i < rows * HEAD_SIZE; i += LOCAL) {
        query[i] = activations[table.query + (row0 + i / HEAD_SIZE) * table.strideQuery +
                               head * HEAD_SIZE + i % HEAD_SIZE];
    }
    barrier();
    scoreKeys(row0, first, count, rows, table.heads, head);

    float most[ROWS];
    float weight[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; ++r) {
        float own = kLowest;
        for (uint k = lane; k < count; k += LOCAL) { own = max(own, score[r * SPLIT + k]); }
        most[r] = maxOverWorkgroup(own);
        own = 0;
        for (uint k = lane; k < count; k += LOCAL) {
            const float value = score[r * SPLIT + k];
            const float p = value == kLowest ? 0.0 : exp(value - most[r]);
            score[r * SPLIT + k] = p;
            own += p;
        }
        weight[r] = sumOverWorkgroup(own);
    }

    const uint octet = lane % OCTETS;
    const uint tokenLane = lane / OCTETS;
    vec4 low[ROWS];
    vec4 high[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; ++r) { low[r] = high[r] = vec4(0); }
    for (uint k = tokenLane; k < count; k += TOKEN_LANES) {
        const uint position = first + k;
        const uint block = blockOf(pageOf(row0, position), 1, table.heads, head);
        const uvec4 word = LOAD_CACHE(
            (block * kPageTokensOfShaders + position % kPageTokensOfShaders) * OCTETS + octet);
        const vec4 a = vec4(unpackHalf2x16(word.x), unpackHalf2x16(word.y));
        const vec4 b = vec4(unpackHalf2x16(word.z), unpackHalf2x16(word.w));
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
            const float p = score[r * SPLIT + k];
            low[r] = fma(vec4(p), a, low[r]);
            high[r] = fma(vec4(p), b, high[r]);
        }
    }

    [[unroll]] for (uint r = 0; r < ROWS; ++r) {
        [[unroll]] for (uint i = 0; i < 4; ++i) {
            summed[lane * 8 + i] = low[r][i];
            summed[lane * 8 + 4 + i] = high[r][i];
        }
        barrier();
        const uint row = row0 + r;
        if (r < rows) {
            const uint out_ = splits == 1
                                  ? table.context + row * table.strideContext + head * HEAD_SIZE
                                  : partAt(table, row, head, split);
            for (uint dim = lane; dim < HEAD_SIZE; dim += LOCAL) {
                float sum = 0;
                for (uint other = 0; other < TOKEN_LANES; ++other) {
                    sum += summed[(other * OCTETS) * 8 + dim];
                }
                activations[out_ + dim] = splits == 1 ? sum / weight[r] : sum;
            }
            if (splits > 1 && lane == 0) {
                activations[out_ + HEAD_SIZE] = most[r];
                activations[out_ + HEAD_SIZE + 1] = weight[r];
            }
        }
        barrier();
    }
    if (splits == 1) {
        return;
    }

    memoryBarrierBuffer();
    barrier();
    const uint counter = table.counter + gl_WorkGroupID.y * table.heads + head;
    if (lane == 0) {
        isLast = atomicAdd(counters[counter], 1) + 1 == splits;
    }
    barrier();
    if (!isLast) {
        return;
    }
    memoryBarrierBuffer();
    for (uint r = 0; r < rows; ++r) { joinParts(table, row0 + r, head, splits); }
    if (lane == 0) {
        counters[counter] = 0;
    }
}
