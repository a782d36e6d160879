"""hostile.py ADDRESS [CLIENTS]: that many clients stall, break off or lie about lengths at once, over HTTP and as WebSockets; one that
behaves must be answered all the while, and afterwards nothing of them may be left. See check."""
import base64
import http.client
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse

address = urllib.parse.urlparse(sys.argv[1])
clients = int(sys.argv[2]) if len(sys.argv) > 2 else 200
process = int(os.environ.get("SERVER_PROCESS", "0"))
ended = threading.Event()
head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
question = json.dumps({"messages": [{"role": "user", "content": "hello"}]}).encode()
upgrade = b"GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.b64encode(bytes(16)) + b"\r\n\r\n"
ways = {
    "says nothing": b"",
    "half a line": b"GET / HT",
    "headers without end": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % i for i in range(2000)) + b"\r\n",
    "a long line": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
    "promises more": head + b"Content-Length: 1000000\r\n\r\n" + question,
    "promises all there is": head + b"Content-Length: 99999999999999999999\r\n\r\n" + question,
    "a negative length": head + b"Content-Length: -5\r\n\r\n" + question,
    "two lengths": head + b"Content-Length: 3\r\nContent-Length: 50\r\n\r\n" + question,
    "length and chunks": head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "a chunk that lies": head + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nhello",
    "a chunk that never comes": head + b"Transfer-Encoding: chunked\r\n\r\n50\r\nhel",
    "asks and goes": head + b"Content-Length: %d\r\n\r\n" % len(question) + question,
    "no protocol": os.urandom(4096),
    "a frame that lies": upgrade + b"\x81\xff" + struct.pack(">Q", 1 << 62) + bytes(4) + b"hello",
    "a frame that never ends": upgrade + b"\x81\xfe" + struct.pack(">H", 60000) + bytes(4) + b"hello",
    "fragments without end": upgrade + (b"\x01\x80" + bytes(4)) + (b"\x00\x80" + bytes(4)) * 500,
    "an unmasked frame": upgrade + b"\x81\x05hello",
    "a frame of no kind": upgrade + b"\x8f\x80" + bytes(4),
    "a long ping": upgrade + b"\x89\xfe" + struct.pack(">H", 5000) + bytes(4) + bytes(5000),
}


def misbehave(number):
    chance = random.Random(number)
    while not ended.is_set():
        name = chance.choice(list(ways))
        with socket.socket() as connection:
            try:
                connection.settimeout(3)
                connection.connect((address.hostname, address.port))
                connection.sendall(ways[name])
                if chance.random() < 0.3:  # a reset instead of an end
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                elif chance.random() < 0.5:
                    ended.wait(chance.random() * 3)
                else:
                    connection.recv(1)
            except OSError:
                pass  # it was shown the door


def descriptors():
    return len(os.listdir(f"/proc/{process}/fd")) if process else 0


def answered():
    begin = time.monotonic()
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("GET", "/v1/models")
    reply = connection.getresponse()
    assert reply.status == 200 and json.loads(reply.read())["data"], reply.status
    return time.monotonic() - begin


answered()
before = descriptors()
threads = [threading.Thread(target=misbehave, args=(number,)) for number in range(clients)]
for thread in threads:
    thread.start()
waits = []
for _ in range(20):
    waits.append(answered())
    time.sleep(0.5)
ended.set()
for thread in threads:
    thread.join()
for _ in range(100):
    if descriptors() <= before + 2:
        break
    time.sleep(1)
assert descriptors() <= before + 2, f"{descriptors()} files are open, {before} were before"
answered()
print(f"{clients} clients that misbehave: the others waited at most {max(waits) * 1000:.0f} ms, and {descriptors()} files are open as {before} were before")
