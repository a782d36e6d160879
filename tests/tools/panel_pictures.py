#!/usr/bin/env python3
"""Pictures with known things for fitting the panel of detectors: photographed stamps of Debian's tuxpaint-stamps-default (GPL-2),
alone on white or several on photos without objects.

    python3 panel_pictures.py STAMPS BACKGROUND-PHOTOS OUTPUT     (Pillow)

STAMPS is the unpacked package's usr/share/tuxpaint/stamps; the photos' names stand in a file, one a line. OUTPUT receives PNG files
and truth.tsv: picture, label, box in parts of the picture (4). Things that are no COCO class have the label "other".
"""
import pathlib
import random
import sys

from PIL import Image

SIZE = (640, 480)
COCO = {
    "bear": "mammals/bears/european-bear mammals/bears/bear",
    "teddy bear": "mammals/bears/toys/edward_bear",
    "horse": "equines/horse",
    "zebra": "equines/zebra",
    "giraffe": "mammals/giraffe",
    "elephant": "mammals/elephant",
    "sheep": "bovines/sheep bovines/sheep_lamb bovines/ram",
    "cow": "bovines/cow bovines/cow_white bovines/bull bovines/zebu",
    "dog": "dogs/dog",
    "apple": "apple_green apple_granny_smith apple_red apple_fuji apple_sierra_beauty",
    "orange": "fruit/orange orange_seville sliced_orange mandarine",
    "banana": "fruit/banana",
    "broccoli": "vegetables/broccoli",
    "carrot": "vegetables/carrot",
    "pizza": "food/pizza",
    "truck": "garbagetruck emergency/firetruck construction/dumper dumper_mirror auto/truck",
    "car": "race/indycar sedan_police sedan_police_mirror auto/beetle auto/sportscar2 auto/sedan",
    "airplane": "planes/747",
    "bus": "green_korean_bus",
    "boat": "ship/chineseJunk",
    "cup": "dishes/mug",
    "toilet": "household/toilet",
    "sports ball": "sports/basketball sports/soccer sports/tennis_ball sports/cricketball",
    "tennis racket": "sports/tennis_racket",
}
FOLDERS = "animals food plants vehicles household sports hobbies medical".split()


def label_of(path):
    name = str(path.with_suffix(""))
    if "/birds/" in name:
        return "bird"
    for label, endings in COCO.items():
        if any(name.endswith(ending) for ending in endings.split()):
            return label
    return "other"


def stamps(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.png")):
            if "cartoon" not in path.parts and "dinosaur" not in path.parts:
                yield path


def scaled(path, side, mirrored):
    stamp = Image.open(path).convert("RGBA")
    stamp = stamp.crop(stamp.getchannel("A").getbbox())
    factor = side / max(stamp.size)
    stamp = stamp.resize([max(8, round(n * factor)) for n in stamp.size], Image.LANCZOS)
    return stamp.transpose(Image.FLIP_LEFT_RIGHT) if mirrored else stamp


def place(picture, path, scale, lot, taken):
    for _ in range(20):
        stamp = scaled(path, scale * min(SIZE), lot.random() < 0.5)
        if stamp.width > SIZE[0] or stamp.height > SIZE[1]:
            scale *= 0.8
            continue
        x, y = lot.randint(0, SIZE[0] - stamp.width), lot.randint(0, SIZE[1] - stamp.height)
        box = (x, y, x + stamp.width, y + stamp.height)
        if all(box[2] < t[0] or t[2] < box[0] or box[3] < t[1] or t[3] < box[1] for t in taken):
            picture.paste(stamp, (x, y), stamp)
            taken.append(box)
            return box
    return None


def main():
    root, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[3])
    backgrounds = pathlib.Path(sys.argv[2]).read_text().split()
    lot = random.Random(2026)
    all_stamps = list(stamps(root))
    pictures = [(None, [path], (0.5, 0.95)) for path in all_stamps]
    shuffled = all_stamps * 2
    lot.shuffle(shuffled)
    while shuffled:
        count = lot.randint(1, 3)
        pictures.append((lot.choice(backgrounds), shuffled[:count], (0.2, 0.6)))
        shuffled = shuffled[count:]
    with open(output / "truth.tsv", "w") as truth:
        for number, (background, paths, scales) in enumerate(pictures):
            grey = lot.randint(215, 255)
            picture = Image.open(background).convert("RGB").resize(SIZE) if background else Image.new("RGB", SIZE, (grey,) * 3)
            name, taken = f"{number:04d}.png", []
            for path in paths:
                box = place(picture, path, lot.uniform(*scales), lot, taken)
                if box:
                    parts = "\t".join(f"{v / SIZE[i % 2]:.4f}" for i, v in enumerate(box))
                    truth.write(f"{name}\t{label_of(path.relative_to(root))}\t{parts}\n")
            picture.save(output / name)


if __name__ == "__main__":
    main()
