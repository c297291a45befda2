# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/cuda_backend.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cuda_choice.cpp
    ${CMAKE_CURRENT_LIST_DIR}/recorder.cpp
    ${CMAKE_CURRENT_LIST_DIR}/step_memory.cpp
    ${CMAKE_CURRENT_LIST_DIR}/weight_upload.cpp)
