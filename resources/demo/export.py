# SPDX-License-Identifier: MIT
"""Writes a checkpoint as a GGUF file and, if asked, as a Hugging Face folder.

    python3 resources/demo/export.py --checkpoint RUN/checkpoint.pt \\
        --gguf resources/demo/phidelity-demo.gguf [--folder DIR]

Both hold the same numbers: matrices F16; norms and biases F32 in GGUF, F16 in the folder.
"""
import argparse
import json
import os
import struct

import torch

from tokenizer import Tokenizer

kAlignment = 32
kF32, kF16 = 0, 1
kU32, kI32, kFloat, kBool, kString, kArray = 4, 5, 6, 7, 8, 9


def tensors(state, layers):
    """(GGUF name, Hugging Face name, tensor) in the order of the file."""
    yield "token_embd.weight", "model.embed_tokens.weight", state["embed.weight"]
    for n in range(layers):
        ours, gguf, folder = f"blocks.{n}", f"blk.{n}", f"model.layers.{n}"
        for end in ("weight", "bias"):
            yield f"{gguf}.attn_norm.{end}", f"{folder}.input_layernorm.{end}", state[f"{ours}.norm.{end}"]
            for part, name in zip(state[f"{ours}.qkv.{end}"].chunk(3), "qkv"):
                yield f"{gguf}.attn_{name}.{end}", f"{folder}.self_attn.{name}_proj.{end}", part
            for gg, hf, own in (("attn_output", "self_attn.dense", "dense"),
                                ("ffn_up", "mlp.fc1", "fc1"), ("ffn_down", "mlp.fc2", "fc2")):
                yield f"{gguf}.{gg}.{end}", f"{folder}.{hf}.{end}", state[f"{ours}.{own}.{end}"]
    for end in ("weight", "bias"):
        yield f"output_norm.{end}", f"model.final_layernorm.{end}", state[f"norm.{end}"]
        yield f"output.{end}", f"lm_head.{end}", state[f"head.{end}"]


def raw(tensor, type_):
    kind = torch.float16 if type_ == kF16 else torch.float32
    return tensor.detach().to(kind).contiguous().numpy().tobytes()


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def scalar(kind, value):
    if kind == kString:
        return string(value)
    return struct.pack({kU32: "<I", kI32: "<i", kFloat: "<f", kBool: "<?"}[kind], value)


def entry(key, kind, value, element=None):
    head = string(key) + struct.pack("<I", kind)
    if kind == kArray:
        return (head + struct.pack("<IQ", element, len(value))
                + b"".join(scalar(element, v) for v in value))
    return head + scalar(kind, value)


def writeGguf(path, state, config, tokenizer):
    types = [3 if i == tokenizer.end else 4 if i > tokenizer.end else 1 for i in range(tokenizer.size)]
    metadata = [
        entry("general.architecture", kString, "phi2"),
        entry("general.type", kString, "model"),
        entry("general.name", kString, "Phidelity demo"),
        entry("general.license", kString, "mit"),
        entry("general.description", kString, "A small demo model with the architecture of Phi-2."),
        entry("general.file_type", kU32, 1),
        entry("phi2.context_length", kU32, config["context"]),
        entry("phi2.embedding_length", kU32, config["width"]),
        entry("phi2.feed_forward_length", kU32, config["inner"]),
        entry("phi2.block_count", kU32, config["layers"]),
        entry("phi2.attention.head_count", kU32, config["heads"]),
        entry("phi2.attention.head_count_kv", kU32, config["heads"]),
        entry("phi2.attention.layer_norm_epsilon", kFloat, config["eps"]),
        entry("phi2.rope.dimension_count", kU32, config["rotary"]),
        entry("phi2.rope.freq_base", kFloat, config["theta"]),
        entry("tokenizer.ggml.model", kString, "gpt2"),
        entry("tokenizer.ggml.pre", kString, "phi-2"),
        entry("tokenizer.ggml.tokens", kArray, tokenizer.tokens, kString),
        entry("tokenizer.ggml.token_type", kArray, types, kI32),
        entry("tokenizer.ggml.merges", kArray, [f"{a} {b}" for a, b in tokenizer.merges], kString),
        entry("tokenizer.ggml.bos_token_id", kU32, tokenizer.end),
        entry("tokenizer.ggml.eos_token_id", kU32, tokenizer.end),
        entry("tokenizer.ggml.unknown_token_id", kU32, tokenizer.end),
        entry("tokenizer.ggml.add_bos_token", kBool, False),
    ]
    infos, blobs, offset = [], [], 0
    for name, _, tensor in tensors(state, config["layers"]):
        type_ = kF16 if tensor.ndim == 2 else kF32
        data = raw(tensor, type_)
        dims = list(reversed(tensor.shape))
        infos.append(string(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, type_, offset))
        data += bytes(-len(data) % kAlignment)
        blobs.append(data)
        offset += len(data)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(metadata))
    head += b"".join(metadata) + b"".join(infos)
    head += bytes(-len(head) % kAlignment)
    with open(path, "wb") as file:
        file.write(head + b"".join(blobs))
    print(f"{path}: {len(infos)} tensors, {os.path.getsize(path)} bytes")


def writeFolder(folder, state, config, tokenizer):
    os.makedirs(folder, exist_ok=True)
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for _, name, tensor in tensors(state, config["layers"]):
        data = raw(tensor, kF16)
        header[name] = {"dtype": "F16", "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + len(data)]}
        blobs.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    settings = {
        "architectures": ["PhiForCausalLM"], "model_type": "phi", "vocab_size": config["vocab"],
        "hidden_size": config["width"], "intermediate_size": config["inner"],
        "num_hidden_layers": config["layers"], "num_attention_heads": config["heads"],
        "num_key_value_heads": config["heads"], "hidden_act": "gelu_new",
        "partial_rotary_factor": config["rotary"] / (config["width"] // config["heads"]),
        "rope_theta": config["theta"], "rope_scaling": None, "layer_norm_eps": config["eps"],
        "max_position_embeddings": config["context"], "tie_word_embeddings": False,
        "qk_layernorm": False, "attention_dropout": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0,
        "initializer_range": 0.02, "bos_token_id": tokenizer.end, "eos_token_id": tokenizer.end,
        "torch_dtype": "float16", "use_cache": True,
    }
    for name, content in (("config.json", settings),
                          ("generation_config.json", {"bos_token_id": tokenizer.end,
                                                      "eos_token_id": tokenizer.end})):
        with open(os.path.join(folder, name), "w") as file:
            json.dump(content, file, indent=1)
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    print(f"{folder}: {offset} bytes of tensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--gguf")
    parser.add_argument("--folder")
    args = parser.parse_args()
    tokenizer = Tokenizer.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer.json"))
    state = torch.load(args.checkpoint, weights_only=False)
    if args.gguf:
        writeGguf(args.gguf, state["model"], state["config"], tokenizer)
    if args.folder:
        writeFolder(args.folder, state["model"], state["config"], tokenizer)


if __name__ == "__main__":
    main()
