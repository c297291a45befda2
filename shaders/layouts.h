// SPDX-License-Identifier: MIT
// Included by C++ and by GLSL: every number and every struct that both sides must agree on stands
// here once. All members are 32 bits wide, so that C++ and std430 lay them out alike.
#ifndef PHIDELITY_SHADERS_LAYOUTS_H
#define PHIDELITY_SHADERS_LAYOUTS_H

#ifdef __cplusplus
#include <cstdint>
namespace phidelity::vulkan {
#define PHIDELITY_CONSTANT inline constexpr std::uint32_t
using uint = std::uint32_t;
#else
#define PHIDELITY_CONSTANT const uint
#endif

// ---- Weights ----
PHIDELITY_CONSTANT kGroupRows = 8;      // rows of a matrix that eight lanes take
PHIDELITY_CONSTANT kSuperColumns = 256; // columns of a super-block

// ---- Cache ----
PHIDELITY_CONSTANT kPageTokensOfShaders = 32; // kPageTokens of backend.h

// ---- Steps ----
PHIDELITY_CONSTANT kFewRows = 8; // most rows of the kernels for few rows

// ---- Bindings ----
PHIDELITY_CONSTANT kBindWeightsA = 0;
PHIDELITY_CONSTANT kBindWeightsB = 1;
PHIDELITY_CONSTANT kBindVectors = 2;     // biases, norms, rotary angles: float
PHIDELITY_CONSTANT kBindInputs = 3;      // activations to read: vec4
PHIDELITY_CONSTANT kBindActivations = 4; // the same buffer to write: float
PHIDELITY_CONSTANT kBindCache = 5;       // keys and values of one layer to write: uint
PHIDELITY_CONSTANT kBindCacheWords = 6;  // the same to read: uvec4
PHIDELITY_CONSTANT kBindStep = 7;        // what changes from step to step: uint
PHIDELITY_CONSTANT kBindLogits = 8;      // float
PHIDELITY_CONSTANT kBindSlots = 9;       // the tables of a recorded step
PHIDELITY_CONSTANT kBindCounters = 10;   // zero between dispatches: uint
PHIDELITY_CONSTANT kBindTop = 11;      // what was picked of the logits: uint
PHIDELITY_CONSTANT kBindings = 12;

// ---- Epilogues: see phidelity::Epilogue ----
PHIDELITY_CONSTANT kStore = 0;
PHIDELITY_CONSTANT kGelu = 1;
PHIDELITY_CONSTANT kRotateQuery = 2;
PHIDELITY_CONSTANT kRotateToKeys = 3;
PHIDELITY_CONSTANT kToValues = 4;
PHIDELITY_CONSTANT kAddToResidual = 5; // x += W input + b
PHIDELITY_CONSTANT kToLogits = 6;

PHIDELITY_CONSTANT kNone = 0xFFFFFFFFu;
PHIDELITY_CONSTANT kMostParts = 4;

/// Rows of a stacked product that share an epilogue.
struct PartTable {
    uint weights;        // first word of the matrix, from the start of the binding
    uint weightsB;       // of the second term's
    uint bias;           // in vectors
    uint biasB;          // of the second term
    uint firstWorkgroup; // of this part
    uint firstGroup;     // group of kGroupRows rows that firstWorkgroup begins with
    uint groups;         // one past the last group
    uint outputs;        // rows of the matrix that are real
    uint epilogue;
    uint outAt;     // in activations (or logits), floats
    uint outStride; // floats from row to row
};

/// One product of a recorded step: y = W a (+ V b), row by row of the step.
struct ProductTable {
    PartTable parts[kMostParts];
    uint partCount;
    uint rows;
    uint inputA;  // in activations, floats; a multiple of 4
    uint strideA; // floats from row to row; a multiple of 4
    uint inputB;
    uint strideB;
    uint gatherRows; // 1: row i of the product is step row logitRows[i]
    // The norm that the last workgroup to finish computes of the new residual stream.
    uint normWeight; // in vectors; kNone: no norm
    uint normBias;
    uint normEpsilon; // bits of a float
    uint normOut;     // in activations, floats
    uint normStride;
    uint width;      // of the residual stream
    uint counter;    // of the first rows; one for each ROWS rows
    uint workgroups; // that make the same rows of the step
};

/// Attention of a recorded step.
struct AttendTable {
    uint query; // in activations
    uint strideQuery;
    uint context;
    uint strideContext;
    uint heads;
    uint splits;   // workgroups that share a row's keys, at most
    uint partials; // in activations: (rows, heads, splits, HEAD_SIZE + 2)
    uint counter;  // of the first (row block, head)
    uint rows;
};

/// Rows of the embedding.
struct EmbedTable {
    uint weights;  // first word, from the start of the binding, of row firstRow
    uint firstRow; // of the rows that the binding holds; others are left to other dispatches
    uint endRow;
    uint outAt;
    uint outStride;
    uint width;
    // The norm that the next verb reads of the rows.
    uint normWeight; // in vectors; kNone: no norm
    uint normBias;
    uint normEpsilon; // bits of a float
    uint normOut;     // in activations, floats
    uint normStride;
};

/// The norm of every row of a step.
struct NormTable {
    uint from;
    uint fromStride;
    uint to;
    uint toStride;
    uint width;
    uint weight; // in vectors
    uint bias;
    uint epsilon; // bits of a float
};

/// The largest logits of every logit row.
struct TopTable {
    uint outputs;    // logits of a row
    uint vocabulary; // of them candidates
    uint groups;     // workgroups that share a row, at most kMostTopGroups and kTopKeys / KEEP
    uint found;      // in logits, uints: what each of them found, (rows, groups, a record)
};

// A record of what was found: the largest finite logit, the sum of e^(logit - largest), whether a logit is
// not finite, nothing; then pairs of logit and id (between the passes: of numbers that order them).
PHIDELITY_CONSTANT kTopHeaderUints = 4;
PHIDELITY_CONSTANT kTopKeys = 2048; // that a workgroup sorts at once, in 16 KiB of shared memory
PHIDELITY_CONSTANT kMostTop = 64;   // largest logits that are found of a row
PHIDELITY_CONSTANT kMostTopRows = 8;
PHIDELITY_CONSTANT kMostTopGroups = 32; // one lane sums what they found
PHIDELITY_CONSTANT kMostFoundUints = kMostTopGroups * kTopHeaderUints + 2 * kTopKeys; // of a row

// Tables lie in one buffer, a slot each; a shader sees slots of its own kind of table.
PHIDELITY_CONSTANT kSlotUints = 64;
PHIDELITY_CONSTANT kSlots = 16384; // counters begin with one for each: tickets of product.comp
PHIDELITY_CONSTANT kProductUints = 59;
PHIDELITY_CONSTANT kAttendUints = 9;
PHIDELITY_CONSTANT kEmbedUints = 11;
PHIDELITY_CONSTANT kNormUints = 8;
PHIDELITY_CONSTANT kTopUints = 4;

struct PushConstants {
    uint slot;  // of the table
    uint first; // first workgroup of this dispatch along x
};

/// Where what changes from step to step stands in its buffer, in uints.
struct StepLayout {
    uint tokens;    // (rows) token ids
    uint positions; // (rows)
    uint sequences; // (rows)
    uint logitRows; // (logit rows)
    uint tables;    // (sequences, pagesPerSequence) page ids
    uint pagesPerSequence;
};

#ifdef __cplusplus
static_assert(sizeof(ProductTable) == kProductUints * 4 && kProductUints < kSlotUints);
static_assert(sizeof(AttendTable) == kAttendUints * 4 && sizeof(EmbedTable) == kEmbedUints * 4);
static_assert(sizeof(NormTable) == kNormUints * 4 && sizeof(TopTable) == kTopUints * 4);
} // namespace phidelity::vulkan
#endif
#endif
