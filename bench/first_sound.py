#!/usr/bin/env python3
"""first_sound.py EVENTS.jsonl [DANGERS]: seconds from the picture that first showed something to the first sound about it.

EVENTS.jsonl is what `echollama watch FILM --json --out speech.wav` prints, DANGERS what bench_danger_film printed: then
also how long after somebody became a danger the first warning sounded. Medians, the longest, and how many.
"""
import json
import re
import statistics
import sys


def told(name, seconds):
    if seconds:
        print(f"{name}: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s, {len(seconds)}")


events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
sounds = [event for event in events if event["event"] == "sounds"]
kinds = sorted({event["kind"] or "description" for event in sounds})
for kind in kinds:
    told(kind, [event["after_shown_s"] for event in sounds if (event["kind"] or "description") == kind])
told("all that changed", [event["after_shown_s"] for event in sounds if event["kind"]])
print(f"sentences that were cut off for others: {sum(event['event'] == 'interrupts' for event in events)}")
if len(sys.argv) > 2:
    delays, missed = [], 0
    for line in open(sys.argv[2], encoding="utf-8"):
        since, here = (float(number) for number in re.findall(r"[\d.]+(?= s)", line))
        times = [event["seconds"] for event in sounds if event["kind"] == "danger" and since - 5 < event["seconds"] < here]
        if times:
            delays.append(max(0, min(times) - since))
        else:
            missed += 1
    told("from being a danger to the first sound of the warning", delays)
    print(f"dangers of which nothing sounded in time: {missed}")
print({name: events[-1][name] for name in ("frames_used_per_second", "detect_ms", "motion_ms", "age_s")})
