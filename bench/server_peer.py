"""server_peer.py OURS THEIRS [SECONDS]: two servers that speak OpenAI's chat, with the same language model, asked the same in turns:
until their answers end: the time to the first piece of text and pieces a second, alone and with four clients at once. Prints medians and their ratios."""
import http.client
import json
import statistics
import sys
import threading
import time
import urllib.parse

seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 100
servers = {name: urllib.parse.urlparse(address) for name, address in zip(["ours", "theirs"], sys.argv[1:3])}
subjects = ["a lighthouse", "the sea", "a kitchen", "winter", "a violin", "bread", "a railway station", "clouds", "a bridge", "rain", "a garden", "coffee"]
views = ["in the morning", "for children", "as a poet would", "as an engineer would", "that nobody visits", "in Norway", "in 1920", "of wood", "at night", "in a dream"]


def subject(number):
    """Another one for each number, so that no answer is known from before."""
    return f"{subjects[number % len(subjects)]} {views[number // len(subjects) % len(views)]}, number {number}"


def ask(server, subject):
    """Seconds to the first piece, pieces, and seconds from it to the last."""
    body = {"messages": [{"role": "user", "content": f"Write two sentences about {subject}."}], "stream": True, "temperature": 0, "repeat_penalty": 1.1, "max_tokens": 400, "cache_prompt": True}
    connection = http.client.HTTPConnection(server.hostname, server.port, timeout=120)
    begin = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    assert reply.status == 200, reply.read()
    first = last = None
    pieces = 0
    for line in reply:
        if line.startswith(b"data: {"):
            choices = json.loads(line[6:])["choices"]
            if choices and choices[0]["delta"].get("content"):
                last = time.perf_counter()
                first = first or last
                pieces += 1
    return first - begin, pieces, last - first


def together(server, four):
    begin = time.perf_counter()
    results = [None] * len(four)

    def one(i):
        results[i] = ask(server, four[i])

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(four))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(pieces for _, pieces, _ in results) / (time.perf_counter() - begin)


first, speed, four = ({name: [] for name in servers} for _ in range(3))
for name, server in servers.items():
    ask(server, "the weather")  # loaded and warm
end, turn = time.monotonic() + seconds, int(time.time()) % 100000
while time.monotonic() < end:
    order = list(servers) if len(first["ours"]) % 2 else list(servers)[::-1]
    for name in order:
        wait, pieces, took = ask(servers[name], subject(turn))
        first[name].append(wait)
        speed[name].append((pieces - 1) / took)
    for name in order:
        four[name].append(together(servers[name], [subject(turn + k) for k in range(1, 5)]))
    turn += 5


def show(what, values, unit, better_is_less=False):
    ours, theirs = statistics.median(values["ours"]), statistics.median(values["theirs"])
    pairs = [b / a if better_is_less else a / b for a, b in zip(values["ours"], values["theirs"])]
    print(f"{what:28} ours {ours:8.2f} {unit}, theirs {theirs:8.2f} {unit}, ratio {statistics.median(pairs):.3f} (median of {len(pairs)} pairs; above 1: ours is better)")


show("first piece", {n: [v * 1000 for v in values] for n, values in first.items()}, "ms", True)
show("pieces a second, alone", speed, "/s")
show("pieces a second, four", four, "/s")
