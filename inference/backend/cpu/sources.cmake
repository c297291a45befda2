# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/cpu_backend.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cpu_info.cpp
    ${CMAKE_CURRENT_LIST_DIR}/fast_verbs.cpp
    ${CMAKE_CURRENT_LIST_DIR}/host_backend.cpp
    ${CMAKE_CURRENT_LIST_DIR}/obvious_verbs.cpp)
include(${CMAKE_CURRENT_LIST_DIR}/kernels/sources.cmake)
