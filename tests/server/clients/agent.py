"""agent.py PROGRAM MODELS PHOTO: the reference client calls the tools, in both eras of the protocol; see check."""
import asyncio
import base64
import os
import sys
import tempfile

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

program, models, photo = sys.argv[1:]
server = StdioServerParameters(command=program, args=["mcp", "--models", models])


async def use(mode, version):
    async with Client(stdio_client(server), mode=mode) as client:
        assert client.protocol_version == version, client.protocol_version
        assert mode != "legacy" or client.server_info.name == "echollama"
        tools = [tool.name for tool in (await client.list_tools()).tools]
        assert tools == ["describe", "ask", "say", "listen"], tools
        told = []

        async def tell(progress, total, message):
            told.append(message)

        described = await client.call_tool("describe", {"picture": photo}, progress_callback=tell)
        assert not described.is_error and "cup" in described.content[0].text, described
        assert described.structured_content["things"][0]["words"], described
        assert told and told[0] in described.content[0].text, told
        answered = await client.call_tool("ask", {"question": "Is there a dog?"})
        assert "dog" in answered.content[0].text, answered
        said = await client.call_tool("say", {"text": "Mind the step."})
        assert said.content[0].type == "audio" and len(base64.b64decode(said.content[0].data)) > 1000
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "said.wav")
            await client.call_tool("say", {"text": "The cup is straight ahead.", "file": file})
            heard = await client.call_tool("listen", {"recording": file})
            assert heard.structured_content["text"], heard  # a voice with chance in it may be misheard
        failed = await client.call_tool("describe", {"picture": "/nowhere.png"})
        assert failed.is_error and "nowhere" in failed.content[0].text, failed


asyncio.run(use("legacy", "2025-11-25"))
asyncio.run(use("auto", "2026-07-28"))
asyncio.run(use("2026-07-28", "2026-07-28"))
print("the reference client of MCP was answered")
