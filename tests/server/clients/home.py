"""home.py ADDRESS PHOTO WYOMING: the client of the Wyoming protocol that Home Assistant uses; see check."""
import asyncio
import sys

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

host, port = sys.argv[3].removeprefix("tcp://").rsplit(":", 1)


async def read_sound(client, last):
    start, sound = None, b""
    while (event := await client.read_event()) is not None:
        if AudioStart.is_type(event.type):
            start = AudioStart.from_event(event)
        elif AudioChunk.is_type(event.type):
            sound += AudioChunk.from_event(event).audio
        elif last.is_type(event.type):
            return start, sound
    raise AssertionError("the connection ended")


async def use():
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(Describe().event())
        info = Info.from_event(await asyncio.wait_for(client.read_event(), 1))
        assert info.tts[0].installed and info.tts[0].supports_synthesize_streaming and info.tts[0].voices, info
        assert info.asr[0].models[0].languages == ["en"], info
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(Synthesize("The cup is straight ahead.", voice=SynthesizeVoice(info.tts[0].voices[0].name)).event())
        start, sound = await read_sound(client, AudioStop)
        assert len(sound) > 20000, len(sound)
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(SynthesizeStart().event())
        for piece in ["The cup is ", "straight ahead. It is", " near."]:
            await client.write_event(SynthesizeChunk(piece).event())
        await client.write_event(Synthesize("The cup is straight ahead. It is near.").event())
        await client.write_event(SynthesizeStop().event())
        _, streamed = await read_sound(client, SynthesizeStopped)
        assert len(streamed) > 30000, len(streamed)
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(start.event())
        for begin in range(0, len(sound), 2048):
            chunk = AudioChunk(rate=start.rate, width=start.width, channels=start.channels, audio=sound[begin : begin + 2048])
            await client.write_event(chunk.event())
        await client.write_event(AudioStop().event())
        assert Transcript.from_event(await client.read_event()).text  # a voice with chance in it may be misheard


asyncio.run(use())
print("Wyoming's client was answered")
