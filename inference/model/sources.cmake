# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/reply_writer.cpp
    ${CMAKE_CURRENT_LIST_DIR}/device_fit.cpp
    ${CMAKE_CURRENT_LIST_DIR}/draft.cpp
    ${CMAKE_CURRENT_LIST_DIR}/device_share.cpp
    ${CMAKE_CURRENT_LIST_DIR}/forward.cpp
    ${CMAKE_CURRENT_LIST_DIR}/generator.cpp
    ${CMAKE_CURRENT_LIST_DIR}/load_plan.cpp
    ${CMAKE_CURRENT_LIST_DIR}/memory_plan.cpp
    ${CMAKE_CURRENT_LIST_DIR}/model.cpp
    ${CMAKE_CURRENT_LIST_DIR}/page_pool.cpp
    ${CMAKE_CURRENT_LIST_DIR}/prefix_cache.cpp
    ${CMAKE_CURRENT_LIST_DIR}/replay.cpp
    ${CMAKE_CURRENT_LIST_DIR}/samples.cpp
    ${CMAKE_CURRENT_LIST_DIR}/schedule.cpp
    ${CMAKE_CURRENT_LIST_DIR}/scorer.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sequence.cpp)
