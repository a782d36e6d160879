"""rest.py ADDRESS PHOTO: calls of published clients, unmodified but for the address; see check."""
import base64
import io
import sys

import ollama
import openai

address, photo = sys.argv[1:3]
client = openai.OpenAI(base_url=address + "/v1", api_key="any")
picture = "data:image/jpeg;base64," + base64.b64encode(open(photo, "rb").read()).decode()


def has_cup(text):
    assert "cup" in text, text
    return text


def asking(text):
    return [{"role": "user", "content": [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": picture}}]}]


assert [model.id for model in client.models.list()] == ["echollama"]
assert client.models.retrieve("echollama").object == "model"

whole = client.chat.completions.create(model="echollama", messages=asking("Describe this image."))
description = has_cup(whole.choices[0].message.content)
with client.chat.completions.stream(model="echollama", messages=asking("Describe this image.")) as stream:
    for _ in stream:
        pass
    assert stream.get_final_completion().choices[0].message.content == description
turns = asking("Describe this image.") + [{"role": "assistant", "content": description}, {"role": "user", "content": "Where is it?"}]
has_cup(client.chat.completions.create(model="echollama", messages=turns).choices[0].message.content)
assert client.responses.create(model="echollama", input="Say hello.").output_text
question = [{"type": "input_text", "text": "Is there a dog?"}, {"type": "input_image", "image_url": picture}]
with client.responses.stream(model="echollama", input=[{"role": "user", "content": question}]) as stream:
    for _ in stream:
        pass
    assert "dog" in stream.get_final_response().output_text

speech = client.audio.speech.create(model="tts-1", voice="alloy", input="The cup is straight ahead.", response_format="wav").content
recording = lambda: ("audio.wav", io.BytesIO(speech), "audio/wav")
assert client.audio.transcriptions.create(model="whisper-1", file=recording()).text
assert " --> " in client.audio.transcriptions.create(model="whisper-1", file=recording(), response_format="srt")
assert client.audio.transcriptions.create(model="whisper-1", file=recording(), response_format="verbose_json").segments
with client.audio.speech.with_streaming_response.create(model="tts-1", voice="nova", input="Hello.", response_format="pcm") as stream:
    assert sum(len(piece) for piece in stream.iter_bytes()) > 10000
try:
    client.chat.completions.create(model="x", messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://example.org/a.png"}}]}])
    raise AssertionError("a picture of another place was fetched")
except openai.BadRequestError as error:
    assert "not fetched" in error.message

other = ollama.Client(address)
assert [model.model for model in other.list().models] == ["echollama:latest"]
assert "vision" in other.show("echollama").capabilities
message = {"role": "user", "content": "What is ahead?", "images": [photo]}
text = has_cup(other.chat(model="echollama", messages=[message]).message.content)
assert "".join(part.message.content for part in other.chat(model="echollama", messages=[message], stream=True)) == text
assert other.generate(model="echollama", prompt="Hello").response
print("OpenAI's and Ollama's clients were answered")
