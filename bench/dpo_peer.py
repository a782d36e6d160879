#!/usr/bin/env python3
"""Preference training here and with TRL and PEFT, in turns on one machine: dpo_peer.py PEER.py BENCH_TRAIN [ROUNDS] [cached|reference]

PEER.py is the peer's script of the golden numbers (golden/training/dpo_peer.py); its interpreter, this one, needs torch, transformers,
trl, peft and datasets. Both take the same model, adapter and pairs, two threads, float32; "cached": both know the reference
beforehand (the default), "reference": both compute it in every step. The first step of each run is left out. Losses are compared,
too: what is fast must be right.
"""
import json
import re
import statistics
import subprocess
import sys

STEPS, WARM_UP = 3, 1
TOKENS = 2048  # of a step: two pairs of 256 + 256 tokens, the prompt counted with each answer


def peer(script, mode):
    run = "f32-pre" if mode == "cached" else "f32"
    command = [sys.executable, script, "--run", run, "--steps", str(STEPS), "--warmup", str(WARM_UP), "--threads", "2"]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    result = json.loads([line for line in out.splitlines() if line.startswith("{")][-1])
    return result["s_per_step"], result["cpu_s_per_step"], result["peak_rss_mib"], result["losses"]


def ours(program, mode):
    out = subprocess.run([program, str(STEPS + WARM_UP), "2", "plain", mode], stdout=subprocess.PIPE, text=True, check=True).stdout
    steps = [tuple(map(float, m)) for m in re.findall(r"loss ([\d.]+), ([\d.]+) s, ([\d.]+) processor", out)]
    peak = int(re.search(r"peak memory (\d+) MiB", out).group(1))
    timed = steps[WARM_UP:]
    return statistics.median(s[1] for s in timed), statistics.median(s[2] for s in timed), peak, [s[0] for s in steps]


script, program = sys.argv[1:3]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
mode = sys.argv[4] if len(sys.argv) > 4 else "cached"
for _ in range(rounds):
    theirs, own = peer(script, mode), ours(program, mode)
    for name, (seconds, processor, peak, losses) in (("TRL and PEFT", theirs), ("this program", own)):
        print(f"{name}: {TOKENS / seconds:.0f} tokens a second, {seconds:.2f} s and {processor:.2f} processor seconds a step, "
              f"peak memory {peak} MiB, losses {', '.join(f'{loss:.6f}' for loss in losses)}")
    print(f"speed {theirs[0] / own[0]:.2f} times, processor time {theirs[1] / own[1]:.2f} times, memory {own[2] / theirs[2]:.2f} of it; "
          f"largest difference of the losses {max(abs(a - b) for a, b in zip(theirs[3], own[3])):.1e}", flush=True)
