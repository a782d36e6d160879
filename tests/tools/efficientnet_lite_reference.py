#!/usr/bin/env python3
"""Reference numbers for EfficientNet-Lite2: runs the published weights in PyTorch (float32) and stores strided samples of what the
tests compare.

    python3 efficientnet_lite_reference.py efficientnet-lite2-9656183e.pth chelsea260.png > tests/data/efficientnet_lite2_torch.tsv
                                            (reference made with PyTorch 1.13 and Pillow 9.4)

chelsea260.png is the middle 260 of 292 parts of the sample photo's short side, resized to 260x260 (Pillow's bicubic). The lines are
those of tfjs_reference.mjs; tensors are written channel-last.
"""
import math
import sys

import torch
import torch.nn.functional as F
from PIL import Image

MASK = (1 << 64) - 1
STRIDES, REPEATS, SIZE = (1, 2, 2, 2, 1, 2, 1), (1, 3, 3, 4, 4, 5, 1), 260


def noise(name, count):
    """src/base/counter_rng.h: FNV-1a of the name seeds SplitMix64; the upper 24 bits are a number in [0, 1)."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    values = []
    for i in range(count):
        z = (seed + (i + 1) * 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        values.append(math.floor((z >> 40) / 2**24 * 256))
    return torch.tensor(values, dtype=torch.float32)


def same_conv(x, weight, stride, groups=1):
    """TensorFlow's SAME padding, the smaller half first."""
    kernel = weight.shape[-1]
    total = [max((math.ceil(n / stride) - 1) * stride + kernel - n, 0) for n in x.shape[-2:]]
    x = F.pad(x, (total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2))
    return F.conv2d(x, weight, stride=stride, groups=groups)


def network(w, x):
    taps = {}

    def norm(x, name):
        return F.batch_norm(x, w[name + ".running_mean"], w[name + ".running_var"], w[name + ".weight"], w[name + ".bias"], eps=1e-3)

    x = norm(same_conv(x, w["_conv_stem.weight"], 2), "_bn0")
    taps["stem"] = x  # before its ReLU6
    x = F.relu6(x)
    index = 0
    for stride, repeats in zip(STRIDES, REPEATS):
        for i in range(repeats):
            root, before, s = f"_blocks.{index}._", x, stride if i == 0 else 1
            if root + "expand_conv.weight" in w:
                x = F.relu6(norm(F.conv2d(x, w[root + "expand_conv.weight"]), root + "bn0"))
            x = F.relu6(norm(same_conv(x, w[root + "depthwise_conv.weight"], s, x.shape[1]), root + "bn1"))
            x = norm(F.conv2d(x, w[root + "project_conv.weight"]), root + "bn2")
            x = x + before if s == 1 and x.shape == before.shape else x
            taps[f"block.{index}"] = x
            index += 1
    taps["head"] = F.relu6(norm(F.conv2d(x, w["_conv_head.weight"]), "_bn1"))
    taps["logits"] = F.linear(taps["head"].mean((2, 3)), w["_fc.weight"], w["_fc.bias"])
    return taps


def print_samples(name, tap, tensor, wanted):
    last = tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor
    flat = last.reshape(-1).double()
    stride = max(1, len(flat) // wanted)
    while stride > 1 and any(stride % d == 0 for d in range(2, int(stride**0.5) + 1)):
        stride += 1
    top = int(flat.argmax())
    numbers = [float(flat[top]), top, float(flat.sum())] + [float(v) for v in flat[::stride]]
    shape = "x".join(str(n) for n in last.shape)
    print("\t".join([name, tap, shape, str(stride)] + [f"{v:.9g}" if isinstance(v, float) else str(v) for v in numbers]))


def main():
    weights = torch.load(sys.argv[1], map_location="cpu")
    photo = torch.tensor(list(Image.open(sys.argv[2]).convert("RGB").getdata()), dtype=torch.float32)
    with torch.no_grad():
        for name, pixels in (("noise", noise("input", SIZE * SIZE * 3)), ("chelsea", photo)):
            picture = (pixels.reshape(1, SIZE, SIZE, 3).permute(0, 3, 1, 2) - 127) / 128
            for tap, tensor in network(weights, picture).items():
                print_samples(name, tap, tensor, 1000 if tap == "logits" else 120)


if __name__ == "__main__":
    main()
