"""Synthetic checkpoints made from tensor names (golden/README.md)."""
import csv, json, struct
import numpy as np


def stream(name, count):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def read_weights(tsv):
    weights = {}
    for row in csv.DictReader(open(tsv), delimiter="\t"):
        shape = [int(n) for n in row["shape"].split("x")]
        u = (stream(row["name"], int(np.prod(shape))) >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
        product = np.float32(row["scale"]) * (np.float32(2) * u - np.float32(1))
        weights[row["name"]] = (np.float32(row["offset"]) + product).reshape(shape)
    return weights


def write_safetensors(path, weights):
    header, offset = {}, 0
    for name, value in weights.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in weights.values():
            file.write(value.tobytes())
