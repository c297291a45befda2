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
