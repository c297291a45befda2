# SPDX-License-Identifier: MIT
# Vectorised arithmetic of the CPU backend, compiled once per instruction set by Highway.
find_package(hwy REQUIRED)
target_link_libraries(phidelity_inference PRIVATE hwy)
target_sources(phidelity_inference PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/aligned_buffer.cpp
    ${CMAKE_CURRENT_LIST_DIR}/attention.cpp
    ${CMAKE_CURRENT_LIST_DIR}/fixed_input.cpp
    ${CMAKE_CURRENT_LIST_DIR}/fixed_products.cpp
    ${CMAKE_CURRENT_LIST_DIR}/float_products.cpp
    ${CMAKE_CURRENT_LIST_DIR}/limits.cpp
    ${CMAKE_CURRENT_LIST_DIR}/multiply.cpp
    ${CMAKE_CURRENT_LIST_DIR}/packed_matrix.cpp
    ${CMAKE_CURRENT_LIST_DIR}/panel.cpp
    ${CMAKE_CURRENT_LIST_DIR}/panel_multiply.cpp
    ${CMAKE_CURRENT_LIST_DIR}/prepared_input.cpp
    ${CMAKE_CURRENT_LIST_DIR}/rows.cpp
    ${CMAKE_CURRENT_LIST_DIR}/thread_pool.cpp)
# Lets Highway start at SSE4 instead of its portable set (targets.h). Public, so that inline functions of
# all targets agree.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(phidelity_inference PUBLIC
        $<$<COMPILE_LANGUAGE:CXX>:-march=x86-64-v2>)
endif()
