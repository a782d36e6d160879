"""load.py ADDRESS SECONDS CLIENTS [PICTURE]: that many clients ask for everything at once, each checks that every answer is its own.
Prints requests a second, median and 99th percentile by kind, and the server's memory from tenth to tenth; fails when an answer is lost.
What is under way while the machine holds all processes (it sleeps, or somebody measures) is asked again and not counted."""
import base64
import collections
import http.client
import json
import os
import random
import select
import socket
import statistics
import struct
import sys
import threading
import time
import urllib.parse
import zlib

address, seconds, clients = urllib.parse.urlparse(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
patience = 120  # seconds


def grey_picture(width=64, height=48):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x78" * (3 * width)) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


picture = base64.b64encode(open(sys.argv[4], "rb").read() if len(sys.argv) > 4 else grey_picture()).decode()
process = int(os.environ.get("SERVER_PROCESS", "0"))
times, failures, refused, held = collections.defaultdict(list), [], 0, 0
lock = threading.Lock()


class Refused(Exception):
    """The server is busy and says when to come back."""


def memory_kb():
    if not process:
        return 0
    for line in open(f"/proc/{process}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


class Clock:
    """Notices when this process did not run for seconds: the server did not either."""

    def __init__(self):
        self.holds = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        before = time.monotonic()
        while True:
            time.sleep(0.1)
            now = time.monotonic()
            if now - before > 2:
                self.holds.append((before, now))
            before = now

    def held_since(self, begin):
        time.sleep(0.3)  # until it has looked
        return any(end > begin for _, end in self.holds)


clock = Clock()


class Client:
    def __init__(self):
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=patience)

    def ask(self, path, body=None, status=200, method=None, content="application/json"):
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        if self.connection.sock and select.select([self.connection.sock], [], [], 0)[0]:
            self.connection.close()  # the server has closed it, for it was idle; every client looks before it asks
        self.connection.request(method or ("GET" if body is None else "POST"), path, data, {"Content-Type": content})
        reply = self.connection.getresponse()
        answer = reply.read()
        if reply.status == 503 and reply.getheader("Retry-After"):
            raise Refused
        assert reply.status == status, (reply.status, answer[:200])
        return answer

    def json(self, *arguments, **named):
        return json.loads(self.ask(*arguments, **named))


class Socket:
    """A WebSocket, as far as /v1/realtime needs one."""

    def __init__(self, path):
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket = socket.create_connection((address.hostname, address.port), patience)
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        self.file = self.socket.makefile("rb")
        head = b"".join(iter(self.file.readline, b"\r\n"))
        assert b" 101 " in head, head

    def send(self, event):
        data = json.dumps(event).encode()
        length = struct.pack(">BBQ", 0x81, 0xFF, len(data))
        self.socket.sendall(length + bytes(4) + data)  # masked with zeros

    def read(self):
        while True:
            head, short = self.file.read(2)
            length = short if short < 126 else int.from_bytes(self.file.read(2 if short == 126 else 8), "big")
            data = self.file.read(length)
            assert head & 0x0F != 8, data
            if head & 0x0F == 1:
                return json.loads(data)

    def close(self):
        self.file.close()
        self.socket.close()


def chat_body(mark, **more):
    return {"messages": [{"role": "user", "content": mark}], "max_tokens": 20, **more}


def hear(client, mark):
    body = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + recording + b"\r\n--edge--\r\n"
    return client.json("/v1/audio/transcriptions", body, content="multipart/form-data; boundary=edge")["text"]


def conversation(client, mark):
    begun = client.json("/v1/conversations", {"image": picture})
    place = f"/v1/conversations/{begun['id']}"
    answered = client.json(place, {"question": "Is there a dog?"})
    assert answered["id"] == begun["id"] and answered["text"], answered
    return client.json(place, method="DELETE")["deleted"]


def realtime(client, mark):
    talk = Socket("/v1/realtime")
    try:
        talk.send({"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}})
        talk.send({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Say a word."}]}})
        talk.send({"type": "response.create", "response": {"max_output_tokens": 20}})
        while True:
            event = talk.read()
            if event["type"] == "error" and event["error"]["code"] == "overloaded":
                raise Refused
            assert event["type"] != "error", event
            if event["type"] == "response.done":
                assert event["response"]["status"] in ("completed", "incomplete"), event
                return True
    finally:
        talk.close()


ways = {
    "chat": lambda c, mark: c.json("/v1/chat/completions", chat_body(mark))["choices"][0]["message"]["content"],
    "chat stream": lambda c, mark: c.ask("/v1/chat/completions", chat_body(mark, stream=True)).endswith(b"data: [DONE]\n\n"),
    "ollama": lambda c, mark: json.loads(c.ask("/api/chat", chat_body(mark)).splitlines()[-1])["done"],
    "responses": lambda c, mark: c.json("/v1/responses", {"input": mark, "max_output_tokens": 20})["output"],
    "describe": lambda c, mark: c.json("/v1/describe", {"image": picture})["text"],
    "question": lambda c, mark: c.ask("/v1/describe", {"image": picture, "question": "Is there a dog?", "stream": True}).endswith(b'{"type":"done"}\n'),
    "conversation": conversation,
    "speech": lambda c, mark: len(c.ask("/v1/audio/speech", {"input": "Mind the step.", "response_format": "pcm"})) > 2000,
    "hear": hear,
    "realtime": realtime,
    "models": lambda c, mark: c.json("/v1/models")["data"][0]["id"] == "echollama",
    "bad": lambda c, mark: c.json("/v1/chat/completions", {"messages": 7}, status=400)["error"]["message"],
}


def one_answer(client, name, mark):
    global refused, held
    begin = time.monotonic()
    try:
        right = ways[name](client, mark)
        took = time.monotonic() - begin
        with lock:
            if not right:
                failures.append((name, "it is not the right answer"))
            elif took < 2 or not clock.held_since(begin):
                times[name].append(took)
            else:
                held += 1
    except Refused:
        refused += 1
    except Exception as error:  # a lost answer, whatever lost it
        client.connection.close()
        if clock.held_since(begin):
            held += 1
        else:
            failures.append((name, repr(error)))


def run_client(number):
    chance, client, turn = random.Random(number), Client(), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        turn += 1
        one_answer(client, chance.choice(list(ways)), f"number {number} turn {turn}")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


recording = Client().ask("/v1/audio/speech", {"input": "Where is the cup?", "response_format": "wav"})
threads = [threading.Thread(target=run_client, args=(number,)) for number in range(clients)]
begin, memory = time.monotonic(), [memory_kb()]
for thread in threads:
    thread.start()
while any(thread.is_alive() for thread in threads):
    time.sleep(0.5)
    if time.monotonic() - begin > seconds * len(memory) / 10 and len(memory) < 10:
        memory.append(memory_kb())
memory.append(memory_kb())
took = time.monotonic() - begin
answered = sum(map(len, times.values()))
print(f"{clients} clients, {took:.0f} s: {answered} answers, {answered / took:.1f} a second; {refused} told to come back; {held} held with the machine; {len(failures)} lost")
for name, values in sorted(times.items()) + [("all", sum(times.values(), []))]:
    if values:
        print(f"  {name:12} {len(values):7}  median {statistics.median(values) * 1000:8.1f} ms  99 % {percentile(values, 0.99):8.1f} ms")
print(f"  memory from tenth to tenth: {' '.join(str(kb // 1024) for kb in memory)} MiB")
for failure in failures[:10]:
    print("  lost:", failure)
sys.exit(1 if failures else 0)
