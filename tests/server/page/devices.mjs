// devices.mjs: the microphone and the camera, opened late, refused, asked for twice, left. Arguments: see visit.mjs.
import assert from "node:assert/strict";
import { end, reply, server, test, visit } from "./visit.mjs";

// Long enough for a press that is held: longer is the same.
const hold = (here) => here.page.waitForTimeout(400);

await test("Escape ends the listening and what was heard", async () => {
  const here = await visit();
  await here.describe();
  await here.told();
  await here.page.focus("#talk");
  await here.page.keyboard.down("Space");
  await here.until("Listening");
  await here.press("Escape");
  await here.page.keyboard.up("Space");
  assert.deepEqual(await here.told(), ["Listening …", "Stopped."]);
  assert.equal(await here.page.getAttribute("#talk", "aria-pressed"), "false");
  await here.page.keyboard.down("Space");
  await here.until("Listening");
  await hold(here);
  await here.page.keyboard.up("Space");
  (await server.next("/v1/audio/transcriptions")).answer({ text: "" });
  await here.until("I heard nothing.");
  assert.equal(server.asked.filter((one) => one.endsWith("transcriptions")).length, 1);
  assert.equal(await here.live(), 0);
  await here.end();
});

const slowToOpen = () => {
  window.doors = [];
  window.beforeOpening = () => new Promise((resolve) => window.doors.push(resolve));
};
const openAll = (here) => here.page.evaluate(() => { for (const open of window.doors.splice(0)) open(); });
const asksToOpen = (here, count) => here.page.waitForFunction((wanted) => window.doors.length === wanted, count);

await test("who lets go before the microphone is open is told so", async () => {
  const here = await visit(slowToOpen);
  await here.describe();
  await here.told();
  await here.page.focus("#talk");
  await here.page.keyboard.down("Space");
  await asksToOpen(here, 1);
  await hold(here);
  await here.page.keyboard.up("Space");
  await openAll(here);
  await here.until("The microphone is ready.");
  assert.equal((await here.told()).length, 1, "it did not listen");
  assert.equal(await here.live(), 0);
  await here.end();
});

await test("the microphone that is asked for twice is open once", async () => {
  const here = await visit(slowToOpen);
  await here.describe();
  await here.page.focus("#talk");
  for (const times of [1, 2]) {
    await here.page.keyboard.down("Space");
    await asksToOpen(here, times);
    if (times === 1) await hold(here);
    if (times === 1) await here.page.keyboard.up("Space");
  }
  await openAll(here);
  await here.until("Listening");
  await here.opened(2);
  assert.equal(await here.live(), 1);
  await hold(here);
  await here.page.keyboard.up("Space");
  (await server.next("/v1/audio/transcriptions")).answer({ text: "" });
  await here.until("I heard nothing.");
  assert.equal(await here.live(), 0);
  await here.end();
});

await test("a microphone that opens after Escape is closed at once", async () => {
  const here = await visit(slowToOpen);
  await here.describe();
  await here.page.focus("#talk");
  await here.page.keyboard.down("Space");
  await asksToOpen(here, 1);
  await here.press("Escape");
  await here.until("Stopped.");
  await openAll(here);
  await here.opened(1);
  await here.page.waitForFunction(() => window.streams[0].getTracks().every((track) => track.readyState === "ended"));
  assert.match((await here.told()).at(-1), /Stopped/);
  await here.end();
});

await test("a microphone that is refused is told twice when it is refused twice", async () => {
  const here = await visit(() => { window.beforeOpening = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError")); });
  await here.describe();
  await here.told();
  await here.page.focus("#talk");
  for (let i = 0; i < 2; ++i) {
    await here.press("Enter");
    await here.page.waitForFunction((times) => window.told.length === times, i + 1);
  }
  const told = await here.told();
  assert.match(told[0], /type the question/);
  assert.notEqual(told[0], told[1]);
  assert.equal(await here.page.getAttribute("#talk", "aria-pressed"), "false");
  await here.end();
});

await test("a short press listens until the next", async () => {
  const here = await visit();
  await here.page.clock.install();
  await here.page.clock.pauseAt(Date.now() + 3600000); // presses are short on a slow machine, too
  await here.describe();
  await here.page.focus("#talk");
  await here.press("Enter");
  await here.until("Listening … Press again");
  await here.press("Enter");
  await here.page.clock.resume();
  (await server.next("/v1/audio/transcriptions")).answer({ text: "Where?" });
  (await server.next("/v1/chat/completions")).answer(reply("There."));
  await here.until("Answered.");
  await here.end();
});

await test("a screen reader can press the button to speak", async () => {
  const here = await visit();
  await here.describe();
  const click = () => here.page.evaluate(() => document.getElementById("talk").click());
  await click();
  await here.until("Listening … Press again");
  assert.equal(await here.page.getAttribute("#talk", "aria-pressed"), "true");
  await click();
  (await server.next("/v1/audio/transcriptions")).answer({ text: "Where?" });
  (await server.next("/v1/chat/completions")).answer(reply("There."));
  await here.until("Answered.");
  await here.end();
});

await test("what is pressed and where one is can be seen with the system's own colours", async () => {
  const here = await visit();
  await here.page.emulateMedia({ forcedColors: "active" });
  await here.describe();
  const colour = (selector) => here.page.evaluate((wanted) => getComputedStyle(document.querySelector(wanted)).backgroundColor, selector);
  const before = [await colour("#talk"), await colour("#things button")];
  await here.page.focus("#things button");
  await here.press("Enter");
  await here.page.evaluate(() => document.getElementById("talk").click());
  await here.until("Listening");
  assert.notEqual(await colour("#talk"), before[0]);
  assert.notEqual(await colour("#things button"), before[1]);
  await here.end();
});

await test("a camera that nobody needs any more is off", async () => {
  const here = await visit();
  const on = async () => {
    await here.page.press("#camera", "Enter");
    await here.until("The camera is on.");
    assert.equal(await here.focused(), "shoot");
  };
  await on();
  await here.press("Escape");
  await here.until("Stopped.");
  assert.equal(await here.live(), 0);
  assert.equal(await here.focused(), "camera");
  await on();
  await here.page.press("#camera", "Enter");
  await here.until("The camera is off.");
  assert.equal(await here.live(), 0);
  await on();
  await here.describe();
  assert.equal(await here.live(), 0);
  assert.equal(await here.page.isHidden("#viewfinder"), true);
  await on();
  await here.press("Enter");
  await server.next("/v1/describe");
  assert.equal(await here.live(), 0);
  await here.end();
});

await test("a camera that is asked for twice is one camera", async () => {
  const here = await visit(slowToOpen);
  await here.page.press("#camera", "Enter");
  await here.page.press("#camera", "Enter");
  await asksToOpen(here, 2);
  await openAll(here);
  await here.opened(2);
  await here.until("The camera is on.");
  assert.equal(await here.live(), 1);
  await here.end();
});

await test("a camera that is refused twice is told twice", async () => {
  const here = await visit(() => { window.beforeOpening = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError")); });
  for (let i = 0; i < 2; ++i) {
    await here.page.press("#camera", "Enter");
    await here.page.waitForFunction((times) => window.told.length === times, i + 1);
  }
  const told = await here.told();
  assert.match(told[0], /choose a file/);
  assert.notEqual(told[0], told[1]);
  await here.end();
});

await end();
