"""described.py ADDRESS PHOTO: what the server answers is what /openapi.json describes; see check."""
import base64
import json
import sys
import urllib.error
import urllib.request

import jsonschema

address, photo = sys.argv[1:3]
picture = base64.b64encode(open(photo, "rb").read()).decode()
document = json.load(urllib.request.urlopen(address + "/openapi.json"))
answered = set()


def resolved(node):
    while "$ref" in node:
        place = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part.replace("~1", "/")]
        node = place
    return node


def ask(method, path, body=None, status=200, described=None, headers=None):
    """Asks, and checks that the status, the type and the JSON of the answer are described."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        reply = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        reply = error
    content, kind = reply.read(), reply.headers.get("Content-Type", "").split(";")[0]
    assert reply.status == status, (method, path, reply.status, content[:300])
    operation = resolved(document["paths"][described or path])[method.lower()]
    answered.add((method, described or path))
    answers = operation["responses"]
    response = resolved(answers.get(str(status)) or answers["default"])
    assert kind in response["content"], (path, kind)
    if kind == "application/json":
        # The references point into the document's components.
        jsonschema.Draft202012Validator({**response["content"][kind]["schema"], "components": document["components"]}).validate(json.loads(content))
    return content


turn = {"role": "user", "content": [{"type": "text", "text": "Is there a cup?"}, {"type": "image_url", "image_url": {"url": picture}}]}
for prefix in ["/v1", ""]:
    ask("GET", prefix + "/models")
    ask("GET", prefix + "/models/echollama", described=prefix + "/models/{model}")
    ask("GET", prefix + "/models/other", status=404, described=prefix + "/models/{model}")
    ask("GET", prefix + "/audio/voices")
    ask("POST", prefix + "/chat/completions", {"messages": [turn]})
    ask("POST", prefix + "/chat/completions", {"messages": [turn], "stream": True})
    ask("POST", prefix + "/chat/completions", {"messages": 7}, 400)
    ask("POST", prefix + "/responses", {"input": "Hello.", "max_output_tokens": 3})
    ask("POST", prefix + "/responses", {"input": [turn], "stream": True})
    for form in ["mp3", "wav", "flac", "opus", "pcm"]:
        sound = ask("POST", prefix + "/audio/speech", {"input": "Hello.", "response_format": form})
    wav = ask("POST", prefix + "/audio/speech", {"input": "The cup is near.", "response_format": "wav"})
for path in ["/v1/audio/transcriptions", "/audio/transcriptions", "/inference"]:
    for form in ["json", "text", "srt", "vtt", "verbose_json"]:
        part = lambda name, value, more="": b"--x\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n%s\r\n" % (name.encode(), more.encode(), value)
        body = part("file", wav, '; filename="a.wav"') + part("response_format", form.encode())
        body += part("timestamp_granularities[]", b"word") + part("timestamp_granularities[]", b"segment") + b"--x--\r\n"
        answer = ask("POST", path, body, headers={"Content-Type": "multipart/form-data; boundary=x"})
        if form == "verbose_json":
            words = json.loads(answer)["words"]
            assert words and all(a["start"] <= a["end"] <= b["end"] for a, b in zip(words, words[1:])), words
    ask("POST", path, b"--x--\r\n", 400, headers={"Content-Type": "multipart/form-data; boundary=x"})
ask("POST", "/v1/describe", {"image": picture})
ask("POST", "/v1/describe", {"image": picture, "question": "Is there a dog?", "stream": True})
ask("POST", "/v1/describe", {"image": "AAAA"}, 400)
ask("POST", "/v1/scene", {"image": picture, "focal_px": 800})
talk = json.loads(ask("POST", "/v1/conversations", {"image": picture}))
place = "/v1/conversations/" + talk["id"]
ask("POST", place, {}, described="/v1/conversations/{id}")
ask("POST", place, {"question": "Where is the cup?", "stream": True}, described="/v1/conversations/{id}")
history = json.loads(ask("GET", place, described="/v1/conversations/{id}"))["history"]
assert len(history) == 4, history
ask("DELETE", place, described="/v1/conversations/{id}")
ask("POST", place, {"question": "And how far?"}, 404, described="/v1/conversations/{id}")
again = json.loads(ask("POST", place, {"question": "Say that again.", "image": picture, "history": history}, described="/v1/conversations/{id}"))
assert again["text"] == history[-1]["content"], again
ask("POST", "/describe", {"image_b64": picture, "task": "caption"})
ask("POST", "/api/chat", {"messages": [{"role": "user", "content": "What is ahead?", "images": [picture]}], "stream": False})
ask("POST", "/api/chat", {"messages": [{"role": "user", "content": "What is ahead?", "images": [picture]}]})
assert isinstance(json.loads(ask("POST", "/api/chat", {"messages": [{"role": "user", "content": "", "images": ["AAAA"]}]}, 400))["error"], str)
ask("POST", "/api/generate", {"prompt": "Where is the cup?", "images": [picture], "stream": False})
for path in ["/completion", "/completions"]:
    ask("POST", path, {"prompt": "USER: [img-1]\nWhat is ahead?\nASSISTANT:", "image_data": [{"data": picture, "id": 1}]})
ask("GET", "/props")
ask("POST", "/api/show", {"model": "echollama"})
for path in ["/api/tags", "/api/ps", "/api/version", "/health", "/v1/health", "/ready", "/metrics", "/openapi.json", "/", "/page.css", "/page.js", "/server.js", "/sound.js"]:
    ask("GET", path)
ask("GET", "/", headers={"Accept": "text/html"})
everything = {(method.upper(), path) for path, item in document["paths"].items() for method in resolved(item)}
assert everything - answered == {("GET", "/v1/realtime")}, everything - answered  # which is a WebSocket, and has a test of its own
print(f"{len(answered)} addresses answered as they are described")
