"""mot_peer.py TRUTH TOLD: MOTA, IDF1, switches, misses and false positives of two files in MOTChallenge's layout, as
py-motmetrics computes them."""
import sys

import numpy as np

if not hasattr(np, "asfarray"):  # py-motmetrics 1.4 uses what NumPy 2 took away
    np.asfarray = lambda values: np.asarray(values, dtype=float)
import motmetrics as mm

truth = mm.io.loadtxt(sys.argv[1], fmt="mot15-2D", min_confidence=-1)
told = mm.io.loadtxt(sys.argv[2], fmt="mot15-2D", min_confidence=-1)
accumulator = mm.utils.compare_to_groundtruth(truth, told, "iou", distth=0.5)
summary = mm.metrics.create().compute(
    accumulator, metrics=["mota", "idf1", "num_switches", "num_misses", "num_false_positives"], name="film")
print(*(float(value) for value in summary.iloc[0]))
