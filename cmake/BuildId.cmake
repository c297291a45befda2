# SPDX-License-Identifier: MIT
# PHIDELITY_BUILD: version, commit and compiler, as records of replies name the build that wrote them.
# Configures again when another commit is checked out; changes that are not committed show as a plus sign.
set(commit unknown)
find_package(Git QUIET)
if(GIT_FOUND)
    execute_process(COMMAND "${GIT_EXECUTABLE}" describe --always --dirty=+ --exclude=* --abbrev=12
        WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE described ERROR_QUIET
        OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND "${GIT_EXECUTABLE}" rev-parse --git-path logs/HEAD
        WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE heads ERROR_QUIET
        OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(described)
        set(commit "${described}")
        get_filename_component(heads "${heads}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
        if(EXISTS "${heads}")
            set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${heads}")
        endif()
    endif()
endif()
set(PHIDELITY_BUILD "${PROJECT_VERSION} (${commit}, ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION})")
