"""Token generation of this program and of llama-bench, built from the same llama.cpp source, taking turns.

    python bench/llm_peer.py build/release/bin/bench_llm LLAMA_BENCH MODEL.gguf [threads [rounds]]
"""
import json
import statistics
import subprocess
import sys

ours, peer, model = sys.argv[1:4]
threads = sys.argv[4] if len(sys.argv) > 4 else "2"
rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 9


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


speeds = {"bench_llm": [], "llama-bench": []}
for _ in range(rounds):
    speeds["bench_llm"].append(float(output(ours, model, threads, "generation")))
    result = json.loads(output(peer, "-m", model, "-t", threads, "-p", "0", "-n", "128", "-r", "1", "-o", "json"))
    speeds["llama-bench"].append(result[0]["avg_ts"])
for name, values in speeds.items():
    print(f"{name}: {statistics.median(values):.1f} tokens/s ({min(values):.1f}..{max(values):.1f})")
ratios = [a / b for a, b in zip(speeds["bench_llm"], speeds["llama-bench"])]
print(f"ratio, median of pairs: {statistics.median(ratios):.3f} ({min(ratios):.3f}..{max(ratios):.3f})")
