#!/usr/bin/env python3
"""DETR ResNet-50: this program against ONNX Runtime float32 (and OpenVINO, when installed) on the same graph, taking
turns in one run.

    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install onnxruntime onnx numpy openvino
    /tmp/peer/bin/python bench/detr_peer.py build/release/bin ../shared/golden/detr/weights.tsv

The weights are synthetic, made from their names (golden/README.md); batch norm folded, no key mask, constant position
code, as in golden/peer-timings.md. Prints medians, spread, ratio and the largest difference of the class scores.
"""
import argparse, os, subprocess, tempfile, time
import numpy as np, onnx, onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from synthetic import read_weights, stream, write_safetensors


class Graph:
    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, value):
        self.count += 1
        value = np.ascontiguousarray(value)
        self.constants.append(numpy_helper.from_array(value, f"c{self.count}"))
        return f"c{self.count}"

    def op(self, kind, *inputs, **attributes):
        self.count += 1
        self.nodes.append(helper.make_node(kind, list(inputs), [f"t{self.count}"], **attributes))
        return f"t{self.count}"

    def shape(self, *sizes):
        return self.constant(np.array(sizes, np.int64))


def position_code(width, height):
    y, x = np.meshgrid(np.arange(1, height + 1), np.arange(1, width + 1), indexing="ij")
    halves = []
    for value, last in ((y, height), (x, width)):
        i = np.arange(128)
        angle = (value / (last + 1e-6) * 2 * np.pi)[..., None] / 10000 ** (2 * (i // 2) / 128)
        halves.append(np.where(i % 2 == 0, np.sin(angle), np.cos(angle)))
    return np.concatenate(halves, -1).reshape(1, width * height, 256).astype(np.float32)


def detr_graph(w, width, height):
    g = Graph()

    def conv(name, norm, x, stride=1, pad=0):
        root = "model.backbone.conv_encoder.model."
        gamma, beta, mean, var = (w[root + norm + p].astype(np.float64) for p in
                                  (".weight", ".bias", ".running_mean", ".running_var"))
        s = gamma / np.sqrt(var + 1e-5)
        kernel = (w[root + name + ".weight"] * s[:, None, None, None]).astype(np.float32)
        return g.op("Conv", x, g.constant(kernel), g.constant((beta - mean * s).astype(np.float32)),
                    strides=[stride] * 2, pads=[pad] * 4)

    def linear(name, x):
        return g.op("Add", g.op("MatMul", x, g.constant(w[name + ".weight"].T)), g.constant(w[name + ".bias"]))

    def norm(name, x):
        return g.op("LayerNormalization", x, g.constant(w[name + ".weight"]), g.constant(w[name + ".bias"]),
                    axis=-1, epsilon=1e-5)

    def attend(name, q, k, v):
        def heads(x, order):
            return g.op("Transpose", g.op("Reshape", x, g.shape(1, -1, 8, 32)), perm=order)
        q = heads(g.op("Mul", linear(name + ".q_proj", q), g.constant(np.float32(32 ** -0.5))), [0, 2, 1, 3])
        k = heads(linear(name + ".k_proj", k), [0, 2, 3, 1])
        v = heads(linear(name + ".v_proj", v), [0, 2, 1, 3])
        mixed = g.op("MatMul", g.op("Softmax", g.op("MatMul", q, k), axis=-1), v)
        mixed = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.shape(1, -1, 256))
        return linear(name + ".out_proj", mixed)

    def feed_forward(name, x):
        return linear(name + ".fc2", g.op("Relu", linear(name + ".fc1", x)))

    def add(a, b):
        return g.op("Add", a, b)

    x = g.op("Relu", conv("conv1", "bn1", "picture", 2, 3))
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for s, blocks in enumerate((3, 4, 6, 3)):
        for b in range(blocks):
            n = f"layer{s + 1}.{b}."
            stride = 2 if s and not b else 1
            y = g.op("Relu", conv(n + "conv1", n + "bn1", x))
            y = conv(n + "conv3", n + "bn3", g.op("Relu", conv(n + "conv2", n + "bn2", y, stride, 1)))
            if not b:
                x = conv(n + "downsample.0", n + "downsample.1", x, stride)
            x = g.op("Relu", add(y, x))
    x = g.op("Conv", x, g.constant(w["model.input_projection.weight"]), g.constant(w["model.input_projection.bias"]))
    x = g.op("Transpose", g.op("Reshape", x, g.shape(1, 256, -1)), perm=[0, 2, 1])
    position = g.constant(position_code(-(-width // 32), -(-height // 32)))
    for i in range(6):
        n = f"model.encoder.layers.{i}."
        at = add(x, position)
        x = norm(n + "self_attn_layer_norm", add(x, attend(n + "self_attn", at, at, x)))
        x = norm(n + "final_layer_norm", add(x, feed_forward(n[:-1], x)))
    placed = add(x, position)
    queries = g.constant(w["model.query_position_embeddings.weight"][None])
    y = g.constant(np.zeros((1, 100, 256), np.float32))
    for i in range(6):
        n = f"model.decoder.layers.{i}."
        at = add(y, queries)
        y = norm(n + "self_attn_layer_norm", add(y, attend(n + "self_attn", at, at, y)))
        y = norm(n + "encoder_attn_layer_norm", add(y, attend(n + "encoder_attn", add(y, queries), placed, x)))
        y = norm(n + "final_layer_norm", add(y, feed_forward(n[:-1], y)))
    y = norm("model.decoder.layernorm", y)
    g.nodes.append(helper.make_node("Identity", [linear("class_labels_classifier", y)], ["logits"]))
    for i in range(3):
        y = linear(f"bbox_predictor.layers.{i}", y)
        y = g.op("Relu" if i < 2 else "Sigmoid", y)
    g.nodes.append(helper.make_node("Identity", [y], ["boxes"]))
    tensor = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(g.nodes, "detr", [tensor("picture", 1, 3, height, width)],
                              [tensor("logits", 1, 100, 92), tensor("boxes", 1, 100, 4)], g.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


class Ours:
    def __init__(self, binaries, gguf, args, scores):
        self.scores = scores
        self.process = subprocess.Popen([os.path.join(binaries, "bench_detr"), gguf, str(args.width), str(args.height),
                                         str(args.threads), scores], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def time(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline().split()[0])

    def finish(self):
        self.process.stdin.close()
        self.process.wait()
        return np.fromfile(self.scores, np.float32)


class Peer:
    def __init__(self, run):
        self.run = run

    def time(self):
        start = time.perf_counter()
        self.result = self.run()
        return (time.perf_counter() - start) * 1000

    def finish(self):
        return np.asarray(self.result).reshape(-1)


def openvino_runner(model, picture, threads, precision):
    import openvino as ov
    core = ov.Core()
    compiled = core.compile_model(core.read_model(model), "CPU", {
        "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    return lambda: request.infer({"picture": picture})["logits"]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("binaries")
    options.add_argument("weights")
    options.add_argument("--width", type=int, default=1066)
    options.add_argument("--height", type=int, default=800)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--rounds", type=int, default=9)
    args = options.parse_args()
    weights = read_weights(args.weights)
    unit = (stream("input", 3 * args.width * args.height) >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
    values = np.float32(1.6) * (np.float32(2) * unit - np.float32(1))
    picture = np.ascontiguousarray(values.reshape(args.height, args.width, 3).transpose(2, 0, 1))[None]

    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        write_safetensors(path("detr.safetensors"), weights)
        onnx.save(detr_graph(weights, args.width, args.height), path("detr.onnx"))
        session = ort.SessionOptions()
        session.intra_op_num_threads, session.inter_op_num_threads = args.threads, 1
        session.add_session_config_entry("session.intra_op.allow_spinning", "0")
        reference = ort.InferenceSession(path("detr.onnx"), session, providers=["CPUExecutionProvider"])
        runners = {"ONNX Runtime f32": Peer(lambda: reference.run(["logits"], {"picture": picture})[0])}
        try:
            for precision in ("f32", "bf16"):
                runners["OpenVINO " + precision] = Peer(
                    openvino_runner(path("detr.onnx"), picture, args.threads, precision))
        except ImportError:
            print("OpenVINO is not installed")
        for kind in ("f32", "f16", "bf16", "q8_0"):
            subprocess.run([os.path.join(args.binaries, "echollama"), "--quiet", "models", "convert",
                            path("detr.safetensors"), "-o", path(kind + ".gguf"), "--type", kind], check=True)
            runners["this program " + kind] = Ours(args.binaries, path(kind + ".gguf"), args, path(kind + ".f32"))
        times = {name: [] for name in runners}
        for turn in range(args.rounds + 2):
            for name, runner in runners.items():
                took = runner.time()
                if turn >= 2:
                    times[name].append(took)
        base = np.array(times["ONNX Runtime f32"])
        expected = None
        for name, runner in runners.items():
            scores, took = runner.finish(), np.array(times[name])
            expected = scores if expected is None else expected
            print(f"{name:20s} {np.median(took):7.1f} ms ({took.min():.0f}..{took.max():.0f}), ONNX Runtime takes "
                  f"{np.median(base / took):.2f} times as long, largest difference {np.abs(scores - expected).max():.2g}")


if __name__ == "__main__":
    main()
