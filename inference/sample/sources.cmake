# SPDX-License-Identifier: MIT
set(sample_sources
    sample/candidates.cpp
    sample/dry.cpp
    sample/exp_sum.cpp
    sample/philox.cpp
    sample/raw_distribution.cpp
    sample/sampler.cpp
    sample/sampler_settings.cpp
    sample/settings_json.cpp
    sample/stages.cpp)
target_sources(phidelity_inference PRIVATE ${sample_sources})
# A transcript must replay on every machine: no sum may be rounded otherwise by fused multiply-add.
# Nobody here looks at floating-point exceptions; promising so allows vectors and changes no result.
set_source_files_properties(${sample_sources} PROPERTIES
    COMPILE_OPTIONS "-ffp-contract=off;-fno-trapping-math")
