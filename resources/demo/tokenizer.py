# SPDX-License-Identifier: MIT
"""Byte-level BPE with GPT-2's regex and Phi-2's whitespace tokens; trainer, encoder, decoder.

Ids: 256 bytes in GPT-2's order, the merges, `<|endoftext|>`, runs of 31 to 2 spaces, runs of 9 to
2 tabs. The trainer ignores pieces that contain a digit, so every digit stays its own token.
"""
import collections
import json

import regex

kPattern = regex.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
kEnd = "<|endoftext|>"
kRuns = [" " * n for n in range(31, 1, -1)] + ["\t" * n for n in range(9, 1, -1)]
kRunPattern = regex.compile("( {2,31}|\t{2,9})")


def byteAlphabet():
    """Character of every byte, and the bytes in the order of their ids."""
    order = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters = {b: chr(b) for b in order}
    for i, b in enumerate(b for b in range(256) if b not in characters):
        characters[b] = chr(256 + i)
        order.append(b)
    return characters, order


kCharacters, kByteOrder = byteAlphabet()
kBytes = {c: b for b, c in kCharacters.items()}


def pieces(text):
    """Fragments in text order: (run, True) for whitespace tokens, (mapped piece, False) else."""
    for i, fragment in enumerate(kRunPattern.split(text)):
        if i % 2:
            yield fragment, True
        elif fragment:
            for match in kPattern.finditer(fragment):
                yield "".join(kCharacters[b] for b in match.group().encode()), False


def trainMerges(texts, count):
    """The `count` most frequent pair merges; ties go to the lexicographically smaller pair."""
    words = collections.Counter()
    for text in texts:
        for piece, isRun in pieces(text):
            plain = bytes(kBytes[c] for c in piece).decode() if not isRun else ""
            if not isRun and len(piece) > 1 and not regex.search(r"\p{N}", plain):
                words[piece] += 1
    symbols = {w: list(w) for w in words}
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for word, n in words.items():
        for pair in zip(symbols[word], symbols[word][1:]):
            pairs[pair] += n
            where[pair].add(word)
    merges = []
    while len(merges) < count:
        best = min(pairs, key=lambda p: (-pairs[p], p))
        if pairs[best] <= 0:
            break
        merges.append(best)
        for word in list(where[best]):
            n, old = words[word], symbols[word]
            for pair in zip(old, old[1:]):
                pairs[pair] -= n
            symbols[word] = merge(old, best)
            for pair in zip(symbols[word], symbols[word][1:]):
                pairs[pair] += n
                where[pair].add(word)
        del pairs[best]
    return merges


def merge(symbols, pair):
    output, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            output.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            output.append(symbols[i])
            i += 1
    return output


class Tokenizer:
    def __init__(self, merges):
        self.merges = [tuple(m) for m in merges]
        self.tokens = [kCharacters[b] for b in kByteOrder]
        self.tokens += [a + b for a, b in self.merges]
        self.end = len(self.tokens)
        self.tokens += [kEnd] + kRuns
        self.ids = {t: i for i, t in enumerate(self.tokens)}
        self.ranks = {m: i for i, m in enumerate(self.merges)}
        self.size = len(self.tokens)
        self.cache = {}

    def encode(self, text):
        output = []
        for piece, isRun in pieces(text):
            if isRun:
                output.append(self.ids[piece])
                continue
            if piece not in self.cache:
                symbols = list(piece)
                while len(symbols) > 1:
                    pair = min(zip(symbols, symbols[1:]),
                               key=lambda p: self.ranks.get(p, len(self.ranks)))
                    if pair not in self.ranks:
                        break
                    symbols = merge(symbols, pair)
                self.cache[piece] = [self.ids[s] for s in symbols]
            output += self.cache[piece]
        return output

    def decode(self, ids):
        raw = b""
        for i in ids:
            token = self.tokens[i]
            if i == self.end:
                continue
            raw += token.encode() if i > self.end else bytes(kBytes[c] for c in token)
        return raw.decode(errors="replace")

    def save(self, path):
        added = [{"id": self.end + i, "content": t, "single_word": False, "lstrip": False,
                  "rstrip": False, "normalized": i > 0, "special": i == 0}
                 for i, t in enumerate([kEnd] + kRuns)]
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                 "use_regex": True}
        document = {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
            "normalizer": None, "pre_tokenizer": level, "post_processor": None, "decoder": level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": "", "end_of_word_suffix": "",
                      "fuse_unk": False,
                      "vocab": {t: i for i, t in enumerate(self.tokens[:self.end + 1])},
                      "merges": [f"{a} {b}" for a, b in self.merges]},
        }
        with open(path, "w") as file:
            json.dump(document, file, ensure_ascii=False, indent=0)

    @staticmethod
    def load(path):
        with open(path) as file:
            merges = json.load(file)["model"]["merges"]
        return Tokenizer([m.split(" ") for m in merges])
