// SPDX-License-Identifier: MIT
// How many multiply-adds a device can do when nothing waits for memory: chains that do not depend on one
// another, in registers. `push.first` rounds of 64 each, a lane.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "layouts.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint LOCAL = 64;

layout(binding = 8, std430) restrict writeonly buffer Results { float results[]; };
layout(push_constant) uniform Push { PushConstants push; };

void main() {
    vec4 a = vec4(gl_GlobalInvocationID.x) * 1e-6;
    vec4 b = a + 1.0;
    vec4 c = a + 2.0;
    vec4 d = a + 3.0;
    const vec4 factor = vec4(0.999, 0.998, 0.997, 0.996);
    for (uint round_ = 0; round_ < push.first; ++round_) {
        [[unroll]] for (uint i = 0; i < 4; ++i) {
            a = fma(a, factor, factor);
            b = fma(b, factor, factor);
            c = fma(c, factor, factor);
            d = fma(d, factor, factor);
        }
    }
    const vec4 all = a + b + c + d;
    results[gl_GlobalInvocationID.x] = all.x + all.y + all.z + all.w;
}
