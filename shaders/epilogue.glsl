// SPDX-License-Identifier: MIT
// What becomes of finished rows of a product. Needs HEAD_SIZE and ROTARY.

/// tanh GELU (Hendrycks, Gimpel 2016). The argument of tanh is kept small: some drivers make NaN of
/// large ones.
float gelu(float x) {
    const float inner = clamp(0.7978845608 * (x + 0.044715 * x * x * x), -12.0, 12.0);
    return 0.5 * x * (1.0 + tanh(inner));
}

/// Cosine and sine of pair i at a position. `vectors` begins with the angles: for each position
/// ROTARY / 2 cosines, then as many sines.
vec2 rotaryAngle(uint position, uint i) {
    const uint at = position * ROTARY + i;
    return vec2(vectors[at], vectors[at + ROTARY / 2]);
}
