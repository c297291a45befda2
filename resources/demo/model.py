# SPDX-License-Identifier: MIT
"""The Phi architecture in PyTorch: parallel block, one LayerNorm, partial half-split rotary.

Only training and evaluation use this file; the program has its own engine.
"""
import math
from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    vocab: int = 2048
    width: int = 256
    layers: int = 6
    heads: int = 4
    inner: int = 1024
    rotary: int = 32
    context: int = 512
    eps: float = 1e-5
    theta: float = 10000.0

    def asDict(self):
        return asdict(self)


def rotaryTable(config):
    """cos and sin, each [context, rotary / 2], in float32."""
    half = config.rotary // 2
    frequency = config.theta ** (-torch.arange(half, dtype=torch.float64) * 2 / config.rotary)
    angle = torch.arange(config.context, dtype=torch.float64)[:, None] * frequency
    return angle.cos().float(), angle.sin().float()


def rotate(x, cos, sin):
    """Rotates the first 2 * cos.shape[-1] dims of x [T, heads, dim]; pairs are (i, i + half)."""
    half = cos.shape[-1]
    a, b, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
    cos, sin = cos[:, None, :], sin[:, None, :]
    return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1)


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.heads
        self.norm = nn.LayerNorm(config.width, eps=config.eps)
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.dense = nn.Linear(config.width, config.width)
        self.fc1 = nn.Linear(config.width, config.inner)
        self.fc2 = nn.Linear(config.inner, config.width)

    def project(self, x, cos, sin):
        h = self.norm(x)
        q, k, v = self.qkv(h).view(x.shape[0], 3, self.heads, -1).unbind(1)
        return h, rotate(q, cos, sin), rotate(k, cos, sin), v

    def finish(self, x, h, attended):
        mlp = self.fc2(F.gelu(self.fc1(h), approximate="tanh"))
        return x + self.dense(attended) + mlp


class Phi(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=config.eps)
        self.head = nn.Linear(config.width, config.vocab)
        cos, sin = rotaryTable(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        nn.init.normal_(self.embed.weight, std=0.1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        for block in self.blocks:
            for linear in (block.qkv, block.dense, block.fc1, block.fc2):
                nn.init.zeros_(linear.bias)
                nn.init.normal_(linear.weight, std=1 / math.sqrt(linear.in_features))
            nn.init.zeros_(block.dense.weight)
            nn.init.zeros_(block.fc2.weight)

    def forward(self, ids, lengths):
        """Hidden states [sum(lengths), width] of documents laid end to end in ids.

        Each document attends only to itself and starts at position 0, so there is no padding.
        """
        positions = torch.cat([torch.arange(n) for n in lengths])
        cos, sin = self.cos[positions], self.sin[positions]
        x = self.embed(ids)
        for block in self.blocks:
            h, q, k, v = block.project(x, cos, sin)
            parts = [
                F.scaled_dot_product_attention(
                    a.transpose(0, 1)[None], b.transpose(0, 1)[None], c.transpose(0, 1)[None],
                    is_causal=True)[0].transpose(0, 1)
                for a, b, c in zip(q.split(lengths), k.split(lengths), v.split(lengths))
            ]
            x = block.finish(x, h, torch.cat(parts).flatten(1))
        return self.norm(x)

    @torch.no_grad()
    def generate(self, prompt, limit, end, temperature=0.0, generator=None):
        """Ids that follow `prompt`, without `end`; and whether `end` was reached."""
        cache = [None] * len(self.blocks)
        ids, output = torch.tensor(prompt), []
        start = 0
        limit = min(limit, self.config.context - len(prompt))
        for _ in range(limit):
            n = len(ids)
            cos, sin = self.cos[start:start + n], self.sin[start:start + n]
            x = self.embed(ids)
            for i, block in enumerate(self.blocks):
                h, q, k, v = block.project(x, cos, sin)
                if cache[i] is not None:
                    k, v = torch.cat((cache[i][0], k)), torch.cat((cache[i][1], v))
                cache[i] = (k, v)
                attended = F.scaled_dot_product_attention(
                    q.transpose(0, 1)[None], k.transpose(0, 1)[None], v.transpose(0, 1)[None],
                    is_causal=start == 0)[0].transpose(0, 1)
                x = block.finish(x, h, attended.flatten(1))
            logits = self.head(self.norm(x[-1]))
            if temperature > 0:
                p = torch.softmax(logits / temperature, -1)
                token = int(torch.multinomial(p, 1, generator=generator))
            else:
                token = int(logits.argmax())
            if token == end:
                return output, True
            output.append(token)
            start += n
            ids = torch.tensor([token])
        return output, False
