// rest.mjs ADDRESS PHOTO: OpenAI's JavaScript SDK, unmodified but for the address; see check.
import assert from "node:assert/strict";
import fs from "node:fs";
import OpenAI, { toFile } from "openai";

const [address, photo] = process.argv.slice(2);
const client = new OpenAI({ baseURL: address + "/v1", apiKey: "any" });
const url = "data:image/png;base64," + fs.readFileSync(photo).toString("base64");
const asking = (text) => [{ role: "user", content: [{ type: "text", text }, { type: "image_url", image_url: { url } }] }];

const ids = [];
for await (const model of client.models.list()) ids.push(model.id);
assert.deepEqual(ids, ["echollama"]);
assert.equal((await client.models.retrieve("echollama")).object, "model");

const whole = await client.chat.completions.create({ model: "echollama", messages: asking("Describe this image.") });
const description = whole.choices[0].message.content;
assert.match(description, /cup/);
const stream = client.chat.completions.stream({ model: "echollama", messages: asking("Describe this image.") });
assert.equal((await stream.finalChatCompletion()).choices[0].message.content, description);

const input = [{ role: "user", content: [{ type: "input_text", text: "Is there a dog?" }, { type: "input_image", image_url: url }] }];
assert.match((await client.responses.create({ model: "echollama", input })).output_text, /dog/);
const events = client.responses.stream({ model: "echollama", input });
assert.match((await events.finalResponse()).output_text, /dog/);

const speech = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "The cup is straight ahead.", response_format: "wav" });
const sound = Buffer.from(await speech.arrayBuffer());
assert.equal(sound.subarray(0, 4).toString(), "RIFF");
const file = () => toFile(sound, "audio.wav");
assert.ok((await client.audio.transcriptions.create({ model: "whisper-1", file: await file() })).text);
assert.match(await client.audio.transcriptions.create({ model: "whisper-1", file: await file(), response_format: "vtt" }), /^WEBVTT/);
await assert.rejects(
  client.chat.completions.create({ model: "x", messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "http://example.org/a.png" } }] }] }),
  (error) => error.status === 400 && /not fetched/.test(error.message),
);
console.log("OpenAI's JavaScript SDK was answered");
