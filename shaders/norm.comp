// SPDX-License-Identifier: MIT
// The norm of every row of a step; a workgroup for each.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "layouts.h"
#include "bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 64;

struct Slot {
    NormTable table;
    uint padding[kSlotUints - kNormUints];
};
layout(binding = 9, std430) restrict readonly buffer Slots { Slot slots[]; };

shared float norm_[LOCAL];
#include "norm.glsl"

void main() {
    const NormTable table = slots[push.slot].table;
    const uint row = gl_WorkGroupID.x;
    normaliseRow(table.from + row * table.fromStride, table.to + row * table.toStride, table.width,
                 table.weight, table.bias, uintBitsToFloat(table.epsilon));
}
