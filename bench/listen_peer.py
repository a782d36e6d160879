"""Recognition by this program and by faster-whisper in int8 with the same weights, taking turns on the same sounds.

    python bench/listen_peer.py build/release/bin/bench_listen whisper-tiny.en.bin CTRANSLATE2_FOLDER SOUND.wav... [rounds]

CTRANSLATE2_FOLDER: the weights as faster-whisper reads them; the whisper.cpp file is made of them ('models convert').
"""
import os
import re
import statistics
import subprocess
import sys
import time

from faster_whisper import WhisperModel

ours, model, folder, *sounds = sys.argv[1:]
rounds = int(sounds.pop()) if sounds[-1].isdigit() else 5
threads = 2
peer = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)
# Threads that spin at barriers are the program's own setting, too (base/openmp_spin.h).
environment = dict(os.environ, GOMP_SPINCOUNT="500")


def peer_ms(sound):
    begin = time.perf_counter()
    segments, _ = peer.transcribe(sound, beam_size=1, language="en")
    text = "".join(segment.text for segment in segments)
    return 1000 * (time.perf_counter() - begin), text


def our_ms(sound):
    command = [ours, model, sound, "--threads", str(threads), "--runs", "2"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    found = re.findall(r"^hear (\d+) ms .*?: (.*)$", told, re.MULTILINE)
    return float(found[-1][0]), found[-1][1] # the first run warms up


for sound in sounds:
    peer_ms(sound)
    pairs = [(our_ms(sound), peer_ms(sound)) for _ in range(rounds)]
    mine, theirs = ([result[side][0] for result in pairs] for side in (0, 1))
    ratio = statistics.median(a / b for a, b in zip(mine, theirs))
    print(f"{sound}: {statistics.median(mine):.0f} ms, faster-whisper {statistics.median(theirs):.0f} ms, ratio {ratio:.2f}; "
          f"{pairs[-1][0][1]!r}, {pairs[-1][1][1].strip()!r}")
