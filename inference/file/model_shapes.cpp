// SPDX-License-Identifier: MIT
#include "inference/file/checkpoint.h"

#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

struct NamedShape {
    std::string_view name;
    ModelShape shape;
};

// Section 1.1 of the PHI-2 reference: layers, width, heads, head size, hidden, rotary, vocabulary,
// context.
constexpr NamedShape kShapes[] = {
    {"phi-1", {24, 2048, 32, 64, 8192, 32, 51200, 2048}},
    {"phi-1.5", {24, 2048, 32, 64, 8192, 32, 51200, 2048}},
    {"phi-2", {32, 2560, 32, 80, 10240, 32, 51200, 2048}},
    {"tiny", {4, 256, 4, 64, 1024, 32, 512, 512}},
};

} // namespace

Result<ModelShape> shapeByName(std::string_view name) {
    std::string known;
    for (const NamedShape& candidate : kShapes) {
        if (candidate.name == name) {
            return candidate.shape;
        }
        known += (known.empty() ? "" : ", ") + std::string(candidate.name);
    }
    return fail(ErrorCode::BadArgument,
                "shape: expected one of " + known + ", found " + forMessage(name));
}

} // namespace phidelity
