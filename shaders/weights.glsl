// SPDX-License-Identifier: MIT
// How the words of a tile (TILE_GROUPS groups of kGroupRows rows, by 256 columns) are read. What packs
// them is inference/backend/vulkan/device_weights.cpp. "Word w" below is the word of row r at
// w * INTERLEAVED + r from the tile's first, so that eight lanes which take eight rows read 128 bytes side
// by side. Columns come in chunks of 32, j = 0..7. Tiles of the same rows follow one another.
//
//   F32      word 8 j + i: columns 4 i to 4 i + 3 of chunk j
//   F16,BF16 word 4 j + i: columns 8 i to 8 i + 7
//   Q4_1, Q5_1
//            word j: column 8 c + n in nibble n of component c; then Q5_1: two words of fifth bits, 32 for
//            each chunk; then two halves (scale, minimum) for each chunk
//   The others begin with the word of a row's scales: reading on from there is what prefetchers know.
//   Q8_0     word 0: a half for each chunk; word 1 + 2 j + i: columns 16 i to 16 i + 15
//   Q4_0, Q5_0, Q4_K, Q5_K, Q6_K
//            word 0: Q4_0, Q5_0 a half for each chunk; Q4_K, Q5_K d and dmin, eight low nibbles of scales,
//            of minima, two high bits of both; Q6_K two signed bytes for each chunk;
//            word 1 + j: nibbles as above; then
//            Q5: words 9, 10: the fifth bits, 32 for each chunk
//            Q6_K: words 9-12: two high bits, 64 for each chunk; d as a half for each row, side by side
//   Q2_K     word 0: two bytes for each chunk (scale and minimum in nibbles, of 16 columns each); words 1-4:
//            two bits, 64 for each chunk; then d and dmin as halves for each row, side by side
//   Q3_K     word 0: d, then of sixteen scales the low nibbles in two components and the two high bits in
//            one; words 1-4 as Q2_K; words 5, 6: the third bits as Q5
//
// TYPE is a specialisation constant wherever these are used, as TILE_GROUPS is: a pipeline keeps one branch
// of each.

const uint INTERLEAVED = TILE_GROUPS * kGroupRows;

// ggml's type ids, as in TensorType.
const uint kF32 = 0, kF16 = 1, kQ4_0 = 2, kQ4_1 = 3, kQ5_0 = 6, kQ5_1 = 7, kQ8_0 = 8, kQ2_K = 10,
           kQ3_K = 11, kQ4_K = 12, kQ5_K = 13, kQ6_K = 14, kBF16 = 30;

/// 16-byte words of a group of rows by 256 columns.
uint wordsOfGroup(uint type) {
    switch (type) {
    case kF32:
        return 512;
    case kF16:
    case kBF16:
        return 256;
    case kQ8_0:
        return 136;
    case kQ4_0:
    case kQ4_K:
        return 72;
    case kQ4_1:
        return 80;
    case kQ5_0:
    case kQ5_K:
        return 88;
    case kQ5_1:
        return 96;
    case kQ2_K:
        return 42;
    case kQ3_K:
        return 56;
    default:
        return 105;
    }
}

// With an offset a code is a shift and a logical operation, without it is also a subtraction; the sums of
// inputs that an offset takes cost least where they are shared by several groups.
#ifdef SUBGROUP_OF_8
const bool kBytesHaveOffset = true;
#else
const bool kBytesHaveOffset = false;
#endif

/// Whether a weight is scale * code + offset, with an offset that is not zero.
bool hasOffset(uint type) {
    return (type == kQ8_0 && kBytesHaveOffset) || type == kQ4_0 || type == kQ4_1 ||
           type == kQ5_1 || type == kQ4_K || type == kQ5_K || type == kQ2_K;
}
/// Whether scales stand for 16 columns, not 32.
bool hasHalfScales(uint type) { return type == kQ2_K || type == kQ3_K || type == kQ6_K; }
/// Whether the first word of a row holds the scales of all its chunks, as far as they stand in one.
bool hasHead(uint type) {
    return type == kQ8_0 || type == kQ5_0 || type == kQ5_K || type == kQ4_0 || type == kQ4_K ||
           type == kQ6_K || type == kQ3_K || type == kQ2_K;
}
/// Words from a row's first to those of its codes.
uint wordsToCodes(uint type) { return hasHead(type) ? INTERLEAVED : 0; }
/// Whether the codes of a chunk are one word of nibbles and nothing else.
bool isNibbles(uint type) { return type == kQ4_0 || type == kQ4_1 || type == kQ4_K; }
bool hasScales(uint type) { return type != kF32 && type != kF16 && type != kBF16; }

/// Small whole numbers to float by their place in a mantissa: 2^23 + n, minus 2^23 + bias. A
/// conversion runs at a quarter of the rate on many devices.
vec4 wholes(uvec4 n, float bias) { return uintBitsToFloat(n | 0x4B000000u) - (8388608.0 + bias); }

/// Eight weights of a row before scaling.
struct Codes {
    vec4 low;
    vec4 high;
};

/// 1 + n / 16 of eight nibbles: their bits put under the exponent of 1. Scales make up for it.
Codes nibbleCodes(uint bits) {
    const uvec4 low = uvec4(bits << 19, bits << 15, bits << 11, bits << 7);
    const uvec4 high = uvec4(bits << 3, bits >> 1, bits >> 5, bits >> 9);
    return Codes(uintBitsToFloat((low & 0x780000u) | 0x3F800000u),
                 uintBitsToFloat((high & 0x780000u) | 0x3F800000u));
}

/// Nibbles with WIDTH more bits each above them, from `top`.
Codes wideCodes(uint bits, uint top, uint width, float bias) {
    const uint mask = (1u << width) - 1u;
    const uvec4 steps = uvec4(0, 1, 2, 3) * width;
    const uvec4 low = (uvec4(bits) >> uvec4(0, 4, 8, 12)) & 15u;
    const uvec4 high = (uvec4(bits) >> uvec4(16, 20, 24, 28)) & 15u;
    return Codes(wholes(low | (((uvec4(top) >> steps) & mask) << 4), bias),
                 wholes(high | (((uvec4(top) >> (steps + 4u * width)) & mask) << 4), bias));
}

Codes twoBitCodes(uint bits, uint third, float bias) {
    uvec4 low = (uvec4(bits) >> uvec4(0, 2, 4, 6)) & 3u;
    uvec4 high = (uvec4(bits) >> uvec4(8, 10, 12, 14)) & 3u;
    low |= ((uvec4(third) >> uvec4(0, 1, 2, 3)) & 1u) << 2;
    high |= ((uvec4(third) >> uvec4(4, 5, 6, 7)) & 1u) << 2;
    return Codes(wholes(low, bias), wholes(high, bias));
}

Codes byteCodes(uvec2 bits) {
    const uvec2 flipped = bits ^ 0x80808080u;
    if (kBytesHaveOffset) { // 1 + n / 256
        const uvec4 low = uvec4(flipped.x << 15, flipped.x << 7, flipped.x >> 1, flipped.x >> 9);
        const uvec4 high = uvec4(flipped.y << 15, flipped.y << 7, flipped.y >> 1, flipped.y >> 9);
        return Codes(uintBitsToFloat((low & 0x7F8000u) | 0x3F800000u),
                     uintBitsToFloat((high & 0x7F8000u) | 0x3F800000u));
    }
    const uvec4 shifts = uvec4(0, 8, 16, 24);
    return Codes(wholes((uvec4(flipped.x) >> shifts) & 255u, 128.0),
                 wholes((uvec4(flipped.y) >> shifts) & 255u, 128.0));
}

Codes halfCodes(uvec4 bits) {
    return Codes(vec4(unpackHalf2x16(bits.x), unpackHalf2x16(bits.y)),
                 vec4(unpackHalf2x16(bits.z), unpackHalf2x16(bits.w)));
}

Codes brainCodes(uvec4 bits) {
    const uint upper = 0xFFFF0000u;
    return Codes(
        uintBitsToFloat(uvec4(bits.x << 16, bits.x & upper, bits.y << 16, bits.y & upper)),
        uintBitsToFloat(uvec4(bits.z << 16, bits.z & upper, bits.w << 16, bits.w & upper)));
}

float halfAt(uvec4 words, uint index) {
    return unpackHalf2x16(words[index / 2] >> (16 * (index % 2))).x;
}

/// Scale and offset of a chunk: of its first 16 columns, then of the others.
struct Scales {
    vec2 scale;
    vec2 offset;
};

/// First word of the tile that super-block `s` of a group of rows is in. `weights`: of the matrix;
/// `supers`: super-blocks of its rows.
uint tileOf(uint type, uint weights, uint supers, uint group, uint s) {
    return weights + (group / TILE_GROUPS * supers + s) * TILE_GROUPS * wordsOfGroup(type);
}
/// Row of that tile which is row `r` of the group.
uint rowInTile(uint group, uint r) { return group % TILE_GROUPS * kGroupRows + r; }

// The same functions for the weights of each binding; LOAD reads a word. `tile` is the tile's first word,
// r a row of it, j a chunk, c (0..3) eight columns of the chunk. HEAD is read once for all chunks.
#define DEFINE_TILE_READER(CODES, HEAD, SCALES, LOAD)                                              \
    Codes CODES(uint type, uint tile, uint r, uint j, uint c) {                                    \
        const uint at = tile + r + wordsToCodes(type);                                             \
        if (type == kF32) {                                                                        \
            return Codes(uintBitsToFloat(LOAD(at + (8 * j + 2 * c) * INTERLEAVED)),                \
                         uintBitsToFloat(LOAD(at + (8 * j + 2 * c + 1) * INTERLEAVED)));           \
        }                                                                                          \
        if (type == kF16) {                                                                        \
            return halfCodes(LOAD(at + (4 * j + c) * INTERLEAVED));                                \
        }                                                                                          \
        if (type == kBF16) {                                                                       \
            return brainCodes(LOAD(at + (4 * j + c) * INTERLEAVED));                               \
        }                                                                                          \
        if (type == kQ8_0) {                                                                       \
            const uvec4 word = LOAD(at + (2 * j + c / 2) * INTERLEAVED);                           \
            return byteCodes(c % 2 == 0 ? word.xy : word.zw);                                      \
        }                                                                                          \
        if (type == kQ2_K || type == kQ3_K) {                                                      \
            const uvec4 word = LOAD(at + (j / 2) * INTERLEAVED);                                   \
            const uvec2 pair = j % 2 == 0 ? word.xy : word.zw;                                     \
            const uint bits = pair[c / 2] >> (16 * (c % 2));                                       \
            if (type == kQ2_K) {                                                                   \
                return twoBitCodes(bits, 0, 0.0);                                                  \
            }                                                                                      \
            return twoBitCodes(bits, LOAD(at + (4 + j / 4) * INTERLEAVED)[j % 4] >> (8 * c), 4.0); \
        }                                                                                          \
        const uint bits = LOAD(at + j * INTERLEAVED)[c];                                           \
        if (type == kQ6_K) {                                                                       \
            const uvec4 word = LOAD(at + (8 + j / 2) * INTERLEAVED);                               \
            const uvec2 pair = j % 2 == 0 ? word.xy : word.zw;                                     \
            return wideCodes(bits, pair[c / 2] >> (16 * (c % 2)), 2, 32.0);                        \
        }                                                                                          \
        if (type == kQ5_0 || type == kQ5_1 || type == kQ5_K) {                                     \
            const uint top = LOAD(at + (8 + j / 4) * INTERLEAVED)[j % 4] >> (8 * c);               \
            return wideCodes(bits, top, 1, type == kQ5_0 ? 16.0 : 0.0);                            \
        }                                                                                          \
        return nibbleCodes(bits);                                                                  \
    }                                                                                              \
                                                                                                   \
    uvec4 HEAD(uint type, uint tile, uint r) {                                                     \
        return hasHead(type) ? LOAD(tile + r) : uvec4(0);                                          \
    }                                                                                              \
                                                                                                   \
    Scales SCALES(uint type, uvec4 head, uint tile, uint r, uint j) {                              \
        const uint at = tile + r;                                                                  \
        if (type == kQ8_0) {                                                                       \
            const float d = halfAt(head, j);                                                       \
            return kBytesHaveOffset ? Scales(vec2(256.0 * d), vec2(-384.0 * d))                    \
                                    : Scales(vec2(d), vec2(0));                                    \
        }                                                                                          \
        if (type == kQ4_0) {                                                                       \
            const float d = halfAt(head, j);                                                       \
            return Scales(vec2(16.0 * d), vec2(-24.0 * d));                                        \
        }                                                                                          \
        if (type == kQ5_0) {                                                                       \
            return Scales(vec2(halfAt(head, j)), vec2(0));                                         \
        }                                                                                          \
        if (type == kQ4_1) {                                                                       \
            const vec2 d = unpackHalf2x16(LOAD(at + (8 + j / 4) * INTERLEAVED)[j % 4]);            \
            return Scales(vec2(16.0 * d.x), vec2(d.y - 16.0 * d.x));                               \
        }                                                                                          \
        if (type == kQ5_1) {                                                                       \
            const vec2 d = unpackHalf2x16(LOAD(at + (10 + j / 4) * INTERLEAVED)[j % 4]);           \
            return Scales(d.xx, d.yy);                                                             \
        }                                                                                          \
        if (type == kQ4_K || type == kQ5_K) {                                                      \
            const uint scale = ((head.y >> (4 * j)) & 15u) | (((head.w >> (2 * j)) & 3u) << 4);    \
            const uint low = ((head.z >> (4 * j)) & 15u) | (((head.w >> (16 + 2 * j)) & 3u) << 4); \
            const vec2 d = unpackHalf2x16(head.x) * vec2(float(scale), -float(low));               \
            if (type == kQ4_K) {                                                                   \
                return Scales(vec2(16.0 * d.x), vec2(d.y - 16.0 * d.x));                           \
            }                                                                                      \
            return Scales(d.xx, d.yy);                                                             \
        }                                                                                          \
        if (type == kQ6_K) {                                                                       \
            const int two = int(head[j / 2] >> (16 * (j % 2)));                                    \
            const float d = halfAt(LOAD(tile + 13 * INTERLEAVED + r / 8), r % 8);                  \
            return Scales(d * vec2(bitfieldExtract(two, 0, 8), bitfieldExtract(two, 8, 8)),        \
                          vec2(0));                                                                \
        }                                                                                          \
        if (type == kQ2_K) {                                                                       \
            const uint two = head[j / 2] >> (16 * (j % 2));                                        \
            const vec2 d = unpackHalf2x16(LOAD(tile + 5 * INTERLEAVED + r / 4)[r % 4]);            \
            return Scales(d.x * vec2(two & 15u, (two >> 8) & 15u),                                 \
                          -d.y * vec2((two >> 4) & 15u, (two >> 12) & 15u));                       \
        }                                                                                          \
        if (type == kQ3_K) {                                                                       \
            const uint low = (j < 4 ? head.y : head.z) >> (8 * (j % 4));                           \
            const uint high = head.w >> (4 * j);                                                   \
            return Scales(unpackHalf2x16(head.x).x *                                               \
                              (vec2((low & 15u) | ((high & 3u) << 4),                              \
                                    ((low >> 4) & 15u) | (((high >> 2) & 3u) << 4)) -              \
                               32.0),                                                              \
                          vec2(0));                                                                \
        }                                                                                          \
        return Scales(vec2(1), vec2(0));                                                           \
    }
