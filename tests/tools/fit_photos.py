#!/usr/bin/env python3
"""The pictures of tests/data/fit_photos.tsv, on which the panel of detectors and the words for whole pictures were fitted: photos of
Debian's gcompris-qt-data and mate-backgrounds and of npm packages of web page templates.

    python3 fit_photos.py UNPACKED ../data/fit_photos.tsv OUTPUT     (Pillow)

UNPACKED holds a folder for each package, named as in the table's column "package" (dpkg-deb -x; npm pack and tar). OUTPUT receives PNG
files of 1500 pixels at most; their names' paths, one a line, are printed for bench_panel_finds.
"""
import io
import pathlib
import struct
import sys
import zlib

from PIL import Image


def resources(path):
    """name -> bytes of a Qt resource file."""
    data = path.read_bytes()
    version, tree, payload, names = struct.unpack(">4I", data[4:20])
    node = 22 if version >= 2 else 14
    found = {}

    def walk(index, before):
        at = tree + index * node
        name_at, flags = struct.unpack(">IH", data[at:at + 6])
        length, = struct.unpack(">H", data[names + name_at:names + name_at + 2])
        name = data[names + name_at + 6:names + name_at + 6 + 2 * length].decode("utf-16-be")
        name = before + "/" + name if index else ""
        if flags & 2:
            count, child = struct.unpack(">II", data[at + 6:at + 14])
            for i in range(count):
                walk(child + i, name)
        else:
            start = payload + struct.unpack(">I", data[at + 10:at + 14])[0]
            size, = struct.unpack(">I", data[start:start + 4])
            content = data[start + 4:start + 4 + size]
            found[name.split("/resource/")[-1]] = zlib.decompress(content[4:]) if flags & 1 else content

    walk(0, "")
    return found


def picture(content):
    image = Image.open(io.BytesIO(content)).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    image.thumbnail((1500, 1500))
    return image


def main():
    root, output, opened = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[3]), {}
    for line in pathlib.Path(sys.argv[2]).read_text().splitlines():
        if line.startswith("#") or line.startswith("picture\t"):
            continue
        name, package, path = line.split("\t")[:3]
        if ":" in path:
            archive, inside = path.split(":")
            if archive not in opened:
                opened[archive] = resources(root / package / archive)
            content = opened[archive][inside]
        else:
            content = (root / package / path).read_bytes()
        picture(content).save(output / name)
        print(output / name)


if __name__ == "__main__":
    main()
