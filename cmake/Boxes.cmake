# SPDX-License-Identifier: MIT
# A box is a folder that is one library (or a few) with an include prefix of its own. A target sees the
# headers of a box only by linking to it, so an arrow that the house forbids does not compile: the include
# path holds one link, PREFIX -> folder, and nothing beside it.

# phidelity_prefix(TARGET PREFIX PATH): users of TARGET may include "PREFIX/..." from PATH, a folder or a file.
function(phidelity_prefix target prefix path)
    set(root "${CMAKE_BINARY_DIR}/include/${target}")
    get_filename_component(parent "${root}/${prefix}" DIRECTORY)
    file(MAKE_DIRECTORY "${parent}")
    file(CREATE_LINK "${path}" "${root}/${prefix}" SYMBOLIC)
    get_target_property(kind ${target} TYPE)
    if(kind STREQUAL "INTERFACE_LIBRARY")
        target_include_directories(${target} INTERFACE "${root}")
    else()
        target_include_directories(${target} PUBLIC "${root}")
    endif()
endfunction()

# What every target of ours is compiled with.
function(phidelity_compile_options target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion -fno-math-errno>)
    if(PHIDELITY_SANITIZE)
        target_compile_options(${target} PRIVATE
            $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${PHIDELITY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
        # Qt 6.4 compares two empty lists by memcmp with a null pointer and no bytes. With bytes, the
        # address sanitizer sees it.
        target_compile_options(${target} PRIVATE
            $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=nonnull-attribute>)
        target_link_options(${target} PUBLIC -fsanitize=${PHIDELITY_SANITIZE})
    endif()
endfunction()
