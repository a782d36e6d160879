#!/usr/bin/env python3
"""Planes of depth maps: this program against OpenCV's RgbdNormals and RgbdPlane on the same frames, one thread:

    python3 -m venv peer-env && peer-env/bin/pip install 'opencv-contrib-python-headless<5' numpy
    peer-env/bin/python bench/geometry_peer.py build/release/bin [FRAMES]

OpenCV finds planes only; this program also says which is the floor and what stands on it. The peer is told which way is
up, so its floor is its lowest level plane. Prints times (best of five each) and how far off the floor's height is.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np


def planes(depth, normals, finder, matrix):
    points = cv2.rgbd.depthTo3d(depth, matrix)
    normal = normals.apply(points)
    _, coefficients = finder.apply(points, normal)
    return coefficients


def floor_of(coefficients, up):
    """Metres below the camera of the lowest level plane."""
    heights = [abs(float(c[3])) for c in coefficients.reshape(-1, 4)
               if abs(np.dot(c[:3], up)) > 0.97 and -float(c[3]) * np.sign(np.dot(c[:3], up)) < 0]
    return max(heights, default=None)


def main():
    binaries, frames = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "30"
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binaries / "bench_geometry", folder, frames], check=True, stdout=subprocess.DEVNULL)
        rows = [json.loads(line) for line in open(pathlib.Path(folder) / "frames.jsonl")]
        ours, theirs, off_ours, off_theirs = [], [], [], []
        for row in rows:
            depth = cv2.imread(str(pathlib.Path(folder) / row["file"]), cv2.IMREAD_UNCHANGED).astype(np.float32) / 1000
            depth[depth == 0] = np.nan
            height, width = depth.shape
            matrix = np.array([[row["focal"], 0, width / 2 - 0.5], [0, row["focal"], height / 2 - 0.5], [0, 0, 1]],
                              np.float32)
            normals = cv2.rgbd.RgbdNormals_create(height, width, cv2.CV_32F, matrix, 5,
                                                  cv2.rgbd.RgbdNormals_RGBD_NORMALS_METHOD_FALS)
            finder = cv2.rgbd.RgbdPlane_create(cv2.rgbd.RgbdPlane_RGBD_PLANE_METHOD_DEFAULT, 40, 1600, 0.02, 0.0, 0.0019,
                                               0.0)
            best = 1e9
            for _ in range(5):
                begin = time.perf_counter()
                found = planes(depth, normals, finder, matrix)
                best = min(best, 1000 * (time.perf_counter() - begin))
            floor = floor_of(found, np.array(row["up"]))
            ours.append(row["ms"])
            theirs.append(best)
            off_ours.append(abs(row.get("floor", 9) - row["camera_height"]))
            off_theirs.append(9 if floor is None else abs(floor - row["camera_height"]))
        for name, times, off in (("this program", ours, off_ours), ("OpenCV " + cv2.__version__, theirs, off_theirs)):
            off = np.array(off)
            print(f"{name}: {np.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f}); floor off by "
                  f"{100 * np.median(off):.1f} cm in the median, within 2 cm in {np.mean(off <= 0.02):.0%}")


main()
