// For tests whose arguments are BROWSER WEB [NAME]: a browser and a server that answers when the test lets it. NAME: only the cases whose
// name holds it. See check.
import assert from "node:assert/strict";
import { focused, follow, launch, told, until } from "./browser.mjs";
import { FakeServer } from "./fake_server.mjs";

const [executablePath, folder, only = ""] = process.argv.slice(2);
const patience = Number(process.env.PATIENCE ?? 30000); // milliseconds until a case is given up
const browser = await launch(executablePath, "--autoplay-policy=document-user-activation-required");
export const server = await new FakeServer(folder).listen();
export const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
const picture = (name, extra = "") => ({ name, mimeType: "image/png", buffer: Buffer.concat([png, Buffer.from(extra)]) });

// The page in a window of its own; `init` runs in it before everything else.
export class Visit {
  failures = [];
  async begin(init = () => {}, touched = true) {
    this.context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(patience);
    this.page.on("pageerror", (error) => this.failures.push(error.message));
    await this.page.addInitScript(init);
    await this.page.addInitScript(`addEventListener("DOMContentLoaded", ${follow})`);
    await this.page.addInitScript(() => {
      window.streams = []; // of microphones and cameras
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (what) => {
        await window.beforeOpening?.();
        window.streams.push(await open(what));
        return window.streams.at(-1);
      };
      window.MediaRecorder = class { // whatever the browser would hear
        state = "inactive";
        start() { this.state = "recording"; }
        stop() {
          this.state = "inactive";
          this.ondataavailable({ data: new Blob(["heard"]) });
          setTimeout(() => this.onstop());
        }
      };
      const dispatch = (type, Kind, key, target, files, text) => {
        const data = new DataTransfer();
        for (const [name, kind, body] of files) data.items.add(new File([body], name, { type: kind }));
        if (text) data.setData("text/plain", text);
        document.querySelector(target).dispatchEvent(new Kind(type, { [key]: data, bubbles: true, cancelable: true }));
      };
      window.paste = (target, files, text) => dispatch("paste", ClipboardEvent, "clipboardData", target, files, text);
      window.drop = (target, files, text) => dispatch("drop", DragEvent, "dataTransfer", target, files, text);
    });
    await this.page.goto(server.address + "/");
    if (touched) await this.page.mouse.click(1, 1); // browsers keep silent until then
    return this;
  }
  async ready() {
    await this.page.waitForFunction(() => document.getElementById("voice").options.length > 0);
    return this;
  }
  choose(...which) { return this.page.setInputFiles("#file", picture(...which)); }
  until(text) { return until(this.page, text); }
  told() { return told(this.page); }
  press(key) { return this.page.keyboard.press(key); }
  focused() { return focused(this.page); }
  quiet() { return this.page.waitForFunction(() => document.getElementById("stop").ariaDisabled === "true"); }
  stoppable() { return this.page.waitForFunction(() => document.getElementById("stop").ariaDisabled !== "true" && !document.getElementById("stop").disabled); }
  live() { return this.page.evaluate(() => window.streams.filter((one) => one.getTracks().some((track) => track.readyState === "live")).length); }
  opened(count) { return this.page.waitForFunction((wanted) => window.streams.length === wanted, count); }
  async describe(sentences = ["A cup."], things = [["a cup, straight ahead", 0]]) {
    await this.choose("a.png");
    const asked = await server.next("/v1/describe");
    asked.scene(...things);
    for (const one of sentences) asked.sentence(one);
    asked.done();
    await this.until("Described");
    return this;
  }
  async question(text) {
    await this.page.fill("#question", text);
    await this.page.press("#question", "Enter");
  }
  async end() {
    await this.context.close();
    assert.deepEqual(this.failures, []);
  }
}
export const visit = async (...how) => (await new Visit().begin(...how)).ready();
export const reply = (text) => ({ choices: [{ message: { content: text } }] });

let failed = 0, count = 0;
export async function test(name, run) {
  if (!name.includes(only)) return;
  server.forget();
  count += 1;
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("it waited in vain")), patience + 5000); });
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${name}\n  ${error.stack.split("\n").filter((line) => !line.includes("node_modules")).slice(0, 12).join("\n  ")}`);
    for (const context of browser.contexts()) await context.close();
    if (!server.server.listening) await server.listen(server.port);
  } finally {
    clearTimeout(timer);
  }
}

// After the last case.
export async function end() {
  await browser.close();
  await server.kill();
  console.log(`${count} cases, ${failed} of them not as they should be`);
  process.exit(failed ? 1 : 0);
}
