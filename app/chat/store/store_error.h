// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include <QMetaType>
#include <QString>

#include <tl/expected.hpp>

namespace phidelity {

/// Why something could not be read or kept, as a closed set; describeStoreError turns it into a
/// sentence.
enum class StoreErrorCode {
    NoPermission, ///< the file or its folder belongs to somebody else
    ReadOnly,     ///< the disk, the folder or the file takes no writing
    DiskFull,     ///< no space, or the user's quota is used up
    IoFailed,     ///< the disk or its connection failed
    Locked,       ///< another program has the conversations open
    NotADatabase, ///< a file of another kind stands in the place of ours
    NotOurs,      ///< a database of another program
    Newer,        ///< written by a newer version of this program: can be read, not changed
    Damaged,      ///< the database contradicts itself
    LinkRefused,  ///< a symbolic link stands in the place of our file
    NotFound,     ///< no such conversation or message
    OutOfMemory,
    Refused, ///< the database does not take this statement or value: a mistake of ours
};

/// An error of the world. `detail` says where, what was expected and what was found; for logs and
/// "details" buttons. Plain value.
struct StoreError {
    StoreErrorCode code = StoreErrorCode::Refused;
    QString detail;
};

template <class T>
using StoreResult = tl::expected<T, StoreError>;

/// Shorthand for returning an error.
[[nodiscard]] inline tl::unexpected<StoreError> storeFail(StoreErrorCode code, QString detail) {
    return tl::unexpected<StoreError>(StoreError{code, std::move(detail)});
}

/// The same request can succeed later without a change to it: space was made, the disk is back, the
/// other program has ended.
[[nodiscard]] bool isWorthRetrying(StoreErrorCode code);

/// The sentence that a reader gets: what happened, and what can be done about it.
[[nodiscard]] QString describeStoreError(StoreErrorCode code);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::StoreErrorCode)

#define PHIDELITY_STORE_CONCAT_INNER(a, b) a##b
#define PHIDELITY_STORE_CONCAT(a, b) PHIDELITY_STORE_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, if it has one.
#define STORE_CHECK(expression)                                                                    \
    do {                                                                                           \
        if (auto checkedResult = (expression); !checkedResult) {                                   \
            return tl::unexpected<::phidelity::StoreError>(std::move(checkedResult).error());      \
        }                                                                                          \
    } while (false)

/// `STORE_TRY(auto value, expression)`: the value of a result, or the enclosing function returns
/// its error.
#define STORE_TRY(declaration, expression)                                                         \
    STORE_TRY_IMPL(PHIDELITY_STORE_CONCAT(storeResult, __LINE__), declaration, expression)
#define STORE_TRY_IMPL(name, declaration, expression)                                              \
    auto name = (expression);                                                                      \
    if (!name) {                                                                                   \
        return tl::unexpected<::phidelity::StoreError>(std::move(name).error());                   \
    }                                                                                              \
    declaration = std::move(*name)
