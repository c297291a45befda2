// SPDX-License-Identifier: MIT
#pragma once

#include <QtTest>

#include <utility>

#define PHIDELITY_TEST_CONCAT_INNER(a, b) a##b
#define PHIDELITY_TEST_CONCAT(a, b) PHIDELITY_TEST_CONCAT_INNER(a, b)
#define REQUIRE_VALUE_IMPL(name, declaration, ...)                                                 \
    auto name = (__VA_ARGS__);                                                                     \
    QVERIFY2(name.has_value(), name ? "" : name.error().detail.c_str());                           \
    declaration = std::move(*name)

/// `REQUIRE_VALUE(auto x, expression)`: the value of a Result, or the test fails with the error's
/// detail.
#define REQUIRE_VALUE(declaration, ...)                                                            \
    REQUIRE_VALUE_IMPL(PHIDELITY_TEST_CONCAT(required, __LINE__), declaration, __VA_ARGS__)

/// Fails the test unless the expression is a Result that holds this error.
#define REQUIRE_ERROR(expression, expectedCode)                                                    \
    do {                                                                                           \
        const auto failed = (expression);                                                          \
        QVERIFY2(!failed.has_value(), "expected an error");                                        \
        QCOMPARE(failed.error().code, expectedCode);                                               \
    } while (false)
