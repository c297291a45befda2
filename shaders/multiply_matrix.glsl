// SPDX-License-Identifier: MIT
// The tiles of product_many.comp multiplied by matrix cores: rows of inputs are A, weights B with their
// columns side by side, and sums stay in the registers of a subgroup.

const uint SUBGROUP_ROWS = TILE_ROWS / SUBGROUPS;
const uint ROW_BLOCKS = SUBGROUP_ROWS / MATRIX_M;
const uint OUTPUT_BLOCKS = OUTPUTS / MATRIX_N;
const uint PASSES = TILE_ROWS / PASS_ROWS;

#ifdef MATRIX_KHR
#define MATRIX_INPUT coopmat<float16_t, gl_ScopeSubgroup, MATRIX_M, MATRIX_K, gl_MatrixUseA>
#define MATRIX_WEIGHT coopmat<float16_t, gl_ScopeSubgroup, MATRIX_K, MATRIX_N, gl_MatrixUseB>
#define MATRIX_SUM coopmat<float, gl_ScopeSubgroup, MATRIX_M, MATRIX_N, gl_MatrixUseAccumulator>
// Places and strides count what the array holds: quads.
#define LOAD_ROWS(matrix, tile, at)                                                                \
    coopMatLoad(matrix, tile, at, STRIDE, gl_CooperativeMatrixLayoutRowMajor)
#define LOAD_COLUMNS(matrix, tile, at)                                                             \
    coopMatLoad(matrix, tile, at, STRIDE, gl_CooperativeMatrixLayoutColumnMajor)
#define STORE_ROWS(matrix, to, at)                                                                 \
    coopMatStore(matrix, to, at, OUTPUTS, gl_CooperativeMatrixLayoutRowMajor)
#define MULTIPLY(a, b, c) coopMatMulAdd(a, b, c)
#else
#define MATRIX_INPUT fcoopmatNV<16, gl_ScopeSubgroup, MATRIX_M, MATRIX_K>
#define MATRIX_WEIGHT fcoopmatNV<16, gl_ScopeSubgroup, MATRIX_K, MATRIX_N>
#define MATRIX_SUM fcoopmatNV<32, gl_ScopeSubgroup, MATRIX_M, MATRIX_N>
#define LOAD_ROWS(matrix, tile, at) coopMatLoadNV(matrix, tile, (at) * 4, STRIDE * 4, false)
#define LOAD_COLUMNS(matrix, tile, at) coopMatLoadNV(matrix, tile, (at) * 4, STRIDE * 4, true)
#define STORE_ROWS(matrix, to, at) coopMatStoreNV(matrix, to, at, OUTPUTS, false)
#define MULTIPLY(a, b, c) coopMatMulAddNV(a, b, c)
#endif

/// acc[m * OUTPUT_BLOCKS + n]: block m of the subgroup's rows, block n of the outputs.
MATRIX_SUM acc[ROW_BLOCKS * OUTPUT_BLOCKS];

void clearSums() {
    [[unroll]] for (uint i = 0; i < ROW_BLOCKS * OUTPUT_BLOCKS; ++i) { acc[i] = MATRIX_SUM(0.0); }
}

void multiplyTiles() {
    const uint rowAt = gl_SubgroupID * SUBGROUP_ROWS * STRIDE;
    [[unroll]] for (uint k = 0; k < COLUMNS / MATRIX_K; ++k) {
        MATRIX_INPUT x[ROW_BLOCKS];
        [[unroll]] for (uint m = 0; m < ROW_BLOCKS; ++m) {
            LOAD_ROWS(x[m], inputTile, rowAt + m * MATRIX_M * STRIDE + k * MATRIX_K / 4);
        }
        [[unroll]] for (uint n = 0; n < OUTPUT_BLOCKS; ++n) {
            MATRIX_WEIGHT w;
            LOAD_COLUMNS(w, weightTile, n * MATRIX_N * STRIDE + k * MATRIX_K / 4);
            [[unroll]] for (uint m = 0; m < ROW_BLOCKS; ++m) {
                acc[m * OUTPUT_BLOCKS + n] = MULTIPLY(x[m], w, acc[m * OUTPUT_BLOCKS + n]);
            }
        }
    }
}

/// The sums of pass `pass` to `finished`: a block of rows, which one of the subgroups holds.
void finishSums(uint pass) {
    if (gl_SubgroupID != pass / ROW_BLOCKS) {
        return;
    }
    [[unroll]] for (uint n = 0; n < OUTPUT_BLOCKS; ++n) {
        STORE_ROWS(acc[pass % ROW_BLOCKS * OUTPUT_BLOCKS + n], finished, n * MATRIX_N);
    }
}
