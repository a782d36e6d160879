"""realtime.py ADDRESS PHOTO: OpenAI's SDK and the plain WebSocket client hold spoken conversations; see check."""
import base64
import json
import sys

import openai
import websockets.exceptions
from websockets.sync.client import connect

address, photo = sys.argv[1:3]
client = openai.OpenAI(base_url=address + "/v1", api_key="any")
picture = "data:image/png;base64," + base64.b64encode(open(photo, "rb").read()).decode()
question = client.audio.speech.create(model="tts-1", voice="alloy", input="Where is the cup?", response_format="pcm").content
silence = bytes(24000 * 2)


def until(connection, last):
    """The events to the one of this type, and the sound in them."""
    events, sound = [], b""
    for event in connection:
        events.append(event)
        assert event.type != "error", event
        if event.type == "response.output_audio.delta":
            sound += base64.b64decode(event.delta)
        if event.type == last:
            return events, sound


with client.realtime.connect(model="echollama") as connection:
    assert connection.recv().type == "session.created"
    connection.session.update(session={"type": "realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}})
    assert connection.recv().type == "session.updated"
    message = {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": picture}]}
    connection.conversation.item.create(item=message)
    # Spoken, with the server deciding when it ends.
    for begin in range(0, len(silence + question + silence), 4800):
        piece = (silence + question + silence)[begin : begin + 4800]
        connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())
    events, sound = until(connection, "response.done")
    types = [event.type for event in events]
    for wanted in ["input_audio_buffer.speech_started", "input_audio_buffer.committed", "response.created", "response.output_audio.done"]:
        assert wanted in types, types
    response = events[-1].response
    assert response.status == "completed", response
    spoken = response.output[0].content[0].transcript
    assert spoken and len(sound) > 24000, (spoken, len(sound))
    # What was heard of it, to the word.
    connection.conversation.item.truncate(item_id=response.output[0].id, content_index=0, audio_end_ms=300)
    until(connection, "conversation.item.truncated")
    connection.conversation.item.retrieve(item_id=response.output[0].id)
    heard = until(connection, "conversation.item.retrieved")[0][-1].item.content[0].transcript
    assert spoken.startswith(heard) and len(heard) < len(spoken), (heard, spoken)
    # Typed, answered in text.
    connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
    until(connection, "session.updated")
    typed = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Is there a cup?"}]}
    connection.conversation.item.create(item=typed)
    connection.response.create()
    events, _ = until(connection, "response.done")
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert "cup" in text and events[-1].response.output[0].content[0].text == text, text

# The plain client, with compression offered: an answer that is cancelled, frames that are no events, and the end.
with connect(address.replace("http:", "ws:") + "/v1/realtime?model=any", additional_headers={"Authorization": "Bearer any"}) as socket:
    assert json.loads(socket.recv())["type"] == "session.created"
    socket.send(json.dumps({"type": "response.create", "response": {"instructions": "Tell a long story."}}))
    while json.loads(socket.recv())["type"] != "response.created":
        pass
    socket.send(json.dumps({"type": "response.cancel"}))
    while (event := json.loads(socket.recv()))["type"] != "response.done":
        pass
    assert event["response"]["status"] == "cancelled", event
    socket.send("no event")
    assert json.loads(socket.recv())["type"] == "error"
    socket.send(b"\x00\x01")
    try:
        while True:
            socket.recv(timeout=10)
    except websockets.exceptions.ConnectionClosed as closed:
        assert closed.rcvd.code == 1003, closed
print("OpenAI's SDK and a plain WebSocket held conversations")
