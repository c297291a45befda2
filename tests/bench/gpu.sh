#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures and checks a GPU. See --help.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
    cat <<'TEXT'
Usage: tests/bench/gpu.sh [--device vulkan:N|cuda:N] [--build FOLDER] [--types 'F16 Q8_0 Q4_0'] [--short]

Measures decode and prefill of the Phi-2 shape on a GPU (random weights: nothing is downloaded), beside
what the same GPU can copy and multiply at most, what four continuations of a prompt cost beside one, and
checks it: the reference models, each verb against
the plain loops, and the validation layers. Prints one table; under 8 minutes on a GPU.

  --device   which one (phidelity-cli devices lists them); left out: the best Vulkan device
  --build    a built tree to take the programs from; left out: build/release, built if it is not there
  --types    how weights are stored
  --short    few tokens, as on a software driver, where this is chosen by itself
  The reference models are taken from PHIDELITY_SHARED, else from ../shared, and skipped without it.
TEXT
}

device=vulkan build=$source/build/release types='F16 Q8_0 Q4_0' short=no
while [ $# -gt 0 ]; do
    case "$1" in
        --device) device=$2; shift 2 ;;
        --build) build=$2; shift 2 ;;
        --types) types=$2; shift 2 ;;
        --short) short=yes; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

cli=$build/bin/phidelity-cli
if [ ! -x "$cli" ]; then
    (cd "$source" && cmake --preset release && cmake --build --preset release)
    build=$source/build/release cli=$source/build/release/bin/phidelity-cli
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cli" devices --json >"$work/devices.json"
chosen=$(python3 - "$work/devices.json" "$device" <<'PY'
import json, sys
devices = [d for d in json.load(open(sys.argv[1]))["devices"] if d["id"].split(":")[0] in ("vulkan", "cuda")]
wanted = [d for d in devices if sys.argv[2] in (d["id"].split(":")[0], d["id"]) and d["usable"]]
if not wanted:
    sys.exit("no GPU of that name can be used: see phidelity-cli devices")
print(wanted[0]["id"], "software" if wanted[0].get("kind") == "software" or "llvmpipe" in wanted[0]["name"] else "gpu")
print(wanted[0]["name"])
PY
)
read -r id kind <<<"$(head -n 1 <<<"$chosen")"
name=$(tail -n 1 <<<"$chosen")
[ "$kind" = gpu ] || short=yes
echo "$id: $name"
if [ "$kind" != gpu ]; then
    echo "This is a driver that computes on the CPU: what follows says nothing of any GPU."
fi

# ---- Speed ----
prompt=2047 generated=64 repetitions=3
[ $short = no ] || { prompt=64 generated=4 repetitions=1; }
for type in $types; do
    echo "measuring $type ..."
    "$cli" bench --shape phi-2 --type "$type" --device "$id" --prompt-tokens 16 \
        --generate-tokens $generated --repetitions $repetitions --json >"$work/decode-$type.json" || true
    "$cli" bench --shape phi-2 --type "$type" --device "$id" --prompt-tokens $prompt \
        --generate-tokens 1 --repetitions $repetitions --json >"$work/prefill-$type.json" || true
done

# ---- Continuations side by side ----
first=${types%% *} tokens=64
[ $short = no ] || { tokens=4; }
[[ " $types " != *' Q4_0 '* ]] || first=Q4_0
sideBySide=$build/bin/bench_samples
if [ -x "$sideBySide" ]; then
    echo "measuring continuations side by side ($first) ..."
    if "$cli" make-model --shape phi-2 --type "$first" --seed 1 "$work/samples.gguf" >/dev/null; then
        "$sideBySide" "$work/samples.gguf" "$id" $tokens $repetitions 1 2 4 8 >"$work/samples.txt" || true
    fi
    rm -f "$work/samples.gguf"
fi

# ---- Correctness ----
checks=''
check() { # check NAME PATTERN: the tests of that name in the built tree
    local log=$work/$1.log verdict
    if (cd "$build" && ctest -N -R "$2" 2>&1) | grep -qx 'Total Tests: 0'; then
        verdict='not built'
    elif (cd "$build" && PHIDELITY_TEST_DEVICE=$id ctest -R "$2" --output-on-failure --timeout 300 >"$log" 2>&1); then
        verdict="passed, $(grep -c 'Passed' "$log") test programs"
    else
        verdict='FAILED'
        tail -n 40 "$log"
    fi
    checks="$checks$(printf '  %-28s %s' "$1" "$verdict")"$'\n'
}
echo "checking ..."
check 'reference-logits' '^oracle|model_oracle|test_oracle'
check 'verbs' 'verbs|vulkan_products|vulkan_attention|vulkan_packing|cuda_model'
check 'validation-layers' 'validation'

python3 - "$work" $types <<'PY'
import json, os, sys
folder, types = sys.argv[1], sys.argv[2:]
targets = {"F16": 0.70, "Q8_0": 0.60, "Q4_0": 0.45}
def load(path):
    return json.load(open(path)) if os.path.exists(path) and os.path.getsize(path) else None
def share(value, target=None):
    if value is None:
        return "not known"
    text = f"{100 * value:.1f}%"
    return text + (f" (asked {100 * target:.0f}%)" if target else "")
print(f"\n{'type':6} {'decode':>10} {'GB/s':>8} {'copy GB/s':>10} {'share':>20} "
      f"{'prefill':>10} {'GMAC/s':>9} {'most':>9} {'share':>20}")
for t in types:
    d, p = load(f"{folder}/decode-{t}.json"), load(f"{folder}/prefill-{t}.json")
    if not d or not p:
        print(f"{t:6} no result: see above")
        continue
    print(f"{t:6} {d['decode_tokens_per_second']:10.2f} {d['achieved_gb_per_second']:8.1f} "
          f"{d['read_gb_per_second'] or 0:10.1f} {share(d['share_of_read_bandwidth'], targets.get(t)):>20} "
          f"{p['prefill_tokens_per_second']:10.1f} {p['achieved_gmac_per_second']:9.1f} "
          f"{p['gmac_per_second'] or 0:9.1f} {share(p['share_of_arithmetic'], 0.40):>20}")
    costs = {k: d.get(k) for k in ("dispatches_per_layer", "barriers_per_layer",
                                   "submits_per_token", "allocations_per_token")}
    print("       " + ", ".join(f"{k} {v}" for k, v in costs.items()))
print("decode and prefill in tokens a second;", "prefill shares in", (p or {}).get("arithmetic", "?"))
PY
if [ -s "$work/samples.txt" ]; then
    printf '\nseveral continuations of one prompt, %s (asked: 4 in 1.5 times the time of one):\n' "$first"
    grep 'side by side' "$work/samples.txt" || true
fi
printf '\n%s' "$checks"
