// SPDX-License-Identifier: MIT
// x = rows of the embedding by token id, and the norm of each that the next verb reads; a workgroup for
// each row of the step.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "layouts.h"
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 64;
layout(constant_id = 1) const uint TYPE = 0;
layout(constant_id = 2) const uint TILE_GROUPS = 1;

#include "weights.glsl"
DEFINE_TILE_READER(codesA, headA, scalesA, LOAD_A)

struct Slot {
    EmbedTable table;
    uint padding[kSlotUints - kEmbedUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

shared float norm_[LOCAL];
#include "norm.glsl"

void main() {
    const EmbedTable table = slots[push.slot].table;
    const uint token = tokenOf(gl_WorkGroupID.x);
    if (token < table.firstRow || token >= table.endRow) {
        return;
    }
    const uint supers = (table.width + kSuperColumns - 1) / kSuperColumns;
    const uint group = (token - table.firstRow) / kGroupRows;
    const uint r = rowInTile(group, token % kGroupRows);
    for (uint eight = gl_LocalInvocationIndex; eight < (table.width + 7) / 8; eight += LOCAL) {
        const uint tile = tileOf(TYPE, table.weights, supers, group, eight / 32);
        const uint j = eight / 4 % 8;
        const uint c = eight % 4;
        const Codes codes = codesA(TYPE, tile, r, j, c);
        const Scales scales = scalesA(TYPE, headA(TYPE, tile, r), tile, r, j);
        const float scale = c < 2 ? scales.scale.x : scales.scale.y;
        const float offset = c < 2 ? scales.offset.x : scales.offset.y;
        const uint at = table.outAt + gl_WorkGroupID.x * table.outStride + eight * 8;
        for (uint i = 0; i < 8 && eight * 8 + i < table.width; ++i) {
            activations[at + i] = fma(i < 4 ? codes.low[i] : codes.high[i - 4], scale, offset);
        }
    }
    if (table.normWeight != kNone) {
        memoryBarrierBuffer();
        barrier();
        normaliseRow(table.outAt + gl_WorkGroupID.x * table.outStride,
                     table.normOut + gl_WorkGroupID.x * table.normStride, table.width,
                     table.normWeight, table.normBias, uintBitsToFloat(table.normEpsilon));
    }
}
