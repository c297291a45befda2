# SPDX-License-Identifier: MIT
# Vectorised kernels, on every instruction set that was compiled and that this processor has.
find_package(hwy REQUIRED)
foreach(name IN ITEMS products rows threads)
    phidelity_test(NAME kernels_${name}
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_kernels_${name}.cpp
        LIBS phidelity_inference hwy)
endforeach()
