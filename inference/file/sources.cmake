# SPDX-License-Identifier: MIT
target_sources(phidelity_inference PRIVATE
    file/atomic_file.cpp
    file/byte_vocabulary.cpp
    file/checkpoint.cpp
    file/dequantize.cpp
    file/gguf_file.cpp
    file/gguf_model.cpp
    file/gguf_tokenizer.cpp
    file/gguf_writer.cpp
    file/hf_config.cpp
    file/hf_model.cpp
    file/hf_tokenizer.cpp
    file/json.cpp
    file/loaded_checkpoint.cpp
    file/mapped_file.cpp
    file/model_shapes.cpp
    file/quant_preset.cpp
    file/quantize.cpp
    file/quantize_k.cpp
    file/random_model.cpp
    file/safetensors.cpp
    file/sha256.cpp
    file/tensor_directory.cpp
    file/tensor_table.cpp
    file/tensor_type.cpp
    file/tokenizer_rules.cpp
)
