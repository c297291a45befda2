# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/choose.cpp
    ${CMAKE_CURRENT_LIST_DIR}/rotary_angles.cpp
    ${CMAKE_CURRENT_LIST_DIR}/self_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/split_backend.cpp
    ${CMAKE_CURRENT_LIST_DIR}/split_plan.cpp
    ${CMAKE_CURRENT_LIST_DIR}/step_costs.cpp)
