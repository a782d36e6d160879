#!/usr/bin/env python3
"""What is told of the room on a real depth frame and on frames made of it, as other cameras would have brought them:

    python3 -m venv frames-env && frames-env/bin/pip install numpy pillow scipy
    frames-env/bin/python bench/real_frames.py build/release/bin/echollama DEPTH UNITS FX FY CX CY [NAME...]
    frames-env/bin/python bench/real_frames.py --edges DEPTH UNITS OUT

DEPTH: a 16-bit picture of which UNITS make a metre, or metres as .npy (UNITS 1). NAME: only these variants. One line a
frame: floor, walls, level surfaces, and whatever is seldom true when it is told: steps, ramps, openings.
--edges draws the depth's edges as a line drawing, for `echollama scene OUT --depth-image DEPTH --annotate`.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image
from scipy import ndimage

SCALE = 43.5  # focal length times baseline of a Kinect, pixels * metres


class Frame:
    def __init__(self, z, fx, fy, cx, cy):
        self.z, self.fx, self.fy, self.cx, self.cy = z, fx, fy, cx, cy

    def like(self, z):
        return Frame(z, self.fx, self.fy, self.cx, self.cy)


def random():
    return np.random.default_rng(5)


def sigma(z):
    return 0.0015 + 0.0019 * z * z


def noise(times, share=1):
    """Noise of a Kinect so many times, shared by neighbours up to so many pixels away."""
    def made(f):
        n = ndimage.uniform_filter(random().standard_normal(f.z.shape), 2 * share + 1, mode="nearest") * (2 * share + 1)
        return f.like(np.where(f.z > 0, f.z + times * sigma(f.z) * n, 0))
    return made


def mirrored(f):
    return Frame(f.z[:, ::-1], f.fx, f.fy, f.z.shape[1] - f.cx, f.cy)


def cropped(left, top, right, bottom):
    def made(f):
        h, w = f.z.shape
        x, y = int(left * w), int(top * h)
        return Frame(f.z[y:h - int(bottom * h), x:w - int(right * w)], f.fx, f.fy, f.cx - x, f.cy - y)
    return made


def thinned(n):
    return lambda f: Frame(f.z[::n, ::n], f.fx / n, f.fy / n, (f.cx - 0.5) / n + 0.5, (f.cy - 0.5) / n + 0.5)


def kept(share):
    return lambda f: f.like(np.where(random().random(f.z.shape) < share, f.z, 0))


def portrait(f):
    h, w = f.z.shape
    left = (w - h * h // w) // 2
    return Frame(f.z[:, left:left + h * h // w], f.fx, f.fy, f.cx - left, f.cy)


def phone(f):
    """256 x 192, smoothed, no farther than 5 m, a centimetre and half a per cent of noise."""
    h, w = f.z.shape
    filled = ndimage.uniform_filter((f.z > 0).astype(float), 5)
    mean = np.where(filled > 0.3, ndimage.uniform_filter(f.z, 5) / np.maximum(filled, 1e-3), 0)
    rows, columns = ((np.arange(192) + 0.5) * h / 192).astype(int), ((np.arange(256) + 0.5) * w / 256).astype(int)
    z = mean[np.ix_(rows, columns)]
    z = np.where((z > 0) & (z < 5), z + (0.006 + 0.004 * z) * random().standard_normal(z.shape), 0)
    return Frame(z, f.fx * 256 / w, f.fy * 192 / h, f.cx * 256 / w, f.cy * 192 / h)


def turned(roll=0, pitch=0, yaw=0):
    """The camera turned about its own place, degrees."""
    def made(f):
        h, w = f.z.shape
        r, p, y = np.radians([roll, pitch, yaw])
        about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
        about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
        about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        u, v = np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5)
        ray = np.stack([(u - f.cx) / f.fx, (v - f.cy) / f.fy, np.ones_like(u)], -1) @ (about_z @ about_x @ about_y)
        ahead = np.maximum(ray[..., 2], 0.05)
        x = np.floor(ray[..., 0] / ahead * f.fx + f.cx).astype(int)
        y = np.floor(ray[..., 1] / ahead * f.fy + f.cy).astype(int)
        inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
        return f.like(np.where(inside, f.z[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)], 0) / ahead)
    return made


def stepped(metres):
    return lambda f: f.like(np.round(f.z / metres) * metres)


def disparities(parts):
    """Disparity in so many steps a pixel."""
    return lambda f: f.like(np.where(f.z > 0, SCALE / np.maximum(np.round(parts * SCALE / np.maximum(f.z, 0.1)) / parts,
                                                                 0.01), 0))


def flying(f):
    """Edges smeared, as of time of flight."""
    filled = ndimage.uniform_filter((f.z > 0).astype(float), 5)
    return f.like(np.where(f.z > 0, ndimage.uniform_filter(f.z, 5) / np.maximum(filled, 1e-3), 0))


def fattened(pixels):
    """Near things grown to both sides, as by matching blocks."""
    def made(f):
        far = np.where(f.z > 0, f.z, 1e3)
        near = ndimage.minimum_filter1d(far, 2 * pixels + 1, axis=1)
        grown = np.where(near < 0.9 * far, near, far)
        return f.like(np.where(grown < 1e3, grown, 0))
    return made


def holed(count, size):
    def made(f):
        z, dice = f.z.copy(), random()
        for _ in range(count):
            y, x, side = dice.integers(z.shape[0]), dice.integers(z.shape[1]), dice.integers(size // 2, size)
            z[y:y + side, x:x + side] = 0
        return f.like(z)
    return made


def filled(f):
    """Holes filled with the nearest reading, as many data sets have it."""
    at = ndimage.distance_transform_edt(f.z <= 0, return_distances=False, return_indices=True)
    return f.like(f.z[tuple(at)])


def strays(share):
    def made(f):
        dice = random()
        hit = (dice.random(f.z.shape) < share) & (f.z > 0)
        return f.like(np.where(hit, dice.uniform(0.3, 6, f.z.shape), f.z))
    return made


def bent(share):
    """Farther or nearer towards the corners, as of a badly calibrated lens."""
    def made(f):
        h, w = f.z.shape
        u, v = np.meshgrid(np.linspace(-1, 1, w), np.linspace(-0.75, 0.75, h))
        return f.like(f.z * (1 + share * (u * u + v * v)))
    return made


def both(first, second):
    return lambda f: second(first(f))


VARIANTS = {
    "as it is": lambda f: f, "mirrored": mirrored, "half": thinned(2), "a third": thinned(3), "noise": noise(1),
    "noise twice": noise(2), "noise three times": noise(3), "noise, broad": noise(1, 3), "noise twice, broad": noise(2, 2),
    "half of the readings": kept(0.5), "a tenth of the readings": kept(0.1),
    "without the left sixth": cropped(0.17, 0, 0, 0), "without the right sixth": cropped(0, 0, 0.17, 0),
    "without the top sixth": cropped(0, 0.17, 0, 0), "without the bottom sixth": cropped(0, 0, 0, 0.17),
    "the middle, across": cropped(0.25, 0, 0.25, 0), "the middle, along": cropped(0, 0.25, 0, 0.25),
    "the right half": cropped(0.5, 0, 0, 0), "the left half": cropped(0, 0, 0.5, 0), "portrait": portrait,
    "phone": phone, "phone, portrait": both(portrait, phone), "phone, mirrored": both(mirrored, phone),
    "phone, rolled": both(turned(8), phone), "rolled 5": turned(5), "rolled -5": turned(-5), "rolled 10": turned(10),
    "rolled -10": turned(-10), "pitched 5": turned(0, 5), "pitched -5": turned(0, -5), "pitched 10": turned(0, 10),
    "pitched -10": turned(0, -10), "yawed 10": turned(0, 0, 10), "yawed -10": turned(0, 0, -10),
    "steps of 1 cm": stepped(0.01), "steps of 5 cm": stepped(0.05), "eighths of a pixel": disparities(8),
    "quarters of a pixel": disparities(4), "flying edges": flying, "edges grown by 3": fattened(3),
    "edges grown by 6": fattened(6), "holes": holed(40, 60), "many small holes": holed(400, 16), "holes filled": filled,
    "5 % nearer": lambda f: f.like(0.95 * f.z), "5 % farther": lambda f: f.like(1.05 * f.z),
    "nothing beyond 3 m": lambda f: f.like(np.where(f.z < 3, f.z, 0)), "1 % strays": strays(0.01), "5 % strays": strays(0.05),
    "bent by 2 %": bent(0.02), "bent by -2 %": bent(-0.02), "mirrored, noise twice": both(mirrored, noise(2)),
    "rolled, noise twice": both(turned(5), noise(2)), "flying edges, noise": both(flying, noise(1)),
    "half, noise twice": both(thinned(2), noise(2)),
}


def load(path, units):
    z = np.load(path) if path.endswith(".npy") else np.array(Image.open(path))
    z = z.astype(np.float32) / float(units)
    return np.where(np.isfinite(z), z, 0)


def told(program, frame, folder):
    h, w = frame.z.shape
    np.save(folder / "depth.npy", np.ascontiguousarray(frame.z, np.float32))
    Image.new("RGB", (w, h), "grey").save(folder / "grey.png")
    camera = {"width": w, "height": h,
              "intrinsic_matrix": [frame.fx, 0, 0, 0, frame.fy, 0, frame.cx - 0.5, frame.cy - 0.5, 1]}
    (folder / "camera.json").write_text(json.dumps(camera))
    out = subprocess.run([program, "scene", folder / "grey.png", "--depth-image", folder / "depth.npy", "--depth-units", "m",
                          "--camera", folder / "camera.json", "--no-reading", "--json"],
                         capture_output=True, text=True, check=True).stdout
    return json.loads(out).get("around") or {}


def line(around):
    floor = around.get("floor")
    parts = ["floor %.2f" % floor["below_camera"]["metres"] if floor else "no floor"]
    parts += ["wall %.2f at %.0f" % (w["distance"]["metres"], w["bearing_deg"]) for w in around.get("walls", [])]
    parts += ["level %.2f" % t["height"]["metres"] for t in around.get("tables", [])]
    parts += ["STEP %s %.2f" % (s["kind"], s["distance"]["metres"]) for s in around.get("steps", [])]
    parts += ["RAMP %.1f at %.2f" % (r["slope_deg"], r["distance"]["metres"]) for r in around.get("ramps", [])]
    parts += ["OPENING %.2f at %.2f" % (o["width"]["metres"], o["distance"]["metres"]) for o in around.get("openings", [])]
    return ", ".join(parts)


def draw_edges(depth, units, out):
    z = load(depth, units)
    inverse = np.where(z > 0, 1 / np.maximum(z, 0.1), 0)
    jump = ndimage.maximum_filter(inverse, 3) - ndimage.minimum_filter(inverse, 3) > 0.025
    crease = np.abs(ndimage.gaussian_laplace(inverse, 2.5)) > 0.0012
    grey = np.where(jump, 90, np.where(crease, 190, np.where(z > 0, 255, 235))).astype(np.uint8)
    Image.fromarray(grey).convert("RGB").save(out)


def main():
    if sys.argv[1] == "--edges":
        return draw_edges(*sys.argv[2:5])
    program, depth, units, *camera = sys.argv[1:8]
    frame = Frame(load(depth, units), *map(float, camera))
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[8:] or VARIANTS:
            print(f"{name:24} {line(told(program, VARIANTS[name](frame), pathlib.Path(folder)))}", flush=True)


main()
