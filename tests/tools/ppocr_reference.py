#!/usr/bin/env python3
"""ppocr_reference.py FOLDER: numbers of PP-OCR's own reading, for tests/reader.

FOLDER holds det.onnx, rec.onnx and cls.onnx. Draws tests/data/ppocr/sign.png, runs the networks with ONNX Runtime and the
post-processing as PaddleOCR does it (ppocr/postprocess/db_postprocess.py: contours, least rectangles, score mode "fast",
unclip), and writes tests/data/ppocr/reference.tsv. Needs numpy, opencv-python-headless, onnxruntime, pyclipper, Pillow and
Debian's fonts-dejavu-core.
"""
import pathlib
import sys

import cv2
import numpy as np
import onnxruntime
import pyclipper
from PIL import Image, ImageDraw, ImageFont

folder = pathlib.Path(sys.argv[1])
data = pathlib.Path(__file__).resolve().parent.parent / "data" / "ppocr"
data.mkdir(exist_ok=True)

WIDTH, HEIGHT = 352, 256  # multiples of 32: nothing is resized
ROW = 8  # the recogniser is given rows 8 to 56, where one line stands


def draw():
    picture = Image.new("RGB", (WIDTH, HEIGHT), (236, 228, 200))
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 34)
    ImageDraw.Draw(picture).text((14, 10), "Mind the gap 42", font=font, fill=(20, 30, 90))
    small = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf", 24)
    turned = Image.new("L", (300, 150), 0)
    ImageDraw.Draw(turned).text((40, 60), "Way out, left", font=small, fill=255)
    turned = turned.rotate(-14, resample=Image.BICUBIC)
    picture.paste((150, 20, 20), (20, 70), turned)
    ImageDraw.Draw(picture).text((150, 220), "open 9:30", font=ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", 17), fill=(0, 0, 0))
    return picture


def planes(bgr):
    return ((bgr.astype("float32") / 255 - 0.5) / 0.5).transpose(2, 0, 1)[None]


def session(name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    network = onnxruntime.InferenceSession(folder / name, options)
    return lambda values: network.run(None, {network.get_inputs()[0].name: values})[0]


def mini_box(points):
    box = cv2.minAreaRect(points)
    corners = sorted(cv2.boxPoints(box), key=lambda p: p[0])
    first, fourth = (0, 1) if corners[1][1] > corners[0][1] else (1, 0)
    second, third = (2, 3) if corners[3][1] > corners[2][1] else (3, 2)
    return np.array([corners[i] for i in (first, second, third, fourth)]), min(box[1])


def score_fast(bitmap, box):
    height, width = bitmap.shape
    box = box.copy()
    x0, x1 = (np.clip(f(box[:, 0]).astype("int32"), 0, width - 1) for f in (lambda v: np.floor(v.min()), lambda v: np.ceil(v.max())))
    y0, y1 = (np.clip(f(box[:, 1]).astype("int32"), 0, height - 1) for f in (lambda v: np.floor(v.min()), lambda v: np.ceil(v.max())))
    mask = np.zeros((y1 - y0 + 1, x1 - x0 + 1), dtype=np.uint8)
    box[:, 0] -= x0
    box[:, 1] -= y0
    cv2.fillPoly(mask, box.reshape(1, -1, 2).astype("int32"), 1)
    return cv2.mean(bitmap[y0 : y1 + 1, x0 : x1 + 1], mask)[0]


def unclip(box, ratio):
    area = abs(cv2.contourArea(box))
    distance = area * ratio / cv2.arcLength(box, True)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(box.tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    return np.array(offset.Execute(distance)[0])


def boxes_of(bitmap, threshold=0.3, box_threshold=0.6, ratio=1.5):
    contours, _ = cv2.findContours((bitmap > threshold).astype(np.uint8) * 255, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        core, side = mini_box(contour)
        if side < 3:
            continue
        score = score_fast(bitmap, core.reshape(-1, 2))
        if score < box_threshold:
            continue
        grown, side = mini_box(unclip(core, ratio).reshape(-1, 1, 2).astype("int32"))
        if side >= 5:
            yield core, score, grown


def numbers(values):
    return "\t".join(f"{v:.6g}" for v in np.asarray(values).reshape(-1))


def made_up_map():
    """Blots at all angles, so that the geometry is tried where a network would rarely lead it."""
    y, x = np.mgrid[0:160, 0:200].astype("float32")
    bitmap = np.zeros((160, 200), dtype="float32")
    for i in range(6):
        cx, cy, angle = 30 + 65 * (i % 3), 40 + 80 * (i // 3), 0.45 * i
        u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
        v = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
        bitmap += 0.97 * np.exp(-((u / (22 - i)) ** 8) - (v / (5 + i)) ** 4)
    return np.clip(bitmap, 0, 1)


def main():
    picture = draw()
    picture.save(data / "sign.png", optimize=True)
    bgr = cv2.imread(str(data / "sign.png"))
    with open(data / "reference.tsv", "w", encoding="utf-8") as out:
        bitmap = session("det.onnx")(planes(bgr))[0, 0]
        for y in range(4, HEIGHT, 24):
            for x in range(6, WIDTH, 26):
                out.write(f"map\t{x}\t{y}\t{bitmap[y, x]:.6g}\n")
        for name, values in (("box", bitmap), ("blot", made_up_map())):
            for core, score, grown in boxes_of(values):
                out.write(f"{name}\t{score:.6g}\t{numbers(core)}\t{numbers(grown)}\n")
        row = planes(bgr[ROW : ROW + 48])
        steps = session("rec.onnx")(row)[0]
        for step in steps:
            best = int(step.argmax())
            out.write(f"step\t{best}\t{step[best]:.6g}\t{step[0]:.6g}\n")
        turned = planes(np.ascontiguousarray(bgr[ROW : ROW + 48, :192][::-1, ::-1]))
        out.write(f"turn\t{numbers(session('cls.onnx')(planes(bgr[ROW:ROW + 48, :192])))}\t{numbers(session('cls.onnx')(turned))}\n")


main()
