#!/usr/bin/env python3
"""piper_reference.py VOICE.onnx: numbers of a Piper voice's own network, for tests/networks.

Runs en_US-joe-medium.onnx (or the installed model.onnx of an older version) with ONNX Runtime on a row of symbols, its two
sources of noise replaced by normal numbers that the program draws, too (base/counter_rng.h), and writes
tests/data/piper_onnx.tsv in the form of tests/support/reference_samples.h. Needs numpy, onnx and onnxruntime.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

MASK = (1 << 64) - 1
SYMBOLS = [1, 0, 120, 0, 14, 0, 3, 0, 88, 0, 61, 0, 17, 0, 3, 0, 23, 0, 102, 0, 28, 0, 8, 0, 3, 0, 50, 0, 31, 0, 3, 0, 31, 0,
           32, 0, 88, 0, 120, 0, 18, 0, 74, 0, 32, 0, 10, 0, 2]
SEED = 7


def fnv1a64(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def splitmix64(seed, index):
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def normal(what, count):
    seed = SEED ^ fnv1a64(what)
    u1 = np.array([(splitmix64(seed, 2 * i) >> 11) + 1.0 for i in range(count)]) * 2.0**-53
    u2 = np.array([splitmix64(seed, 2 * i + 1) >> 11 for i in range(count)]) * 2.0**-53
    return (np.sqrt(-2 * np.log(u1)) * np.cos(2 * np.pi * u2)).astype(np.float32)


def without_noise(model):
    """The two noises become inputs, the frames of each symbol an output; names of all three."""
    graph = model.graph
    noises = [node for node in graph.node if node.op_type == "RandomNormalLike"]
    durations = next(node.output[0] for node in graph.node if node.op_type == "Ceil")
    assert len(noises) == 2
    for node in noises:
        graph.node.remove(node)
        graph.input.append(helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None))
    graph.output.append(helper.make_tensor_value_info(durations, TensorProto.FLOAT, None))
    first = next(node.output[0] for node in noises if node.name.startswith("/dp/"))
    return first, next(node.output[0] for node in noises if node.output[0] != first), durations


def line(name, tap, values, stride, out):
    flat = values.ravel()
    shape = "x".join(str(n) for n in values.shape)
    at = int(np.abs(flat).argmax())
    numbers = "\t".join(f"{v:.9g}" for v in flat[::stride])
    out.write(f"{name}\t{tap}\t{shape}\t{stride}\t{flat[at]:.9g}\t{at}\t{flat.sum():.9g}\t{numbers}\n")


model = onnx.load(sys.argv[1])
of_durations, of_frames, durations = without_noise(model)
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(scales, frames):
    row = normal("durations", 2 * len(SYMBOLS)).reshape(1, -1, 2).transpose(0, 2, 1)
    feed = {"input": np.array([SYMBOLS], np.int64), "input_lengths": np.array([len(SYMBOLS)], np.int64),
            "scales": np.array(scales, np.float32), of_durations: np.ascontiguousarray(row), of_frames: frames}
    return session.run(["output", durations], feed)


data = pathlib.Path(__file__).resolve().parent.parent / "data" / "piper_onnx.tsv"
with open(data, "w") as out:
    for name, (noise, length, duration_noise) in {"still": (0, 1, 0), "lively": (0.667, 1.1, 0.8)}.items():
        counts = run((0, length, duration_noise), np.zeros((1, 1, 1), np.float32))[1]
        frames = normal("frames", int(counts.sum()) * 192).reshape(1, -1, 192).transpose(0, 2, 1)
        sound, counts = run((noise, length, duration_noise), np.ascontiguousarray(frames))
        line(name, "durations", counts, 1, out)
        line(name, "sound", sound, 97, out)
