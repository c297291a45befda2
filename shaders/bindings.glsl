// SPDX-License-Identifier: MIT
// What every shader binds, and the types they share. Needs layouts.h before.

// Words of weights, and activations to read four at a time. Through texel buffers where that is how a
// driver reads 16 bytes a lane fastest: Mesa's software driver is ten times faster so.
#ifdef TEXEL_READS
layout(binding = 0) uniform usamplerBuffer weightsA;
layout(binding = 1) uniform usamplerBuffer weightsB;
layout(binding = 3) uniform samplerBuffer inputs;
#define LOAD_A(index) texelFetch(weightsA, int(index))
#define LOAD_B(index) texelFetch(weightsB, int(index))
layout(binding = 6) uniform usamplerBuffer cacheWords;
#define LOAD_INPUT(index) texelFetch(inputs, int(index))
#define LOAD_CACHE(index) texelFetch(cacheWords, int(index))
#else
layout(binding = 0, std430) restrict readonly buffer WeightsA { uvec4 weightsA[]; };
layout(binding = 1, std430) restrict readonly buffer WeightsB { uvec4 weightsB[]; };
layout(binding = 3, std430) readonly buffer Inputs { vec4 inputs[]; };
#define LOAD_A(index) weightsA[index]
#define LOAD_B(index) weightsB[index]
layout(binding = 6, std430) readonly buffer CacheWords { uvec4 cacheWords[]; };
#define LOAD_INPUT(index) inputs[index]
#define LOAD_CACHE(index) cacheWords[index]
#endif

layout(binding = 2, std430) restrict readonly buffer Vectors { float vectors[]; };
// Coherent: some numbers are read by another workgroup of the same dispatch (the last to finish).
layout(binding = 4, std430) coherent buffer Activations { float activations[]; };
layout(binding = 5, std430) buffer Cache { uint cache[]; };
layout(binding = 7, std430) restrict readonly buffer StepData {
    StepLayout layout_;
    uint stepData[];
};
#ifndef READS_LOGITS // else the shader says how
layout(binding = 8, std430) restrict writeonly buffer Logits { float logits[]; };
#endif
layout(binding = 10, std430) coherent buffer Counters { uint counters[]; };

layout(push_constant) uniform Push { PushConstants push; };

uint tokenOf(uint row) { return stepData[layout_.tokens + row]; }
uint positionOf(uint row) { return stepData[layout_.positions + row]; }
/// The cache page that holds a position of the sequence of a row.
uint pageOf(uint row, uint position) {
    return stepData[layout_.tables + stepData[layout_.sequences + row] * layout_.pagesPerSequence +
                    position / kPageTokensOfShaders];
}

// Cache of a layer: (page, keys or values, head) blocks of kPageTokens * headSize halves.
// Keys: word (dim / 8) * kPageTokens + token holds eight dims of a token, so that neighbouring
// lanes, which take neighbouring tokens, read neighbouring words. Values: word
// token * headSize / 8 + dim / 8, since there neighbouring lanes take neighbouring dims.
uint keyHalf(uint block, uint headSize, uint token, uint dim) {
    return (block * headSize / 8 + dim / 8) * kPageTokensOfShaders * 8 + token * 8 + dim % 8;
}
uint valueHalf(uint block, uint headSize, uint token, uint dim) {
    return block * kPageTokensOfShaders * headSize + token * headSize + dim;
}
