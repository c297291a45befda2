# SPDX-License-Identifier: MIT
# Every shader and its variants: phidelity_shader(NAME SOURCE [DEFINITION...]). TEXEL_READS and SUBGROUP_OF_8
# are for software drivers.
phidelity_shader(product product.comp)
phidelity_shader(product_texel product.comp TEXEL_READS)
phidelity_shader(product_texel_8 product.comp TEXEL_READS SUBGROUP_OF_8)
phidelity_shader(attend_texel_8 attend_8.comp TEXEL_READS)
foreach(verb IN ITEMS embed norm attend top_candidates)
    phidelity_shader(${verb} ${verb}.comp)
    phidelity_shader(${verb}_texel ${verb}.comp TEXEL_READS)
endforeach()
phidelity_shader(rate rate.comp)
phidelity_shader(product_many product_many.comp)
phidelity_shader(product_many_half product_many.comp HALVES)
# Matrix cores: each language where this glslang knows it.
foreach(language IN ITEMS KHR NV)
    phidelity_knows(GL_${language}_cooperative_matrix known)
    if(known)
        string(TOLOWER ${language} suffix)
        phidelity_shader(product_many_${suffix} product_many.comp MATRIX_${language})
    else()
        message(STATUS "Shaders: this glslang knows no GL_${language}_cooperative_matrix")
    endif()
endforeach()
