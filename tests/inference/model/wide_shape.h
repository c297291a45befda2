// SPDX-License-Identifier: MIT
#pragma once

#include "memory_checkpoint.h"

namespace phidelity::test {

/// The tiny shape made wide enough for whole super-blocks and tails of vectors.
inline ModelShape wideShape(std::uint32_t context) {
    ModelShape shape = tinyShape();
    shape.width = 256;
    shape.heads = 4;
    shape.headSize = 64;
    shape.hidden = 512;
    shape.context = context;
    return shape;
}

} // namespace phidelity::test
