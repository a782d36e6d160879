"""What the comparisons of vision networks share: ONNX graphs, ONNX Runtime, OpenVINO and this program taking turns in
one run on the same synthetic weights, made from their names (golden/README.md).

    python3 -m venv peer-env && peer-env/bin/pip install onnxruntime onnx numpy openvino nncf
"""
import argparse, os, shutil, subprocess, tempfile, time
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

    def add(self, a, b):
        return self.op("Add", a, b)

    def conv(self, x, kernel, bias=None, stride=1, pads=(0, 0, 0, 0), group=1):
        """pads: top, left, bottom, right"""
        biases = [] if bias is None else [self.constant(bias)]
        return self.op("Conv", x, self.constant(kernel), *biases, strides=[stride] * 2, pads=list(pads), group=group)

    def linear(self, x, weight, bias):
        return self.add(self.op("MatMul", x, self.constant(weight.T)), self.constant(bias))

    def layer_norm(self, x, weight, bias, eps):
        return self.op("LayerNormalization", x, self.constant(weight), self.constant(bias), axis=-1, epsilon=eps)

    def attention(self, q, k, v, heads, width):
        def split(x, order):
            return self.op("Transpose", self.op("Reshape", x, self.shape(1, -1, heads, width // heads)), perm=order)
        q = split(self.op("Mul", q, self.constant(np.float32((width // heads) ** -0.5))), [0, 2, 1, 3])
        mixed = self.op("Softmax", self.op("MatMul", q, split(k, [0, 2, 3, 1])), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", mixed, split(v, [0, 2, 1, 3])), perm=[0, 2, 1, 3])
        return self.op("Reshape", mixed, self.shape(1, -1, width))

    def model(self, width, height, outputs):
        """outputs: name -> (tensor, shape)"""
        for name, (tensor, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [tensor], [name]))
        info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "network", [info("picture", (1, 3, height, width))],
                                  [info(name, shape) for name, (_, shape) in outputs.items()], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def fold(weight, norm, eps):
    """Batch norm (weight, bias, mean, variance) into a convolution: kernel, bias."""
    gamma, beta, mean, var = (v.astype(np.float64) for v in norm)
    s = gamma / np.sqrt(var + eps)
    return (weight * s[:, None, None, None]).astype(np.float32), (beta - mean * s).astype(np.float32)


def same_pads(width, height, kernel, stride):
    total = lambda n: max((-(-n // stride) - 1) * stride + kernel - n, 0)
    x, y = total(width), total(height)
    return y // 2, x // 2, y - y // 2, x - x // 2


class Ours:
    def __init__(self, binary, gguf, args, numbers):
        self.numbers = numbers
        self.process = subprocess.Popen([binary, gguf, str(args.width), str(args.height), str(args.threads), numbers],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env=dict(os.environ, GOMP_SPINCOUNT="500"))

    def time(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline().split()[0])

    def finish(self):
        self.process.stdin.close()
        self.process.wait()
        return np.fromfile(self.numbers, np.float32)


class Peer:
    def __init__(self, run):
        self.run = run

    def time(self):
        start = time.perf_counter()
        self.result = self.run()
        return (time.perf_counter() - start) * 1000

    def finish(self):
        return self.result


def together(outputs):
    return np.concatenate([np.asarray(o).reshape(-1) for o in outputs])


def quantised(model, picture):
    """NNCF's post-training quantisation to 8 bits with smooth quant, as its documentation advises for networks with attention;
    calibrated on pictures like the one that is timed."""
    import nncf, openvino as ov
    kept = model + ".int8.xml"
    if os.path.exists(kept):
        return ov.Core().read_model(kept)
    random = np.random.default_rng(0)
    pictures = [picture] + [random.permutation(picture.reshape(-1)).reshape(picture.shape) for _ in range(3)]
    network = nncf.quantize(ov.Core().read_model(model), nncf.Dataset(pictures, lambda one: {"picture": one}),
                            preset=nncf.QuantizationPreset.MIXED, model_type=nncf.ModelType.TRANSFORMER, subset_size=len(pictures))
    ov.save_model(network, kept, compress_to_fp16=False)
    return network


def openvino_runner(model, picture, outputs, threads, precision):
    import openvino as ov
    core = ov.Core()
    network = quantised(model, picture) if precision.startswith("int8") else core.read_model(model)
    rest = precision.removeprefix("int8, ")
    compiled = core.compile_model(network, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": rest, "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()

    def run():
        found = request.infer({"picture": picture})
        return together(found[name] for name in outputs)
    return run


def arguments(description, width, height):
    options = argparse.ArgumentParser(description=description)
    options.add_argument("binaries")
    options.add_argument("weights")
    options.add_argument("--width", type=int, default=width)
    options.add_argument("--height", type=int, default=height)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--types", default="f32,f16,bf16,q8_0")
    return options


def compare(args, bench, build, outputs, scale, tiny=False, beside=(), model=lambda path: path):
    """build(weights, width, height) gives the ONNX model; `outputs` are compared; `scale` of the input. tiny: the best
    of three runs a turn. beside: files that lie beside the published weights. model: which converted file is run."""
    weights = read_weights(args.weights)
    unit = (stream("input", 3 * args.width * args.height) >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
    values = np.float32(scale) * (np.float32(2) * unit - np.float32(1))
    picture = np.ascontiguousarray(values.reshape(args.height, args.width, 3).transpose(2, 0, 1))[None]
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        write_safetensors(path("network.safetensors"), weights)
        for extra in beside:
            shutil.copy(extra, folder)
        onnx.save(build(weights, args.width, args.height), path("network.onnx"))
        session = ort.SessionOptions()
        session.intra_op_num_threads, session.inter_op_num_threads = args.threads, 1
        session.add_session_config_entry("session.intra_op.allow_spinning", "0")  # never disturb the other's turn
        reference = ort.InferenceSession(path("network.onnx"), session, providers=["CPUExecutionProvider"])
        runners = {"ONNX Runtime f32": Peer(lambda: together(reference.run(outputs, {"picture": picture})))}
        try:
            for precision in ("f32", "bf16", "int8, f32", "int8, bf16"):
                runners["OpenVINO " + precision] = Peer(
                    openvino_runner(path("network.onnx"), picture, outputs, args.threads, precision))
        except ImportError:
            print("OpenVINO is not installed")
        for kind in args.types.split(","):
            subprocess.run([os.path.join(args.binaries, "echollama"), "--quiet", "models", "convert",
                            path("network.safetensors"), "-o", path(kind + ".gguf"), "--type", kind], check=True)
            runners["this program " + kind] = Ours(os.path.join(args.binaries, bench), model(path(kind + ".gguf")), args,
                                                   path(kind + ".f32"))
        times = {name: [] for name in runners}
        for turn in range(args.rounds + 2):
            for name, runner in runners.items():
                took = min(runner.time() for _ in range(3)) if tiny else runner.time()
                if turn >= 2:
                    times[name].append(took)
        base = np.array(times["ONNX Runtime f32"])
        expected = None
        for name, runner in runners.items():
            numbers, took = runner.finish(), np.array(times[name])
            expected = numbers if expected is None else expected
            moved = np.linalg.norm(numbers - expected) / np.linalg.norm(expected)
            print(f"{name:22s} {np.median(took):7.1f} ms ({took.min():.1f}..{took.max():.1f}), ONNX Runtime takes "
                  f"{np.median(base / took):.2f} times as long; differs by {np.abs(numbers - expected).max():.2g} at "
                  f"most, {moved:.2g} of the length")
