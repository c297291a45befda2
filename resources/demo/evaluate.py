# SPDX-License-Identifier: MIT
"""Measures the demo model on the held-out prompts, greedily.

    python3 resources/demo/evaluate.py --program build/release/bin/phidelity-cli [--model F]
    python3 resources/demo/evaluate.py --checkpoint RUN/checkpoint.pt

The first form needs only Python: the program generates. The second one generates with PyTorch and
serves while training. Code written by the model runs in a separate process with a time limit.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

kHere = os.path.dirname(os.path.abspath(__file__))
kHeldOut = os.path.join(kHere, "..", "..", "tests", "fixtures", "demo", "heldout.json")


def programGenerator(program, model):
    """prompt, limit -> (text, whether end-of-text was written), through the command line."""
    def generate(prompt, limit):
        command = [program, "generate", "--format", "raw", "--temperature", "0", "--max-tokens",
                   str(limit), "--json", "--prompt", prompt]
        command += ["--model", model] if model else []
        result = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if result.returncode:
            sys.exit(f"{' '.join(command)}: {result.stderr.strip()}")
        answer = json.loads(result.stdout)
        return answer["text"], answer["finish_reason"] == "end_of_text"
    return generate


def checkpointGenerator(path):
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.path.insert(0, kHere)
    import torch
    from model import Config, Phi
    from tokenizer import Tokenizer
    torch.set_num_threads(1)
    tokenizer = Tokenizer.load(os.path.join(kHere, "tokenizer.json"))
    state = torch.load(path, weights_only=False)
    model = Phi(Config(**state["config"]))
    model.load_state_dict(state["model"])
    model.eval()
    print(f"step {state['step']}, {state['seen']} tokens seen")

    def generate(prompt, limit):
        ids, ended = model.generate(tokenizer.encode(prompt), limit, tokenizer.end)
        return tokenizer.decode(ids), ended
    return generate


def passesDoctests(code):
    """Whether the doctests of a source text exist and pass, in a process of their own."""
    check = ("import doctest, sys, types; source = sys.stdin.read(); m = types.ModuleType('m'); "
             "exec(source, m.__dict__); "
             "r = [doctest.DocTestRunner(verbose=False)]; "
             "tests = [doctest.DocTestParser().get_doctest(f.__doc__ or '', m.__dict__, n, 'f', 0) "
             "for n, f in list(m.__dict__.items()) if isinstance(f, types.FunctionType)]; "
             "done = [r[0].run(t, out=lambda s: None) for t in tests]; "
             "sys.exit(0 if done and sum(d.attempted for d in done) "
             "and not sum(d.failed for d in done) else 1)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            return subprocess.run([sys.executable, "-I", "-c", check], input=code, text=True,
                                  cwd=folder, capture_output=True, timeout=5).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def checkArithmetic(item, text, ended):
    found = re.search(r"The answer is (-?\d+)\.", text)
    return ended and found is not None and int(found.group(1)) == item["answer"]


def checkFunction(item, text, ended):
    return passesDoctests(item["prompt"] + text)


def checkTalk(item, text, ended):
    return (ended and all(part in text for part in item["contains"])
            and re.fullmatch(r" [A-Z][^\n]*[.!?]", text) is not None)


kChecks = {"arithmetic": (checkArithmetic, 80), "functions": (checkFunction, 120),
           "talk": (checkTalk, 120)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--program")
    source.add_argument("--checkpoint")
    parser.add_argument("--model", default="")
    parser.add_argument("--held-out", default=kHeldOut)
    parser.add_argument("--limit", type=int, default=10000, help="prompts of each set")
    parser.add_argument("--failures", type=int, default=5, help="failures shown of each set")
    args = parser.parse_args()
    generate = (programGenerator(args.program, args.model) if args.program
                else checkpointGenerator(args.checkpoint))
    with open(args.held_out) as file:
        sets = json.load(file)
    for name, (check, tokens) in kChecks.items():
        items = sets[name][:args.limit]
        good, shown = 0, 0
        for item in items:
            text, ended = generate(item["prompt"], tokens)
            if check(item, text, ended):
                good += 1
            elif shown < args.failures:
                shown += 1
                print(f"  [{name}] {item['prompt']!r} -> {text!r}{'' if ended else ' (no end)'}")
        print(f"{name}: {good} of {len(items)} = {100 * good / max(1, len(items)):.1f} %", flush=True)


if __name__ == "__main__":
    main()
