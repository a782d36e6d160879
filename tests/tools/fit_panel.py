#!/usr/bin/env python3
"""Fits the weights of src/vision/panel.cpp: logistic regression of "the label is right" on what the networks think of each find.

    python3 fit_panel.py ../data/photos.tsv ../data/fit_photos.tsv FINDS…     (NumPy)

FINDS are outputs of bench_panel_finds for the photos of the lot "fit" and for the pictures that fit_photos.py makes. Where the table has
no boxes, a find is right when its label is in the picture. Every picture weighs about the same, so that crowded ones do not rule; those
with boxes weigh twice.
"""
import collections
import math
import os
import sys

import numpy as np

FLOOR, LEAST_SHARE, LEAST_SHARE_OF_PERSON = 0.05, 1e-3, 1e-2


def log_odds(p):
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def table(path):
    for line in open(path):
        if not line.startswith(("#", "photo\t", "picture\t")):
            yield (line.rstrip("\n") + "\t" * 7).split("\t")


def names(text):
    return {part.strip() for part in text.split(",") if part.strip()}


def read_truth(photos, pictures):
    """name -> ([label, box or None], labels that are not judged)"""
    truth = {}
    for row in table(photos):
        objects = [o.split() for o in row[4].split(";") if o.strip()]
        if row[3] == "fit":
            truth[row[0]] = [(" ".join(o[:-4]), [float(v) / 1000 for v in o[-4:]]) for o in objects], names(row[5])
    for row in table(pictures):
        truth[row[0]] = [(label, None) for label in names(row[3])], names(row[4])
    return truth


def rows(truth, path):
    for line in open(path):
        kind, picture, *rest = line.rstrip("\n").split("\t")
        name = os.path.basename(picture)
        if kind != "find" or name not in truth:
            continue
        objects, ignored = truth[name]
        label, box, scores, share = rest[1], [float(v) for v in rest[2:6]], [float(v) for v in rest[6:8]], rest[8]
        right = any(l == label and (b is None or overlap(box, b) >= 0.4) for l, b in objects)
        if not right and label in ignored:
            continue
        person, asked = label == "person", share != "-"
        least = LEAST_SHARE_OF_PERSON if person else LEAST_SHARE
        evidence = [float(asked), math.log(max(float(share), least)) if asked else 0]
        x = [1, log_odds(max(scores[0], FLOOR)), log_odds(max(scores[1], FLOOR))]
        x += [0, 0] + evidence if person else evidence + [0, 0]
        yield name, x, float(right), any(b is not None for _, b in objects)


def fit(x, y, weight, ridge=0.05):
    """Newton's method on the weighted log likelihood with a small ridge."""
    w = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (weight * (y - p)) - ridge * w
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(w))
        w = w + np.linalg.solve(hessian, gradient)
    return w


def main():
    truth = read_truth(sys.argv[1], sys.argv[2])
    data = [row for path in sys.argv[3:] for row in rows(truth, path)]
    x, y = np.array([d[1] for d in data]), np.array([d[2] for d in data])
    count = collections.Counter(d[0] for d in data)
    weight = np.array([(2 if d[3] else 1) / math.sqrt(count[d[0]]) for d in data])
    w = fit(x, y, weight)
    print("bias, centernet, nanodet, asked, share, of a person asked, share:", ", ".join(f"{v:.2f}" for v in w))
    p = 1 / (1 + np.exp(-x @ w))
    for low in np.arange(0, 1, 0.1):
        part = (p >= low) & (p < low + 0.1)
        if part.any():
            print(f"{low:.1f}-{low + 0.1:.1f}: {part.sum()} finds, right {y[part].mean():.2f}")


if __name__ == "__main__":
    main()
