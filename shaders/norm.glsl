// SPDX-License-Identifier: MIT
// LayerNorm of one row by a whole workgroup of LOCAL lanes. Needs `shared float norm_[LOCAL]`.
#ifndef SYNCHRONISE
#define SYNCHRONISE() barrier()
#endif

float sumOverWorkgroup(float value) {
    norm_[gl_LocalInvocationIndex] = value;
    SYNCHRONISE();
    float sum = 0;
    for (uint i = 0; i < LOCAL; ++i) {
        sum += norm_[i];
    }
    SYNCHRONISE();
    return sum;
}

/// Writes the norm of activations[from ...] to activations[to ...]: subtract the mean, divide by
/// sqrt(population variance + epsilon), times weight, plus bias.
void normaliseRow(uint from, uint to, uint width, uint weight, uint bias, float epsilon) {
    float part = 0;
    for (uint i = gl_LocalInvocationIndex; i < width; i += LOCAL) {
        part += activations[from + i];
    }
    const float mean = sumOverWorkgroup(part) / float(width);
    part = 0;
    for (uint i = gl_LocalInvocationIndex; i < width; i += LOCAL) {
        const float difference = activations[from + i] - mean;
        part = fma(difference, difference, part);
    }
    const float scale = inversesqrt(sumOverWorkgroup(part) / float(width) + epsilon);
    for (uint i = gl_LocalInvocationIndex; i < width; i += LOCAL) {
        activations[to + i] =
            fma((activations[from + i] - mean) * scale, vectors[weight + i], vectors[bias + i]);
    }
}
