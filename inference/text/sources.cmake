# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    text/added_tokens.cpp
    text/byte_alphabet.cpp
    text/merge_table.cpp
    text/pre_tokenizer.cpp
    text/stop_matcher.cpp
    text/string_index.cpp
    text/tokenizer.cpp
    text/unicode_classes.cpp
    text/utf8.cpp
    text/utf8_stream.cpp
    text/vocabulary.cpp)
