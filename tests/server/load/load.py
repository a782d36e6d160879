"""load.py ADDRESS SECONDS CLIENTS [PICTURE]: that many clients ask for everything at once, each checks that every answer is its own.
Prints requests a second, median and 99th percentile by kind, and the server's memory before and after; fails when an answer is lost."""
import base64
import collections
import http.client
import json
import os
import random
import statistics
import struct
import sys
import threading
import time
import urllib.parse
import zlib

address, seconds, clients = urllib.parse.urlparse(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])


def grey_picture(width=64, height=48):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x78" * (3 * width)) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


picture = base64.b64encode(open(sys.argv[4], "rb").read() if len(sys.argv) > 4 else grey_picture()).decode()
process = int(os.environ.get("SERVER_PROCESS", "0"))
times, failures, refused = collections.defaultdict(list), [], 0
lock = threading.Lock()


def memory_kb():
    if not process:
        return 0
    for line in open(f"/proc/{process}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def kinds(mark):
    text = {"messages": [{"role": "user", "content": mark}], "max_tokens": 20}
    yield "chat", "/v1/chat/completions", text, lambda body: json.loads(body)["choices"][0]["message"]["content"]
    yield "chat stream", "/v1/chat/completions", {**text, "stream": True}, lambda body: body.endswith(b"data: [DONE]\n\n")
    yield "ollama", "/api/chat", text, lambda body: json.loads(body.splitlines()[-1])["done"]
    yield "responses", "/v1/responses", {"input": mark, "max_output_tokens": 20}, lambda body: json.loads(body)["output"]
    yield "describe", "/v1/describe", {"image": picture}, lambda body: json.loads(body)["text"]
    yield "question", "/v1/describe", {"image": picture, "question": "Is there a dog?", "stream": True}, lambda body: body.endswith(b'{"type":"done"}\n')
    yield "speech", "/v1/audio/speech", {"input": "Mind the step.", "response_format": "pcm"}, lambda body: len(body) > 2000
    yield "models", "/v1/models", None, lambda body: json.loads(body)["data"][0]["id"] == "echollama"
    yield "bad", "/v1/chat/completions", {"messages": 7}, lambda body: json.loads(body)["error"]["message"]


def client(number):
    global refused
    chance = random.Random(number)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        turn += 1
        name, path, body, right = chance.choice(list(kinds(f"number {number} turn {turn}")))
        begin = time.monotonic()
        try:
            connection.request("GET" if body is None else "POST", path, body and json.dumps(body), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            answer = reply.read()
            took = time.monotonic() - begin
            with lock:
                if reply.status == 503 and reply.getheader("Retry-After"):
                    refused += 1
                elif (reply.status != (400 if name == "bad" else 200)) or not right(answer):
                    failures.append((name, reply.status, answer[:200]))
                else:
                    times[name].append(took)
        except Exception as error:  # a lost answer, whatever lost it
            with lock:
                failures.append((name, repr(error)))
            connection.close()


before = memory_kb()
threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
begin = time.monotonic()
middle = 0
for thread in threads:
    thread.start()
while any(thread.is_alive() for thread in threads):
    time.sleep(0.5)
    if not middle and time.monotonic() - begin > seconds / 2:
        middle = memory_kb()
took = time.monotonic() - begin
answered = sum(map(len, times.values()))
print(f"{clients} clients, {took:.0f} s: {answered} answers, {answered / took:.1f} a second; {refused} told to come back; {len(failures)} lost")
for name, values in sorted(times.items()):
    values.sort()
    print(f"  {name:12} {len(values):7}  median {statistics.median(values) * 1000:8.1f} ms  99 % {values[int(len(values) * 0.99)] * 1000:8.1f} ms")
print(f"  memory {before / 1024:.0f} MiB at first, {middle / 1024:.0f} in the middle, {memory_kb() / 1024:.0f} at the end")
for failure in failures[:10]:
    print("  lost:", failure)
sys.exit(1 if failures else 0)
