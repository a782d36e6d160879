#!/usr/bin/env python3
"""DETR ResNet-50: this program against ONNX Runtime float32 (and OpenVINO, when installed) on the same graph, taking
turns in one run (peer.py says what to install):

    peer-env/bin/python bench/detr_peer.py build/release/bin ../shared/golden/detr/weights.tsv

Batch norm folded, no key mask, constant position code, as in golden/peer-timings.md. Prints medians, spread, ratio and
the difference of class scores (before the softmax) and boxes.
"""
import numpy as np
import peer


def position_code(width, height):
    y, x = np.meshgrid(np.arange(1, height + 1), np.arange(1, width + 1), indexing="ij")
    halves = []
    for value, last in ((y, height), (x, width)):
        i = np.arange(128)
        angle = (value / (last + 1e-6) * 2 * np.pi)[..., None] / 10000 ** (2 * (i // 2) / 128)
        halves.append(np.where(i % 2 == 0, np.sin(angle), np.cos(angle)))
    return np.concatenate(halves, -1).reshape(1, width * height, 256).astype(np.float32)


def detr_graph(w, width, height):
    g = peer.Graph()

    def conv(name, norm, x, stride=1, pad=0):
        root = "model.backbone.conv_encoder.model."
        parts = [w[root + norm + p] for p in (".weight", ".bias", ".running_mean", ".running_var")]
        return g.conv(x, *peer.fold(w[root + name + ".weight"], parts, 1e-5), stride, [pad] * 4)

    def linear(name, x):
        return g.linear(x, w[name + ".weight"], w[name + ".bias"])

    def norm(name, x):
        return g.layer_norm(x, w[name + ".weight"], w[name + ".bias"], 1e-5)

    def attend(name, q, k, v):
        q, k, v = (linear(f"{name}.{part}_proj", x) for part, x in (("q", q), ("k", k), ("v", v)))
        return linear(name + ".out_proj", g.attention(q, k, v, 8, 256))

    def feed_forward(name, x):
        return linear(name + ".fc2", g.op("Relu", linear(name + ".fc1", x)))

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
            x = g.op("Relu", g.add(y, x))
    x = g.conv(x, w["model.input_projection.weight"], w["model.input_projection.bias"])
    x = g.op("Transpose", g.op("Reshape", x, g.shape(1, 256, -1)), perm=[0, 2, 1])
    position = g.constant(position_code(-(-width // 32), -(-height // 32)))
    for i in range(6):
        n = f"model.encoder.layers.{i}."
        at = g.add(x, position)
        x = norm(n + "self_attn_layer_norm", g.add(x, attend(n + "self_attn", at, at, x)))
        x = norm(n + "final_layer_norm", g.add(x, feed_forward(n[:-1], x)))
    placed = g.add(x, position)
    queries = g.constant(w["model.query_position_embeddings.weight"][None])
    y = g.constant(np.zeros((1, 100, 256), np.float32))
    for i in range(6):
        n = f"model.decoder.layers.{i}."
        at = g.add(y, queries)
        y = norm(n + "self_attn_layer_norm", g.add(y, attend(n + "self_attn", at, at, y)))
        y = norm(n + "encoder_attn_layer_norm", g.add(y, attend(n + "encoder_attn", g.add(y, queries), placed, x)))
        y = norm(n + "final_layer_norm", g.add(y, feed_forward(n[:-1], y)))
    y = norm("model.decoder.layernorm", y)
    logits = linear("class_labels_classifier", y)
    for i in range(3):
        y = g.op("Relu" if i < 2 else "Sigmoid", linear(f"bbox_predictor.layers.{i}", y))
    return g.model(width, height, {"logits": (logits, (1, 100, 92)), "boxes": (y, (1, 100, 4))})


if __name__ == "__main__":
    peer.compare(peer.arguments(__doc__, 1066, 800).parse_args(), "bench_detr", detr_graph, ["logits", "boxes"], 1.6)
