// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace phidelity {

/// What went wrong, as a closed set; `describe` in app turns each into a sentence with an advice.
enum class ErrorCode {
    FileMissing,     ///< nothing at that path
    FileUnreadable,  ///< there, but cannot be opened, read or mapped
    BadFile,         ///< the bytes contradict the format
    Unsupported,     ///< well-formed, but an architecture, type or version that we do not run
    TensorMissing,   ///< a tensor that the architecture needs is not in the file
    ShapeMismatch,   ///< a tensor or field whose shape contradicts another
    BadTokenizer,    ///< vocabulary or merges cannot form a tokenizer
    BadArgument,     ///< the caller's value is out of range
    OutOfMemory,     ///< host or device memory does not suffice
    NoDevice,        ///< the device asked for is not there
    DeviceLost,      ///< the device stopped answering
    NotFinite,       ///< arithmetic produced NaN or infinity
    ContextFull,     ///< more tokens than the model's context holds
    WriteFailed,     ///< a file could not be written whole
};

/// An error of the world (files, drivers, memory, users), never of our own logic.
/// `detail` says where, what was expected and what was found:
/// `blk.3.ffn_up.weight: expected {2560, 10240}, found {2560, 10241}`.
struct Error {
    ErrorCode code;
    std::string detail;
};

template <class T> using Result = tl::expected<T, Error>;

/// Shorthand for returning an error: `return fail(ErrorCode::BadFile, "...")`.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail) {
    return tl::unexpected<Error>(Error{code, std::move(detail)});
}

} // namespace phidelity

#define PHIDELITY_CONCAT_INNER(a, b) a##b
#define PHIDELITY_CONCAT(a, b) PHIDELITY_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, if it has one (for Result<void> and the like).
#define PHIDELITY_CHECK(expression)                                                                \
    do {                                                                                           \
        if (auto checkedResult = (expression); !checkedResult) {                                   \
            return tl::unexpected<::phidelity::Error>(std::move(checkedResult).error());           \
        }                                                                                          \
    } while (false)

/// `PHIDELITY_TRY(auto value, expression)`: the value of a Result, or the enclosing function returns its error.
#define PHIDELITY_TRY(declaration, expression)                                                     \
    PHIDELITY_TRY_IMPL(PHIDELITY_CONCAT(tryResult, __LINE__), declaration, expression)
#define PHIDELITY_TRY_IMPL(name, declaration, expression)                                          \
    auto name = (expression);                                                                      \
    if (!name) {                                                                                   \
        return tl::unexpected<::phidelity::Error>(std::move(name).error());                        \
    }                                                                                              \
    declaration = std::move(*name)
