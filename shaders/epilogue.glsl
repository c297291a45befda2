// SPDX-License-Identifier: MIT
// What becomes of finished rows of a product. Needs HEAD_SIZE, ROTARY and `finished`: for some rows of
// the step, OUTPUTS numbers each, whole heads where they are rotated.

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

bool needsWholeHeads(uint epilogue) { return epilogue >= kRotateQuery && epilogue <= kToValues; }

/// An output of an epilogue that does not need whole heads.
void storeOutput(uint epilogue, uint target, float value) {
    if (epilogue == kStore) {
        activations[target] = value;
    } else if (epilogue == kGelu) {
        activations[target] = gelu(value);
    } else if (epilogue == kAddToResidual) {
        activations[target] += value;
    } else {
        logits[target] = value;
    }
}

/// Dimension `o` of a head, rotated by the position of the row (Su et al. 2021; pairs
/// (i, i + ROTARY / 2)).
float rotated(uint r, uint position, uint o) {
    const uint dim = o % HEAD_SIZE;
    const float value = finished[r * OUTPUTS + o];
    if (dim >= ROTARY) {
        return value;
    }
    const bool lower = dim < ROTARY / 2;
    const vec2 angle = rotaryAngle(position, lower ? dim : dim - ROTARY / 2);
    const float other = finished[r * OUTPUTS + (lower ? o + ROTARY / 2 : o - ROTARY / 2)];
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
            packHalf2x16(vec2(rotated(r, position, o), rotated(r, position, o + 1)));
    } else {
        cache[valueHalf(block, HEAD_SIZE, token, dim) / 2] =
            packHalf2x16(vec2(finished[r * OUTPUTS + o], finished[r * OUTPUTS + o + 1]));
    }
}

/// Output `o` of those from `first` on, of row `row` of the step, row `r` of what is finished: rotated
/// and stored.
void storeOfHead(PartTable part, uint first, uint r, uint row, uint o) {
    if (part.epilogue == kRotateQuery) {
        activations[part.outAt + row * part.outStride + first + o] =
            rotated(r, positionOf(row), o) * inversesqrt(float(HEAD_SIZE));
    } else if (o % 2 == 0) {
        toCache(part, r, row, first, o);
    }
}
