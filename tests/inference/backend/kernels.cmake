# SPDX-License-Identifier: MIT
# Vectorised kernels, on every instruction set that was compiled and that this processor has.
find_package(hwy REQUIRED)
phidelity_test(NAME kernels_products
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_kernels_products.cpp
    LIBS phidelity_inference hwy)
