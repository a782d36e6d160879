#!/usr/bin/env python3
"""SNAC decoder: this program against ONNX Runtime float32 on the same graph, taking turns in one run.

    python3 -m venv peer-env && peer-env/bin/pip install onnxruntime onnx numpy
    peer-env/bin/python bench/snac_peer.py build/release/bin/bench_snac ../shared/golden/snac/weights.tsv

The weights are synthetic, made from their names (golden/README.md); weight norm folded, noise block removed, as in
golden/peer-timings.md. Prints medians, spread, ratio and the largest difference of the two sounds.
"""
import argparse, csv, json, os, struct, subprocess, tempfile, time
import numpy as np, onnx, onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from synthetic import read_weights, stream, write_safetensors


def decoder_graph(w):
    nodes, initializers, count = [], [], [0]

    def constant(value):
        count[0] += 1
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), f"c{count[0]}"))
        return f"c{count[0]}"

    def op(kind, inputs, **attributes):
        count[0] += 1
        nodes.append(helper.make_node(kind, inputs, [f"t{count[0]}"], **attributes))
        return f"t{count[0]}"

    def folded(name):
        g, v = (w[f"{name}.parametrizations.weight.original{i}"] for i in (0, 1))
        norm = np.sqrt((v.astype(np.float64) ** 2).sum(axis=tuple(range(1, v.ndim)), keepdims=True))
        return (g * (v / norm)).astype(np.float32)

    def conv(name, x, **attributes):
        return op("Conv", [x, constant(folded(name)), constant(w[name + ".bias"])], **attributes)

    two = constant(np.float32(2))

    def snake(name, x):
        alpha = w[name + ".alpha"]
        square = op("Pow", [op("Sin", [op("Mul", [constant(alpha), x])]), two])
        return op("Add", [x, op("Mul", [constant(1 / (alpha + np.float32(1e-9))), square])])

    x = conv("decoder.model.0", "z", pads=[3, 3], group=768)
    x = conv("decoder.model.1", x)
    width = 512
    for i, stride in enumerate((8, 8, 4, 2)):
        block = f"decoder.model.{i + 2}.block."
        x = snake(block + "0", x)
        pad = (stride + 1) // 2
        x = op("ConvTranspose", [x, constant(folded(block + "1")), constant(w[block + "1.bias"])],
               strides=[stride], pads=[pad, pad], kernel_shape=[2 * stride])
        for unit, d in enumerate((1, 3, 9)):
            name = f"{block}{unit + 3}.block."
            y = conv(name + "1", snake(name + "0", x), pads=[3 * d, 3 * d], dilations=[d], group=width)
            x = op("Add", [x, conv(name + "3", snake(name + "2", y))])
        width //= 2
    x = conv("decoder.model.7", snake("decoder.model.6", x), pads=[3, 3])
    nodes.append(helper.make_node("Tanh", [x], ["audio"]))
    graph = helper.make_graph(
        nodes, "snac", [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 768, "t"])],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [1, 1, "n"])], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    model.ir_version = 8
    return model


def latent(w, frames):
    z = np.zeros((768, 4 * frames), np.float32)
    for i, stride in enumerate((4, 2, 1)):
        codes = (stream(f"codes.{i}", frames << i) >> np.uint64(52)).astype(int)
        q = f"quantizer.quantizers.{i}."
        g, v = (w[f"{q}out_proj.parametrizations.weight.original{k}"] for k in (0, 1))
        weight = (g * (v / np.sqrt((v.astype(np.float64) ** 2).sum(axis=(1, 2), keepdims=True))))[:, :, 0]
        part = weight.astype(np.float32) @ w[q + "codebook.weight"][codes].T + w[q + "out_proj.bias"][:, None]
        z += np.repeat(part, stride, axis=1)
    return z[None]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench"), parser.add_argument("weights")
    parser.add_argument("--frames", type=int, default=117)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=9)
    args = parser.parse_args()
    w = read_weights(args.weights)
    holder = tempfile.TemporaryDirectory()
    folder = holder.name
    write_safetensors(f"{folder}/snac.safetensors", w)
    onnx.save(decoder_graph(w), f"{folder}/snac.onnx")
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = args.threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # never disturb the other's turn
    session = ort.InferenceSession(f"{folder}/snac.onnx", options, providers=["CPUExecutionProvider"])
    z = latent(w, args.frames)
    ours = subprocess.Popen([args.bench, f"{folder}/snac.safetensors", str(args.frames), str(args.threads), "quiet",
                             f"{folder}/audio.f32"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run_ours():
        ours.stdin.write("go\n"), ours.stdin.flush()
        return float(ours.stdout.readline())

    def run_peer():
        start = time.perf_counter()
        audio = session.run(None, {"z": z})[0]
        return (time.perf_counter() - start) * 1000, audio

    pairs = []
    for i in range(args.runs + 2):
        peer, audio = run_peer()
        pairs.append((run_ours(), peer))
    ours.stdin.close(), ours.wait()
    sound = np.fromfile(f"{folder}/audio.f32", np.float32)
    mine, peers = (sorted(column) for column in zip(*pairs[2:]))
    seconds = args.frames * 2048 / 24000
    middle = len(mine) // 2
    print(f"onnxruntime {ort.__version__}, {args.threads} threads, {args.frames} frames ({seconds:.2f} s of sound), {args.runs} pairs")
    print(f"this program  median {mine[middle]:.1f} ms ({mine[0]:.1f}..{mine[-1]:.1f}), real-time factor {mine[middle] / seconds / 1000:.4f}")
    print(f"ONNX Runtime  median {peers[middle]:.1f} ms ({peers[0]:.1f}..{peers[-1]:.1f})")
    print(f"ratio of medians {peers[middle] / mine[middle]:.2f}, median of paired ratios {sorted(p / m for m, p in pairs[2:])[middle]:.2f}")
    print(f"largest difference of the sounds {np.abs(sound - audio.ravel()).max():.2e}")


main()
