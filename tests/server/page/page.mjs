// page.mjs ADDRESS BROWSER PHOTO: see check.
import assert from "node:assert/strict";
import fs from "node:fs";
import { focused as focusedIn, follow, launch, told as toldBy, until } from "./browser.mjs";

const [address, executablePath, photo] = process.argv.slice(2);
const browser = await launch(executablePath);
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(60000);
const failures = [];
page.on("pageerror", (error) => failures.push(error.message));
await page.goto(address + "/");

await page.evaluate(follow);
const told = () => toldBy(page);
const state = (text) => until(page, text);
const focused = () => focusedIn(page);

const axe = fs.readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
async function accessible(when) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`), [], when);
}

await accessible("at first");
assert.equal(await page.locator("#question").isDisabled(), true, "nothing can be asked before there is a picture");

// Choosing a picture: begun and done are told, nothing between them; the description is text under its heading.
await page.setInputFiles("#file", photo);
await state("Described");
assert.deepEqual(await told(), ["Looking at coffee.png …", "Described in 2 sentences."]);
assert.match(await page.innerText("#description"), /cup, straight ahead/);
await accessible("with a description");

// What is said can be stopped until its last piece is over, and not after it.
await page.evaluate(() => {
  window.stoppable = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) {
    window.stoppable.push(document.getElementById("stop").ariaDisabled === "false");
    start.apply(this, when);
  };
});
await page.locator("#again").press("Enter");
await page.waitForFunction(() => window.stoppable.length === 2 && document.getElementById("stop").ariaDisabled === "true");
assert.deepEqual(await page.evaluate(() => window.stoppable), [true, true]);

// Asking by keyboard.
await page.focus("#question");
await page.keyboard.type("Where is the cup?");
await page.keyboard.press("Enter");
await state("Answered");
assert.deepEqual(await told(), ["Answering …", "Answered."]);
assert.equal(await page.getByRole("heading", { name: "Where is the cup?" }).count(), 1, "questions are headings");
await accessible("with an answer");

// Without the server's voice the answer itself is told.
await page.uncheck("#aloud");
await page.focus("#question");
await page.keyboard.press("Enter");
await state("Answered:");
assert.match((await told()).at(-1), /^Answered: .*cup/);
await page.check("#aloud");

// The things: one stop of the tab key, arrows go through them.
await page.focus("#again");
assert.match(await focused(), /again/);
await page.keyboard.press("Tab");
assert.equal(await focused(), "stop");
await page.keyboard.press("Tab");
assert.match(await focused(), /cup/);
await page.keyboard.press("ArrowDown");
assert.match(await focused(), /cup/, "the last one stays");
await page.keyboard.press("Escape");
await state("Stopped.");

// Speaking: the microphone hears beeps, in which nothing is said.
await page.focus("#talk");
await told();
await page.keyboard.down("Space");
await page.waitForTimeout(1500);
await page.keyboard.up("Space");
await page.waitForFunction(() => /^(I heard|Answered|Answering)/.test(document.getElementById("state").textContent));
assert.deepEqual((await told()).slice(0, 2), ["Listening …", "Understanding …"]);

// A file that is no picture is told, and the page goes on.
await page.setInputFiles("#file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
await page.waitForFunction(() => /picture/.test(document.getElementById("state").textContent) && !/Looking/.test(document.getElementById("state").textContent));

// 400 % zoom of a page 1280 pixels wide leaves 320.
await page.setViewportSize({ width: 320, height: 640 });
assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, "nothing is cut off or scrolls sideways");
for (const media of [{ colorScheme: "dark" }, { contrast: "more" }, { forcedColors: "active" }, { reducedMotion: "reduce" }]) {
  await page.emulateMedia(media);
  await accessible(JSON.stringify(media));
}
assert.deepEqual(failures, []);
await browser.close();
console.log("the page was used by keyboard, and axe found nothing");
