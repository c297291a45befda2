# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/bindings.cpp
    ${CMAKE_CURRENT_LIST_DIR}/device_rates.cpp
    ${CMAKE_CURRENT_LIST_DIR}/device_weights.cpp
    ${CMAKE_CURRENT_LIST_DIR}/matrix_cores.cpp
    ${CMAKE_CURRENT_LIST_DIR}/memory_types.cpp
    ${CMAKE_CURRENT_LIST_DIR}/pipeline_cache_file.cpp
    ${CMAKE_CURRENT_LIST_DIR}/pipelines.cpp
    ${CMAKE_CURRENT_LIST_DIR}/pipelines_ahead.cpp
    ${CMAKE_CURRENT_LIST_DIR}/product_kernels.cpp
    ${CMAKE_CURRENT_LIST_DIR}/recording.cpp
    ${CMAKE_CURRENT_LIST_DIR}/recording_commands.cpp
    ${CMAKE_CURRENT_LIST_DIR}/row_exchange.cpp
    ${CMAKE_CURRENT_LIST_DIR}/self_test_record.cpp
    ${CMAKE_CURRENT_LIST_DIR}/shader_features.cpp
    ${CMAKE_CURRENT_LIST_DIR}/step_keys.cpp
    ${CMAKE_CURRENT_LIST_DIR}/step_memory.cpp
    ${CMAKE_CURRENT_LIST_DIR}/tuning.cpp
    ${CMAKE_CURRENT_LIST_DIR}/vulkan_api.cpp
    ${CMAKE_CURRENT_LIST_DIR}/vulkan_backend.cpp
    ${CMAKE_CURRENT_LIST_DIR}/vulkan_choice.cpp
    ${CMAKE_CURRENT_LIST_DIR}/vulkan_device.cpp
    ${CMAKE_CURRENT_LIST_DIR}/vulkan_instance.cpp
    ${CMAKE_CURRENT_LIST_DIR}/weight_store.cpp)
