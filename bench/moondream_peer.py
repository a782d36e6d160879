#!/usr/bin/env python3
"""Moondream2's vision encoder at its real size: this program against ONNX Runtime float32 (and OpenVINO, when
installed) on the same graph, taking turns in one run (peer.py says what to install):

    peer-env/bin/python bench/moondream_peer.py build/release/bin

One crop of 378 x 378. Of the 27 equal blocks only --blocks are computed (default 6), to need less memory.
"""
import csv, pathlib, sys, tempfile
import numpy as np
import peer

DATA = pathlib.Path(__file__).parent.parent / "tests" / "data" / "moondream"
VISUAL = "vision_encoder.encoder.model.visual."


def weights_table(path, blocks):
    """weights.tsv of the real shapes; the text model stays small, it is not run."""
    text = [row for row in csv.DictReader(open(DATA / "weights.tsv"), delimiter="\t")
            if row["name"].startswith("text_model.")]
    with open(path, "w") as file:
        file.write("name\tshape\tdtype\tscale\toffset\n")
        for row in csv.DictReader(open(DATA / "real-shapes.tsv"), delimiter="\t"):
            name, shape = row["name"], row["shape"]
            block = name.removeprefix(VISUAL + "blocks.").split(".")[0]
            if not name.startswith("vision_encoder.") or (block.isdigit() and int(block) >= blocks):
                continue
            norm = "norm" in name and name.endswith("weight")
            scale = 0.2 if norm else 0.02
            file.write(f"{name}\t{shape}\tF32\t{scale}\t{1 if norm else 0}\n")
        for row in text:
            file.write("\t".join(row[key] for key in ("name", "shape", "dtype", "scale", "offset")) + "\n")


def graph(w, width, height):
    g = peer.Graph()
    linear = lambda name, x: g.linear(x, w[name + ".weight"], w[name + ".bias"])
    norm = lambda name, x: g.layer_norm(x, w[name + ".weight"], w[name + ".bias"], 1e-5)

    def gelu(x):  # its tanh form
        half = g.op("Mul", x, g.constant(np.float32(0.5)))
        cube = g.op("Mul", g.op("Mul", x, x), g.op("Mul", x, g.constant(np.float32(0.044715))))
        inner = g.op("Tanh", g.op("Mul", g.add(x, cube), g.constant(np.float32((2 / np.pi) ** 0.5))))
        return g.op("Mul", half, g.add(inner, g.constant(np.float32(1))))

    patches = w[VISUAL + "patch_embed.linear.weight"].reshape(-1, 3, 14, 14)
    x = g.conv("picture", patches, w[VISUAL + "patch_embed.linear.bias"], 14)
    d, tokens = patches.shape[0], (width // 14) * (height // 14)
    x = g.op("Transpose", g.op("Reshape", x, g.shape(1, d, tokens)), perm=[0, 2, 1])
    x = g.add(x, g.constant(w[VISUAL + "pos_embed"]))
    index = 0
    while f"{VISUAL}blocks.{index}.norm1.weight" in w:
        n = f"{VISUAL}blocks.{index}."
        qkv = linear(n + "attn.qkv", norm(n + "norm1", x))
        part = lambda k: g.op("Slice", qkv, g.shape(k * d), g.shape((k + 1) * d), g.shape(2))
        x = g.add(x, linear(n + "attn.proj", g.attention(part(0), part(1), part(2), 16, d)))
        x = g.add(x, linear(n + "mlp.fc2", gelu(linear(n + "mlp.fc1", norm(n + "norm2", x)))))
        index += 1
    return g.model(width, height, {"features": (norm(VISUAL + "norm", x), (1, tokens, d))})


if __name__ == "__main__":
    options = peer.arguments(__doc__, 378, 378)
    options.add_argument("--blocks", type=int, default=6)
    sys.argv.insert(2, "")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        args.weights = folder + "/weights.tsv"
        weights_table(args.weights, args.blocks)
        peer.compare(args, "bench_moondream", graph, ["features"], 1, beside=[DATA / "tokenizer.json"],
                     model=lambda path: path.replace(".gguf", "-vision.gguf"))
