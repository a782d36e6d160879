#!/usr/bin/env python3
"""MiDaS: this program against ONNX Runtime float32 (and OpenVINO, when installed) on the same graph, taking turns in
one run (peer.py says what to install):

    peer-env/bin/python bench/midas_peer.py dpt build/release/bin ../shared/golden/dpt-hybrid/weights.tsv
    peer-env/bin/python bench/midas_peer.py small build/release/bin ../shared/golden/midas-small/weights.tsv

Batch norm folded and weight standardisation baked in, as in golden/peer-timings.md. Prints medians, spread, ratio and
the difference of the depth.
"""
import sys
import numpy as np
import peer


def resize(g, x, mode):
    return g.op("Resize", x, "", g.constant(np.array([1, 1, 2, 2], np.float32)), mode="linear",
                coordinate_transformation_mode=mode)


def decoder(g, w, features, level_name, unit_name, out_name, head_name, head_mode):
    """unit_name(level, unit, conv), …: names of the two checkpoints; features from fine to coarse"""
    conv3 = lambda name, x: g.conv(x, w[name + ".weight"], w.get(name + ".bias"), 1, [1] * 4)

    def unit(level, number, x):
        y = conv3(unit_name(level, number, 1), g.op("Relu", x))
        return g.add(conv3(unit_name(level, number, 2), g.op("Relu", y)), x)

    path = None
    for level in (4, 3, 2, 1):
        x = conv3(level_name(level), features[level - 1])
        if path:
            x = g.add(path, unit(level, 1, x))
        path = resize(g, unit(level, 2, x), "align_corners")
        path = g.conv(path, w[out_name(level) + ".weight"], w[out_name(level) + ".bias"])
    x = resize(g, conv3(head_name + "0", path), head_mode)
    x = g.op("Relu", conv3(head_name + "2", x))
    return g.op("Relu", g.conv(x, w[head_name + "4.weight"], w[head_name + "4.bias"]))


def dpt_graph(w, width, height):
    g = peer.Graph()
    root = "dpt.embeddings.backbone.bit."

    def standard(name):
        kernel = w[name + ".weight"].astype(np.float64)
        mean, var = (f(kernel, axis=(1, 2, 3), keepdims=True) for f in (np.mean, np.var))
        return ((kernel - mean) / np.sqrt(var + 1e-8)).astype(np.float32)

    def conv_norm(name, norm, x, size, kernel=1, stride=1, relu=True):
        """size: (width, height) of x"""
        weight = standard(root + name)
        x = g.conv(x, weight, None, stride, peer.same_pads(*size, kernel, stride))
        w2, h2 = (-(-n // stride) for n in size)
        x = g.op("Reshape", x, g.shape(1, 32, -1))
        x = g.op("InstanceNormalization", x, g.constant(np.ones(32, np.float32)), g.constant(np.zeros(32, np.float32)),
                 epsilon=1e-5)
        x = g.op("Reshape", x, g.shape(1, weight.shape[0], h2, w2))
        x = g.op("Mul", x, g.constant(w[root + norm + ".weight"][:, None, None]))
        x = g.add(x, g.constant(w[root + norm + ".bias"][:, None, None]))
        return g.op("Relu", x) if relu else x

    half = lambda size: tuple(-(-n // 2) for n in size)
    size = (width, height)
    x = conv_norm("embedder.convolution", "embedder.norm", "picture", size, 7, 2)
    size = half(size)
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=list(peer.same_pads(*size, 3, 2)))
    size = half(size)
    stages = []
    for s, blocks in enumerate((3, 4, 9)):
        for b in range(blocks):
            n = f"encoder.stages.{s}.layers.{b}."
            stride = 2 if s and not b else 1
            y = conv_norm(n + "conv1", n + "norm1", x, size)
            y = conv_norm(n + "conv2", n + "norm2", y, size, 3, stride)
            if not b:
                x = conv_norm(n + "downsample.conv", n + "downsample.norm", x, size, 1, stride, False)
            size = half(size) if stride == 2 else size
            x = g.op("Relu", g.add(conv_norm(n + "conv3", n + "norm3", y, size, 1, 1, False), x))
        stages.append(x)
    x = g.conv(x, w["dpt.embeddings.projection.weight"], w["dpt.embeddings.projection.bias"])
    x = g.op("Transpose", g.op("Reshape", x, g.shape(1, 768, -1)), perm=[0, 2, 1])
    x = g.op("Concat", g.constant(w["dpt.embeddings.cls_token"]), x, axis=1)
    x = g.add(x, g.constant(w["dpt.embeddings.position_embeddings"]))

    def gelu(x):
        erf = g.op("Erf", g.op("Div", x, g.constant(np.float32(2**0.5))))
        return g.op("Mul", g.op("Mul", x, g.add(erf, g.constant(np.float32(1)))), g.constant(np.float32(0.5)))

    linear = lambda name, x: g.linear(x, w[name + ".weight"], w[name + ".bias"])
    norm = lambda name, x: g.layer_norm(x, w[name + ".weight"], w[name + ".bias"], 1e-6)
    tokens = {}
    for i in range(12):
        n = f"dpt.encoder.layer.{i}."
        y = norm(n + "layernorm_before", x)
        q, k, v = (linear(n + "attention.attention." + part, y) for part in ("query", "key", "value"))
        x = g.add(x, linear(n + "attention.output.dense", g.attention(q, k, v, 12, 768)))
        y = gelu(linear(n + "intermediate.dense", norm(n + "layernorm_after", x)))
        x = g.add(x, linear(n + "output.dense", y))
        tokens[i] = x
    for index, block in ((2, 8), (3, 11)):
        neck = "neck.reassemble_stage."
        cut = lambda a, b: g.op("Slice", tokens[block], g.shape(a), g.shape(b), g.shape(1))
        first = g.op("Expand", cut(0, 1), g.shape(1, size[0] * size[1], 768))
        y = gelu(linear(f"{neck}readout_projects.{index}.0", g.op("Concat", cut(1, 1 << 30), first, axis=2)))
        y = g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1]), g.shape(1, 768, size[1], size[0]))
        name = f"{neck}layers.{index}.projection"
        stages.append(g.conv(y, w[name + ".weight"], w[name + ".bias"]))
    down = "neck.reassemble_stage.layers.3.resize"
    last = g.conv(stages[4], w[down + ".weight"], w[down + ".bias"], 2, [1] * 4)
    fusion = "neck.fusion_stage.layers."
    depth = decoder(g, w, [stages[0], stages[1], stages[3], last], lambda l: f"neck.convs.{l - 1}",
                    lambda l, u, c: f"{fusion}{4 - l}.residual_layer{u}.convolution{c}",
                    lambda l: f"{fusion}{4 - l}.projection", "head.head.", "align_corners")
    return g.model(width, height, {"depth": (depth, (1, 1, height, width))})


def small_graph(w, width, height):
    g = peer.Graph()
    six = [g.constant(np.float32(0)), g.constant(np.float32(6))]
    relu6 = lambda x: g.op("Clip", x, *six)

    def conv_norm(name, norm, x, size, stride=1, group=1):
        kernel = w[name + ".weight"]
        parts = [w[norm + p] for p in (".weight", ".bias", ".running_mean", ".running_var")]
        return g.conv(x, *peer.fold(kernel, parts, 1e-3), stride, peer.same_pads(*size, kernel.shape[-1], stride), group)

    size = (width, height)
    x = relu6(conv_norm("pretrained.layer1.0", "pretrained.layer1.1", "picture", size, 2))
    size = tuple(n // 2 for n in size)
    features, channels = {}, 32
    for source, stride in (("1.3", 1), ("1.4", 2), ("2.0", 2), ("3.0", 2), ("3.1", 1), ("4.0", 2), ("4.1", 1)):
        index = 0
        while f"pretrained.layer{source}.{index}.conv_dw.weight" in w:
            n = f"pretrained.layer{source}.{index}."
            step = stride if index == 0 else 1
            y, expands = x, n + "conv_pwl.weight" in w
            if expands:
                y = relu6(conv_norm(n + "conv_pw", n + "bn1", x, size))
            y = relu6(conv_norm(n + "conv_dw", n + ("bn2" if expands else "bn1"), y, size, step,
                                w[n + "conv_dw.weight"].shape[0]))
            size = tuple(-(-k // step) for k in size)
            last = "conv_pwl" if expands else "conv_pw"
            y = conv_norm(n + last, n + ("bn3" if expands else "bn2"), y, size)
            out = w[n + last + ".weight"].shape[0]
            x = g.add(y, x) if step == 1 and out == channels else y
            channels = out
            index += 1
        features[int(source[0])] = x
    net = "scratch.refinenet"
    depth = decoder(g, w, [features[i] for i in (1, 2, 3, 4)], lambda l: f"scratch.layer{l}_rn",
                    lambda l, u, c: f"{net}{l}.resConfUnit{u}.conv{c}", lambda l: f"{net}{l}.out_conv",
                    "scratch.output_conv.", "half_pixel")
    return g.model(width, height, {"depth": (depth, (1, 1, height, width))})


if __name__ == "__main__":
    which = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in ("dpt", "small") else None
    arguments = peer.arguments(__doc__, *((256, 192) if which == "small" else (384, 384)))
    if not which:
        arguments.error("say which network first: dpt or small")
    if which == "dpt":
        peer.compare(arguments.parse_args(), "bench_midas", dpt_graph, ["depth"], 1)
    else:
        peer.compare(arguments.parse_args(), "bench_midas", small_graph, ["depth"], 1, tiny=True)
