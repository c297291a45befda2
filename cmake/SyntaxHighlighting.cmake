# SPDX-License-Identifier: MIT
# Phidelity::SyntaxHighlighting: KDE Syntax Highlighting built against Qt 6. Always there to link to;
# PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING is 1 for its users where the library was found, else 0, and then
# code is shown without colours.
# Looked for: the packaged KF6 one (Debian 13), then the KF5 release that packaging/setup builds against
# Qt 6 into PHIDELITY_PREFIX (Debian 12, whose own package is for Qt 5 and must not be taken).
set(_defaultPrefix "$ENV{PHIDELITY_PREFIX}")
if(NOT _defaultPrefix)
    set(_defaultPrefix "$ENV{XDG_CACHE_HOME}")
    if(NOT _defaultPrefix)
        set(_defaultPrefix "$ENV{HOME}/.cache")
    endif()
    string(APPEND _defaultPrefix "/phidelity/prefix")
endif()
set(PHIDELITY_PREFIX "${_defaultPrefix}" CACHE PATH "Where packaging/setup puts libraries that it builds")
unset(_defaultPrefix)

add_library(phidelity_syntax_highlighting INTERFACE)
add_library(Phidelity::SyntaxHighlighting ALIAS phidelity_syntax_highlighting)
set(PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING 0)

find_package(KF6SyntaxHighlighting QUIET)
if(TARGET KF6::SyntaxHighlighting)
    set(PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING 1)
    target_link_libraries(phidelity_syntax_highlighting INTERFACE KF6::SyntaxHighlighting)
else()
    # Only these prefixes: the system's KF5 package would draw Qt 5 into the program.
    find_package(KF5SyntaxHighlighting QUIET NO_DEFAULT_PATH
        PATHS "${PHIDELITY_PREFIX}" ${CMAKE_PREFIX_PATH})
    if(TARGET KF5::SyntaxHighlighting)
        get_target_property(_links KF5::SyntaxHighlighting INTERFACE_LINK_LIBRARIES)
        if("Qt6::Gui" IN_LIST _links)
            set(PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING 1)
            target_link_libraries(phidelity_syntax_highlighting INTERFACE KF5::SyntaxHighlighting)
        endif()
        unset(_links)
    endif()
endif()

target_compile_definitions(phidelity_syntax_highlighting INTERFACE
    PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING=${PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING})
if(PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING)
    if(TARGET KF6::SyntaxHighlighting)
        message(STATUS "KDE Syntax Highlighting: ${KF6SyntaxHighlighting_DIR}")
    else()
        message(STATUS "KDE Syntax Highlighting: ${KF5SyntaxHighlighting_DIR}")
    endif()
else()
    message(STATUS "KDE Syntax Highlighting: not found, code is shown without colours (packaging/setup gets it)")
endif()
