"""Which silence should end a spoken question? How often people who hesitate are cut off, against how long all wait.

    build/release/bin/bench_questions MODELS LISTENER natural --only clean --write FOLDER
    python bench/pause_lengths.py build/release/bin/echollama PHOTO FOLDER [--count 20]

Each spoken question of FOLDER gets a silence inside, where it is quietest in its middle half, and is asked in a
conversation on the simulated clock, which leaves computing out. For each length of the option --pause: the share of
questions that were taken as one, for each silence inside, and the median of seconds from the end of the question to
the first sound of the answer.
"""

import argparse
import array
import statistics
import tempfile
import wave
from pathlib import Path

from question_latency import converse, spoken_questions

PAUSES_S = [0.4, 0.6, 0.8, 1.0, 1.2]
SILENCES_S = [0.0, 0.3, 0.5, 0.7, 0.9, 1.1]


def read_sound(path):
    with wave.open(str(path)) as file:
        return file.getframerate(), array.array("h", file.readframes(file.getnframes()))


def write_sound(path, rate, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def quietest_point(samples, rate):
    """The middle of the 20 ms that are quietest between a quarter and three quarters of what is not silent."""
    loudest = max(abs(value) for value in samples)
    loud = [at for at, value in enumerate(samples) if abs(value) > 0.03 * loudest]
    first, last = loud[0], loud[-1]
    step = rate // 50
    begins = range(first + (last - first) // 4, first + 3 * (last - first) // 4, step)
    return min(begins, key=lambda at: sum(abs(value) for value in samples[at : at + step])) + step // 2


def hesitating(samples, rate, silence_s):
    at = quietest_point(samples, rate)
    return samples[:at] + array.array("h", bytes(2 * int(silence_s * rate))) + samples[at:]


def heard_as_one(events):
    """For each sound that was said, whether exactly one question came of it."""
    counts = []
    for event in events:
        if event["kind"] == "said":
            counts.append(0)
        elif event["kind"] == "heard" and event["text"] and counts:
            counts[-1] += 1
    return [count == 1 for count in counts]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("photo")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=20)
    arguments = parser.parse_args()
    spoken = [read_sound(sound) for sound in spoken_questions(arguments.folder)[: arguments.count]]
    print("pause    wait   " + "".join(f"{silence:8.1f} s" for silence in SILENCES_S), flush=True)
    with tempfile.TemporaryDirectory() as made:
        for pause_s in PAUSES_S:
            shares, waits = [], []
            for silence_s in SILENCES_S:
                sounds = []
                for number, (rate, samples) in enumerate(spoken):
                    path = Path(made) / f"{silence_s}-{number}.wav"
                    write_sound(path, rate, hesitating(samples, rate, silence_s))
                    sounds.append(path)
                talk = converse(arguments.program, arguments.photo, sounds, ["--pause", pause_s])
                shares.append(statistics.mean(heard_as_one(talk["events"])))
                waits += [t["latency_s"] for t in talk["turns"] if silence_s == 0 and "latency_s" in t and "heard" in t]
            print(f"{pause_s:.1f} s  {statistics.median(waits):.2f} s   "
                  + "".join(f"{100 * share:8.0f} %" for share in shares), flush=True)


if __name__ == "__main__":
    main()
