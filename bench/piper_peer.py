#!/usr/bin/env python3
"""A Piper voice's network: this program against ONNX Runtime float32 on the published file, taking turns in one run.

    python3 -m venv peer-env && peer-env/bin/pip install onnxruntime numpy
    peer-env/bin/python bench/piper_peer.py build/release/bin/bench_vits MODEL.gguf VOICE.onnx

MODEL.gguf is what `echollama models convert VOICE.onnx --out FOLDER` makes. Without noise, so that both make the same
sound. Prints the times to open the network, medians, spread, paired ratios and the largest difference of the sounds.
"""
import argparse, os, subprocess, tempfile, time
import numpy as np, onnxruntime as ort

# "probably a cup," and a sentence of three seconds, as the symbols of en_US-joe-medium
CLAUSE = [1, 0, 28, 0, 88, 0, 120, 0, 51, 0, 122, 0, 15, 0, 59, 0, 15, 0, 24, 0, 21, 0, 3, 0, 50, 0, 3, 0, 23, 0, 120, 0, 102, 0,
          28, 0, 8, 0, 2]
SENTENCE = CLAUSE[:-1] + [3, 0, 50, 0, 15, 0, 121, 0, 14, 0, 100, 0, 32, 0, 3, 0, 35, 0, 120, 0, 102, 0, 26, 0, 3, 0, 25, 0, 120, 0,
                          21, 0, 122, 0, 92, 0, 60, 0, 3, 0, 50, 0, 35, 0, 120, 0, 18, 0, 74, 0, 3, 0, 31, 0, 32, 0, 88, 0, 120, 0,
                          18, 0, 74, 0, 32, 0, 10, 0, 2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench"), parser.add_argument("gguf"), parser.add_argument("onnx")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=9)
    args = parser.parse_args()
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = args.threads, 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # runs as fast, opens sooner
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # never disturb the other's turn
    start = time.perf_counter()
    session = ort.InferenceSession(args.onnx, options, providers=["CPUExecutionProvider"])
    print(f"onnxruntime {ort.__version__}, {args.threads} threads, {args.runs} pairs; it opened the network in "
          f"{(time.perf_counter() - start) * 1000:.0f} ms")
    audio = os.path.join(tempfile.mkdtemp(), "audio.f32")
    ours = subprocess.Popen([args.bench, args.gguf, str(args.threads), audio], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True)

    def run_ours(symbols):
        ours.stdin.write(" ".join(map(str, symbols)) + "\n"), ours.stdin.flush()
        return tuple(map(float, ours.stdout.readline().split()))

    def run_peer(symbols):
        start = time.perf_counter()
        sound = session.run(None, {"input": np.array([symbols], np.int64), "input_lengths": np.array([len(symbols)], np.int64),
                                   "scales": np.array([0, 1, 0], np.float32)})[0].ravel()
        return (time.perf_counter() - start) * 1000, sound

    for name, symbols in (("clause", CLAUSE), ("sentence", SENTENCE)):
        rows = []
        for _ in range(args.runs + 2):
            peer, sound = run_peer(symbols)
            rows.append((peer, *run_ours(symbols)))
        rows = np.array(rows[2:])
        medians = np.median(rows, axis=0)
        print(f"{name} of {len(sound) / 22050:.2f} s: ONNX Runtime {medians[0]:.1f} ms ({rows[:, 0].min():.1f}..{rows[:, 0].max():.1f}), "
              f"this program {medians[2]:.1f} ms ({rows[:, 2].min():.1f}..{rows[:, 2].max():.1f}), its first sound after {medians[1]:.1f} ms; "
              f"paired ratio {np.median(rows[:, 0] / rows[:, 2]):.2f}, to the first sound {np.median(rows[:, 0] / rows[:, 1]):.2f}")
    ours.stdin.close(), ours.wait()
    print(f"largest difference of the sounds {np.abs(np.fromfile(audio, np.float32) - sound).max():.1e}")


main()
