# SPDX-License-Identifier: MIT
"""Trains the demo model on the generated corpus with one thread.

    python3 resources/demo/train.py --out RUN [--resume] [--tokens-per-step N]

Schedule: warm-up, stable, decay. The decay to zero starts when RUN/decay exists; that file holds
the number of steps the decay lasts. Nothing depends on wall-clock time, so the process may be
paused or killed and resumed; batches are a function of the seed and the step only.
"""
import argparse
import collections
import json
import os
import random
import sys
import time

# Without these, the allocator maps and unmaps every large tensor, which halves the speed. It reads
# them at the start of a process only.
kEnvironment = {"OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
                "MALLOC_TRIM_THRESHOLD_": str(1 << 34)}
if __name__ == "__main__" and any(os.environ.get(k) != v for k, v in kEnvironment.items()):
    os.environ.update(kEnvironment)
    os.execv(sys.executable, [sys.executable, *sys.argv])

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import data
from model import Config, Phi
from tokenizer import Tokenizer

kSeed = 20261
kMuonRate = 0.02
kAdamRate = {"embed": 0.006, "head": 0.003, "vector": 0.003}
kWarmup = 40


def orthogonalise(g):
    """Newton-Schulz iteration of the Muon optimizer on a batch [n, rows, cols], rows <= cols."""
    g = g / (g.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = g @ g.transpose(1, 2)
        b = torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315)
        g = torch.baddbmm(g, b, g, beta=3.4445)
    return g


class Muon:
    """Momentum orthogonalised per matrix (Jordan et al. 2024); fused q, k, v count as three."""

    def __init__(self, model):
        self.views = []
        for block in model.blocks:
            for part in range(3):
                width = block.qkv.in_features
                self.views.append((block.qkv.weight, part * width, width, False))
            self.views.append((block.dense.weight, 0, block.dense.out_features, False))
            self.views.append((block.fc1.weight, 0, block.fc1.out_features, True))
            self.views.append((block.fc2.weight, 0, block.fc2.out_features, False))
        self.momenta = [torch.zeros(n, w.shape[1]) for w, _, n, _ in self.views]

    @torch.no_grad()
    def step(self, rate, momentum):
        groups = collections.defaultdict(list)
        for i, (weight, first, count, flip) in enumerate(self.views):
            g = weight.grad[first:first + count]
            self.momenta[i].lerp_(g, 1 - momentum)
            update = g.lerp(self.momenta[i], momentum)
            update = update.T if flip else update
            groups[tuple(update.shape)].append((i, update))
        for members in groups.values():
            result = orthogonalise(torch.stack([u for _, u in members]))
            for (i, _), update in zip(members, result):
                weight, first, count, flip = self.views[i]
                update = update.T if flip else update
                scale = max(1.0, count / weight.shape[1]) ** 0.5
                weight[first:first + count].mul_(1 - 0.01 * rate).add_(update, alpha=-rate * scale)


def batches(tokenizer, step, tokens, share):
    """Micro-batches of one step: (ids, lengths, positions with loss, targets, kinds)."""
    rng = random.Random(kSeed * 1_000_003 + step)
    documents, total = [], 0
    while total < tokens:
        document = data.encodeDocument(tokenizer, data.makeDocument(rng))
        documents.append(document)
        total += len(document.ids)
    count = max(1, round(total / share))
    parts = [documents[i::count] for i in range(count)]
    for part in parts:
        ids, lengths, where, targets, kinds = [], [], [], [], []
        for document in part:
            for position, target in enumerate(document.targets):
                if target >= 0:
                    where.append(len(ids) + position)
                    targets.append(target)
                    kinds.append(document.kind)
            ids += document.ids
            lengths.append(len(document.ids))
        yield torch.tensor(ids), lengths, torch.tensor(where), torch.tensor(targets), kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--tokens-per-step", type=int, default=6144)
    parser.add_argument("--micro-tokens", type=int, default=768)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--max-steps", type=int, default=100000)
    parser.add_argument("--checkpoint-every", type=int, default=60)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(kSeed)
    os.makedirs(args.out, exist_ok=True)

    tokenizer = Tokenizer.load(os.path.join(os.path.dirname(__file__), "tokenizer.json"))
    config = Config(vocab=tokenizer.size, layers=args.layers)
    model = Phi(config)
    muon = Muon(model)
    vectors = [p for n, p in model.named_parameters() if p.ndim == 1]
    adam = torch.optim.AdamW([
        {"params": [model.embed.weight], "name": "embed"},
        {"params": [model.head.weight], "name": "head"},
        {"params": vectors, "name": "vector"},
    ], lr=1e-3, betas=(0.9, 0.97), eps=1e-9, weight_decay=0.0)
    step, seen, decayFrom = 0, 0, None
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    if args.resume:
        state = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        muon.momenta = state["muon"]
        step, seen, decayFrom = state["step"], state["seen"], state["decayFrom"]

    log = open(os.path.join(args.out, "train.log"), "a")

    def say(text):
        print(text, flush=True)
        log.write(text + "\n")
        log.flush()

    def save():
        state = {"model": model.state_dict(), "adam": adam.state_dict(), "muon": muon.momenta,
                 "step": step, "seen": seen, "decayFrom": decayFrom, "config": config.asDict()}
        torch.save(state, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)

    parameters = sum(p.numel() for p in model.parameters())
    say(f"# parameters {parameters} config {json.dumps(config.asDict())} "
        f"tokens_per_step {args.tokens_per_step} seed {kSeed} from step {step}")
    decayFile = os.path.join(args.out, "decay")
    sums, counts, mark, markTokens = collections.Counter(), collections.Counter(), time.time(), seen
    while step < args.max_steps:
        factor = min(1.0, (step + 1) / kWarmup)
        if os.path.exists(decayFile):
            decayFrom = step if decayFrom is None else decayFrom
            left = 1 - (step - decayFrom) / int(open(decayFile).read())
            if left <= 0:
                break
            factor = min(factor, left)
        micro = list(batches(tokenizer, step, args.tokens_per_step, args.micro_tokens))
        scored = sum(len(m[3]) for m in micro)
        for ids, lengths, where, targets, kinds in micro:
            hidden = model(ids, lengths)
            loss = F.cross_entropy(model.head(hidden[where]), targets, reduction="none")
            (loss.sum() / scored).backward()
            for kind, value in zip(kinds, loss.tolist()):
                sums[kind] += value
                counts[kind] += 1
            seen += len(ids)
        for group in adam.param_groups:
            group["lr"] = kAdamRate[group["name"]] * factor
        muon.step(kMuonRate * factor, 0.85 + 0.10 * min(1.0, step / 200))
        adam.step()
        model.zero_grad(set_to_none=True)
        step += 1
        if step % 10 == 0:
            speed = (seen - markTokens) / (time.time() - mark)
            kinds = " ".join(f"{k} {sums[k] / counts[k]:.3f}" for k in sorted(counts))
            mean = sum(sums.values()) / sum(counts.values())
            say(f"step {step} tokens {seen} loss {mean:.4f} rate {factor:.3f} "
                f"tokens/s {speed:.0f} | {kinds}")
            sums.clear(), counts.clear()
            mark, markTokens = time.time(), seen
        if step % args.checkpoint_every == 0:
            save()
    save()
    say(f"# finished at step {step}, {seen} tokens")


if __name__ == "__main__":
    main()
