#!/usr/bin/env python3
"""Fits the weights of src/vision/panel.cpp: logistic regression of "the label is right" on what the networks think of each find.

    python3 fit_panel.py TRUTH FINDS [TRUTH FINDS]…     (NumPy)

FINDS is the output of bench_panel_finds; TRUTH has lines of picture, label, box in parts of the picture (4), separated by tabs (as
panel_pictures.py writes them; `photos.py boxes` makes them of tests/data/photos.tsv). A label "may" followed by a class in place of the
box says that finds of this class are not judged. Every picture weighs the same, so that crowded ones do not rule.
"""
import collections
import math
import os
import sys

import numpy as np

FLOOR, SHARE_FLOOR = 0.05, 1e-3


def log_odds(p):
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def read_truth(path):
    boxes, ignored = collections.defaultdict(list), collections.defaultdict(set)
    for line in open(path):
        name, label, *rest = line.rstrip("\n").split("\t")
        if label == "may":
            ignored[name].add(rest[0])
        else:
            boxes[name].append((label, [float(v) for v in rest]))
    return boxes, ignored


def rows(truth_path, finds_path):
    boxes, ignored = read_truth(truth_path)
    taken = collections.defaultdict(set)
    for line in open(finds_path):
        kind, picture, *rest = line.rstrip("\n").split("\t")
        if kind != "find":
            continue
        name, label = os.path.basename(picture), rest[1]
        box, scores, share = [float(v) for v in rest[2:6]], [float(v) for v in rest[6:8]], rest[8]
        right = any(l == label and overlap(box, b) >= 0.4 for l, b in boxes[name])
        if not right and label in ignored[name]:
            continue
        asked = share != "-"
        x = [1, log_odds(max(scores[0], FLOOR)), log_odds(max(scores[1], FLOOR)), float(asked),
             math.log(max(float(share), SHARE_FLOOR)) if asked else 0]
        yield name, label, x, float(right)


def fit(x, y, weight, ridge=1e-2):
    """Newton's method on the weighted log likelihood with a small ridge."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (weight * (y - p)) - ridge * w
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(w))
        w = w + np.linalg.solve(hessian, gradient)
    return w


def main():
    data = [row for i in range(1, len(sys.argv) - 1, 2) for row in rows(sys.argv[i], sys.argv[i + 1])]
    names, x, y = [d[0] for d in data], np.array([d[2] for d in data]), np.array([d[3] for d in data])
    count = collections.Counter(names)
    weight = np.array([1 / math.sqrt(count[n]) for n in names])
    w = fit(x, y, weight)
    print("bias, centernet, nanodet, asked, share:", ", ".join(f"{v:.2f}" for v in w))
    p = 1 / (1 + np.exp(-x @ w))
    for low in np.arange(0, 1, 0.1):
        part = (p >= low) & (p < low + 0.1)
        if part.any():
            print(f"{low:.1f}-{low + 0.1:.1f}: {part.sum()} finds, right {y[part].mean():.2f}")
    for sure in (0.7, 0.8, 0.85, 0.9, 0.95):
        wrong = {n for n, ok, q in zip(names, y, p) if q >= sure and not ok}
        print(f"from {sure}: {int(y[p >= sure].sum())} of {int((p >= sure).sum())} right, pictures with a wrong one {len(wrong)} of {len(count)}")


if __name__ == "__main__":
    main()
