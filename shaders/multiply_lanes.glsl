// SPDX-License-Identifier: MIT
// The tiles of product_many.comp multiplied by plain arithmetic: a lane sums every 16th output of every
// PASS_ROWS-th row.

const uint LANE_OUTPUTS = OUTPUTS / 16;
const uint PASSES = TILE_ROWS / PASS_ROWS;
/// acc[r * LANE_OUTPUTS + i]: row r * PASS_ROWS + lane / 16, output i * 16 + lane % 16.
float acc[PASSES * LANE_OUTPUTS];

void clearSums() {
    [[unroll]] for (uint i = 0; i < PASSES * LANE_OUTPUTS; ++i) { acc[i] = 0; }
}

void multiplyTiles() {
    const uint weightAt = gl_LocalInvocationIndex % 16 * STRIDE;
    const uint inputAt = gl_LocalInvocationIndex / 16 * STRIDE;
    [[dont_unroll]] for (uint quad = 0; quad < QUADS; ++quad) {
        vec4 w[LANE_OUTPUTS];
        [[unroll]] for (uint i = 0; i < LANE_OUTPUTS; ++i) {
            w[i] = vec4(weightTile[weightAt + i * 16 * STRIDE + quad]);
        }
        [[unroll]] for (uint r = 0; r < PASSES; ++r) {
            const vec4 x = vec4(inputTile[inputAt + r * PASS_ROWS * STRIDE + quad]);
            [[unroll]] for (uint i = 0; i < LANE_OUTPUTS; ++i) {
                float sum = acc[r * LANE_OUTPUTS + i];
                sum = fma(w[i].x, x.x, sum);
                sum = fma(w[i].y, x.y, sum);
                sum = fma(w[i].z, x.z, sum);
                sum = fma(w[i].w, x.w, sum);
                acc[r * LANE_OUTPUTS + i] = sum;
            }
        }
    }
}

/// The sums of pass `pass` to `finished`.
void finishSums(uint pass) {
    const uint at = gl_LocalInvocationIndex / 16 * OUTPUTS + gl_LocalInvocationIndex % 16;
    [[unroll]] for (uint i = 0; i < LANE_OUTPUTS; ++i) {
        finished[at + i * 16] = acc[pass * LANE_OUTPUTS + i];
    }
}
