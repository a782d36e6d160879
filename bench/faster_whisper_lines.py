"""faster-whisper in int8 as a peer of bench_questions and bench_speech_errors: the path of a sound per line in, its words per line out.

    bench_questions MODELS "whisper-tiny.en.bin,peer=python bench/faster_whisper_lines.py CTRANSLATE2_FOLDER" natural

CTRANSLATE2_FOLDER: the weights as faster-whisper reads them; the whisper.cpp file is made of them ('models convert').
"""
import sys

from faster_whisper import WhisperModel

model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2)
for line in sys.stdin:
    segments, _ = model.transcribe(line.strip(), beam_size=1, language="en")
    print("".join(segment.text for segment in segments).strip().replace("\n", " "), flush=True)
