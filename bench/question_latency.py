"""How long a person waits for the answer to a spoken question, on the real clock.

    GOMP_SPINCOUNT=500 build/release/bin/bench_questions MODELS LISTENER natural --only clean --write FOLDER
    python bench/question_latency.py build/release/bin/echollama PHOTO FOLDER [--first 0] [--count 50] [-- OPTION...]

FOLDER holds the spoken questions and list.tsv; the questions are asked one after another in one conversation
("chat --script --clock real"), each after the answer before it has ended. Prints the seconds from the end of each
question to the first sound of its answer, in their order, then their median and the worst. Options after "--" go to chat.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def spoken_questions(folder):
    lines = (folder / "list.tsv").read_text(encoding="utf-8").splitlines()
    return [Path(line.split("\t")[0]).resolve() for line in lines]


def converse(program, photo, sounds, options):
    """What conversation.json holds after the sounds were said, each when the answer before it had ended."""
    with tempfile.TemporaryDirectory() as made:
        script = Path(made) / "turns.jsonl"
        steps = [{"after": 0.5, "sound": str(sound)} for sound in sounds]
        script.write_text("".join(json.dumps(step) + "\n" for step in steps), encoding="utf-8")
        command = [program, "chat", photo, "--no-llm", "--script", script, "--out", made, *options]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return json.loads((Path(made) / "conversation.json").read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("photo")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("options", nargs="*")
    arguments = parser.parse_args()
    sounds = spoken_questions(arguments.folder)[arguments.first :][: arguments.count]
    options = ["--clock", "real", *arguments.options]
    turns = converse(arguments.program, arguments.photo, sounds, options)["turns"]
    waits = []
    for turn in turns:
        if "latency_s" in turn and "heard" in turn:
            waits.append(turn["latency_s"])
            print(f"{turn['latency_s']:.2f}  {turn.get('heard', '')}  ->  {' '.join(turn['says'])}")
    if not waits:
        sys.exit("no question was answered with sound")
    print(f"{len(waits)} of {len(sounds)} questions: median {statistics.median(waits):.2f} s, worst {max(waits):.2f} s")


if __name__ == "__main__":
    main()
