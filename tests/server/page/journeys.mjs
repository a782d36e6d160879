// journeys.mjs ADDRESS BROWSER PHOTO FOLDER: what a screen reader says on the six main ways through the page, all by keyboard, is what
// FOLDER holds. Lines: a key that is pressed; "focus:", what is said of the control that has it (name, role, state, value, description);
// "says:", what the live region tells by itself; "reads:", what is found by going through the page. With JOURNEYS=write the files are
// written anew, to be looked through. See check.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { follow, launch, told, until } from "./browser.mjs";
import { silence } from "./fake_server.mjs";

const [address, executablePath, photo, folder] = process.argv.slice(2);
const browser = await launch(executablePath);

const spokenRoles = { textbox: "edit", slider: "slider", checkbox: "check box", combobox: "combo box", button: "button", link: "link", heading: "heading", listitem: "item", PopUpButton: "button", MenuListPopup: "" };
const property = (node, name) => node.properties?.find((one) => one.name === name)?.value.value;

// What is said of one node of the accessibility tree.
function spoken(node) {
  const role = node.role.value;
  const words = [node.name?.value ?? "", spokenRoles[role] ?? role];
  if (role === "heading") words[1] += ` ${property(node, "level")}`;
  if (role === "checkbox") words.push(property(node, "checked") === "true" ? "checked" : "not checked");
  if (["textbox", "slider", "combobox"].includes(role)) words.push(String(property(node, "valuetext") ?? node.value?.value ?? "") || "empty");
  if (property(node, "pressed") === "true") words.push("pressed");
  if (property(node, "disabled")) words.push("unavailable");
  if (node.description?.value) words.push(node.description.value);
  return words.filter((word) => word !== "").join(", ");
}

class Journey {
  constructor(title) {
    this.lines = [`# ${title}`];
    this.looked = Promise.resolve(); // when what a key brought at once is written down
  }
  async begin() {
    this.page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    this.page.setDefaultTimeout(60000);
    this.tree = await this.page.context().newCDPSession(this.page);
    await this.page.route("**/v1/audio/speech", (route) => route.fulfill({ contentType: "audio/wav", body: silence(60) })); // what is spoken lasts until it is stopped, on a slow machine, too
    await this.page.route("**/v1/audio/transcriptions", (route) => route.fulfill({ json: { text: "Where is the cup?" } })); // whatever the false microphone hears
    await this.page.route("**/v1/**", async (route) => { await this.looked; await route.fallback(); }); // no answer between a key and its line
    await this.page.goto(address + "/");
    await this.page.evaluate(follow);
    await this.page.waitForFunction(() => document.getElementById("voice").options.length > 0);
    return this;
  }
  async heard() {
    for (const text of await told(this.page)) this.lines.push(`says: ${text}`);
  }
  async until(text) {
    await until(this.page, text);
    await this.heard();
  }
  async focus() {
    const { result } = await this.tree.send("Runtime.evaluate", { expression: "document.activeElement" });
    const { nodes } = await this.tree.send("Accessibility.getPartialAXTree", { objectId: result.objectId, fetchRelatives: false });
    this.lines.push(`focus: ${spoken(nodes[0])}`);
  }
  async press(key, times = 1) {
    for (let i = 0; i < times; ++i) {
      let done = () => {};
      this.looked = new Promise((resolve) => { done = resolve; });
      await this.page.keyboard.press(key);
      this.lines.push(`${key}`);
      await this.heard();
      await this.focus();
      done();
    }
  }
  async goTo(id) {
    await this.page.focus("#" + id);
    await this.focus();
  }
  async type(text) {
    await this.page.keyboard.type(text);
    this.lines.push(`types: ${text}`);
  }
  async choose() {
    await this.page.setInputFiles("#file", photo);
    this.lines.push("chooses: coffee.png");
    await this.until("Described");
  }
  // The page, or a part of it, from top to bottom.
  async read(under) {
    const { nodes } = await this.tree.send("Accessibility.getFullAXTree");
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const visit = (node, inside) => {
      const role = node.role?.value;
      const alone = ["heading", "button", "link", "checkbox", "slider", "textbox", "combobox"].includes(role);
      if (!node.ignored && inside && (alone || role === "image" || role === "StaticText")) this.lines.push(`reads: ${role === "StaticText" ? node.name.value : spoken(node)}`);
      if (alone || role === "StaticText") return;
      for (const id of node.childIds ?? []) if (byId.has(id)) visit(byId.get(id), inside || role === "region" && node.name?.value === under);
    };
    visit(nodes[0], under === undefined);
  }
  async end(name) {
    await this.page.close();
    const file = path.join(folder, name + ".txt");
    const text = this.lines.join("\n") + "\n";
    if (process.env.JOURNEYS === "write") fs.writeFileSync(file, text);
    else assert.equal(text, fs.readFileSync(file, "utf8"), `${name}: what is said has changed; look it through and write it anew with JOURNEYS=write`);
  }
}

let journey = await new Journey("The page for the first time: read from top to bottom, and through its controls").begin();
await journey.read();
await journey.press("Tab", 5);
await journey.end("first");

journey = await new Journey("A picture is chosen and its description read").begin();
await journey.goTo("file");
await journey.choose();
await journey.read("Description");
await journey.end("describe");

journey = await new Journey("Through the things in the picture, near to far and left to right").begin();
const three = [["a cup, straight ahead, close by", 2], ["a dog, on the left, two metres away", -30], ["a chair, on the right, three metres away", 25]];
const description = [{ type: "scene", scene: {}, things: three.map(([words, bearing_deg], object) => ({ object, words, bearing_deg })) }, { type: "sentence", text: "A cup, a dog and a chair." }, { type: "done" }];
await journey.page.route("**/v1/describe", (route) => route.fulfill({ contentType: "application/x-ndjson", body: description.map((line) => JSON.stringify(line) + "\n").join("") })); // no photo here has several
await journey.choose();
await journey.goTo("again");
await journey.press("Tab", 2);
for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight", "Home", "ArrowLeft", "ArrowLeft", "End", "Enter"]) await journey.press(key);
await journey.press("Tab");
await journey.end("things");

journey = await new Journey("A question is typed, and one more about the same").begin();
await journey.choose();
await journey.goTo("question");
await journey.type("Where is the cup?");
await journey.press("Enter");
await journey.until("Answered");
await journey.page.fill("#question", "");
await journey.type("Is there a dog?");
await journey.press("Enter");
await journey.until("Answered");
await journey.read("Questions and answers");
await journey.end("ask");

journey = await new Journey("A question is spoken while a key is held, without the server's voice; then it is stopped").begin();
await journey.choose();
await journey.goTo("aloud");
await journey.press("Space");
await journey.goTo("talk");
await journey.page.keyboard.down("Space");
journey.lines.push("holds: Space");
await journey.until("Listening");
await journey.page.waitForTimeout(500);
await journey.focus();
await journey.page.keyboard.up("Space");
journey.lines.push("lets go");
await journey.until("Answered");
await journey.goTo("aloud");
await journey.press("Space");
await journey.goTo("again");
await journey.press("Enter");
await journey.press("Escape");
await journey.until("Stopped");
await journey.end("speak");

journey = await new Journey("A file that is no picture; then the settings").begin();
await journey.page.setInputFiles("#file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
journey.lines.push("chooses: notes.txt");
await journey.page.waitForFunction(() => /picture/.test(document.getElementById("state").textContent) && !/Looking/.test(document.getElementById("state").textContent));
await journey.heard();
await journey.goTo("voice");
await journey.press("ArrowDown");
await journey.press("Tab");
await journey.press("ArrowRight", 2);
await journey.press("Tab");
await journey.end("settings");

await browser.close();
console.log("six journeys are said as they were reviewed");
