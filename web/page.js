// @ts-check
// The page: a picture goes to the server it came from; sentences, sound and things come back. No library, no build.
// One live region tells the state: begun, done, failed. What is described is text to be read, and sound where wanted.
import { Told, ask, lines, words } from "./server.js";
import { Sound } from "./sound.js";

/** @typedef {{words: string, bearing_deg: number, sentence: string}} Thing */

/** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no element ${id}`);
  return found;
}
const file = element("file", HTMLInputElement);
const question = element("question", HTMLInputElement);
const aloud = element("aloud", HTMLInputElement);
const rate = element("rate", HTMLInputElement);
const key = element("key", HTMLInputElement);
const voice = element("voice", HTMLSelectElement);
const preview = element("preview", HTMLImageElement);
const viewfinder = element("viewfinder", HTMLVideoElement);
const region = element("state", HTMLParagraphElement);
const description = element("description", HTMLDivElement);
const history = element("history", HTMLDivElement);
const things = element("things", HTMLOListElement);
const button = (/** @type {string} */ id) => element(id, HTMLButtonElement);
const [camera, shoot, again, stop, send, talk] = ["camera", "shoot", "again", "stop", "send", "talk"].map(button);

/** @type {Promise<string> | null} */
let picture = null; // base64 of what was chosen
/** @type {string[]} */
let said = []; // what was told last
/** @type {{role: string, content: string}[]} */
let turns = []; // questions and answers about this picture
/** @type {AbortController} */
let work = new AbortController(); // of what is being told now
let busy = false; // with a picture or a question
let silent = ""; // why nothing more is spoken of what is being told
/** @type {string[]} */
let unheard = []; // what would have been

/** The same text twice is told twice only where it differs. @param {string} text */
function state(text) { region.textContent = region.textContent === text ? `${text}\u00a0` : text; }

/** @param {string} path @param {BodyInit} [body] @param {AbortSignal} [signal] */
const request = (path, body, signal) => ask(path, { body, signal, key: key.value.trim() });

const sound = new Sound(
  async (text, signal) => (await request("v1/audio/speech", JSON.stringify({ input: text, voice: voice.value, speed: Number(rate.value), response_format: "wav" }), signal)).arrayBuffer(),
  showStop,
  (error, rest) => {
    silent = `Cannot speak: ${words(error)}`;
    unheard = rest;
    if (!busy) tell(); // else with what will be told at the end
  },
);
/** Whether what is told is spoken. */
const speaks = () => aloud.checked && sound.able;
/** @param {string} text @param {number} [bearing] */
function say(text, bearing) {
  if (!speaks()) return;
  if (silent) unheard.push(text);
  else sound.say(text, bearing);
}
function hush() {
  silent = "";
  unheard = [];
  sound.hush();
}
/** @param {string} [text] with what is not heard */
function tell(text) { state([text, silent, ...unheard, sound.waits ? "Press a key to hear it." : ""].filter(Boolean).join(" ")); }

// What is under way can be stopped, and nothing else. The button stays where it is: who has just pressed it keeps their place.
function showStop() { stop.setAttribute("aria-disabled", String(!busy && !sound.busy && !viewfinder.srcObject)); }

/** @param {string} [text] that is told; else nothing is until there is something to tell */
function begin(text) {
  work.abort();
  work = new AbortController();
  busy = true;
  hush();
  if (text) state(text);
  return work.signal;
}

function finish(/** @type {string} */ text) {
  busy = false;
  showStop();
  tell(text);
}

/** @param {unknown} error @param {AbortSignal} signal */
function fail(error, signal) {
  if (!signal.aborted) finish(words(error));
}

/** @param {HTMLElement} place @param {string} text */
function paragraph(place, text) {
  const made = document.createElement("p");
  made.textContent = text;
  place.append(made);
}

/** @param {Blob | null} chosen */
function show(chosen) {
  URL.revokeObjectURL(preview.src);
  preview.hidden = !chosen?.type.startsWith("image/");
  if (chosen && !preview.hidden) preview.src = URL.createObjectURL(chosen);
}

/** What was told of another picture goes, and nobody's place with it. */
function clear() {
  if (things.contains(document.activeElement)) description.focus();
  description.replaceChildren();
  showThings([]);
  history.replaceChildren();
  paragraph(history, "None yet.");
  turns = [];
  said = [];
}

/** @param {Blob} chosen @param {string} name */
async function look(chosen, name) {
  const signal = begin(`Looking at ${name} …`);
  closeCamera();
  sound.wake();
  show(chosen);
  clear();
  picture = base64(chosen);
  for (const control of [question, send, talk, again]) control.disabled = false;
  try {
    await describe(await picture, signal);
  } catch (error) {
    if (!signal.aborted && description.childElementCount === 0) paragraph(description, "Nothing yet.");
    fail(error, signal);
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const text = String(reader.result).replace(/^[^,]*,?/, "");
      if (text) resolve(text);
      else reject(new Told(blob.size ? "The file is too large; choose a smaller picture." : "The file is empty; choose another one."));
    };
    reader.onerror = () => reject(new Told("The file cannot be read; choose another one."));
    reader.readAsDataURL(blob);
  });
}

/** @param {string} image @param {AbortSignal} signal */
async function describe(image, signal) {
  const reply = await request("v1/describe", JSON.stringify({ image, stream: true }), signal);
  let whole = false;
  for await (const line of lines(reply)) {
    const part = JSON.parse(line);
    if (part.type === "error") throw new Told(part.error.message);
    if (part.type === "scene") showThings(part.things);
    if (part.type === "sentence") {
      said.push(part.text);
      paragraph(description, part.text);
      say(part.text);
    }
    whole ||= part.type === "done";
  }
  if (!whole) throw new Told("The server broke off; see that it runs, then choose the picture again.");
  finish(`Described in ${said.length} ${said.length === 1 ? "sentence" : "sentences"}.`);
}

/** @param {Thing[]} list the most important first */
function showThings(list) {
  const leftToRight = list.map((_, i) => i).sort((a, b) => list[a].bearing_deg - list[b].bearing_deg);
  /** @param {number} i */
  const go = (i) => {
    const all = [...things.querySelectorAll("button")];
    all.forEach((one, k) => { one.tabIndex = k === i ? 0 : -1; one.setAttribute("aria-current", String(k === i)); });
    all[i]?.focus();
    hush();
    say(list[i].words, list[i].bearing_deg);
  };
  element("things-hint", HTMLParagraphElement).hidden = list.length === 0;
  things.replaceChildren(...list.map((thing, i) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = thing.words;
    one.tabIndex = i === 0 ? 0 : -1;
    one.addEventListener("click", () => {
      sound.wake();
      go(i);
      if (!speaks()) state(thing.words);
    });
    one.addEventListener("keydown", (event) => {
      const place = leftToRight.indexOf(i);
      const next = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: list.length - 1,
        ArrowRight: leftToRight[place + 1] ?? i, ArrowLeft: leftToRight[place - 1] ?? i }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      sound.wake();
      go(Math.max(0, Math.min(list.length - 1, next)));
    });
    const item = document.createElement("li");
    item.append(one);
    return item;
  }));
}

/** @param {string} text */
async function answer(text) {
  if (!text.trim()) {
    state("Type a question first.");
    return;
  }
  const signal = begin("Answering …");
  try {
    const content = [{ type: "text", text }, { type: "image_url", image_url: { url: `data:;base64,${await picture}` } }];
    const reply = await request("v1/chat/completions", JSON.stringify({ messages: [...turns, { role: "user", content }] }), signal);
    const told = (await reply.json()).choices[0].message.content;
    turns.push({ role: "user", content: text }, { role: "assistant", content: told });
    if (turns.length === 2) history.replaceChildren();
    const asked = document.createElement("h3");
    asked.textContent = text;
    history.append(asked);
    paragraph(history, told);
    said = [told];
    say(told);
    finish(speaks() ? "Answered." : `Answered: ${told}`);
  } catch (error) {
    fail(error, signal);
  }
}

function hearAgain() {
  sound.wake();
  hush();
  for (const text of said) say(text);
  if (said.length === 0) state("There is nothing to hear yet.");
  else if (!speaks()) state(said.join(" "));
}

// Speaking: a recording is made while the button is held; or from one short press to the next, as those need it whose
// screen reader presses buttons for them.
const shortPress = 300; // milliseconds
/** @typedef {{since: number, stays: boolean, open: boolean, end: () => void}} Press */
/** @type {Press | null} */
let press = null; // the one under way

async function listen() {
  sound.wake();
  const signal = begin();
  /** @type {Press} */
  const mine = { since: performance.now(), stays: false, open: false, end: () => {} };
  press = mine;
  talk.setAttribute("aria-pressed", "true");
  signal.addEventListener("abort", () => { mine.end(); if (press === mine) letGo(); });
  /** @type {Blob[]} */
  const pieces = [];
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    try {
      if (signal.aborted) return;
      if (press !== mine) { // who was asked for leave first has let go meanwhile
        finish("The microphone is ready. Press the button again and ask.");
        return;
      }
      const recorder = new MediaRecorder(stream);
      recorder.ondataavailable = (event) => pieces.push(event.data);
      const over = new Promise((resolve) => { recorder.onstop = resolve; });
      mine.end = () => { if (recorder.state !== "inactive") recorder.stop(); };
      recorder.start();
      mine.open = true;
      listening(mine);
      await over;
    } finally {
      for (const track of stream.getTracks()) track.stop();
    }
  } catch {
    if (press === mine) letGo();
    if (!signal.aborted) finish("The microphone cannot be used; allow it in the browser, or type the question instead.");
    return;
  }
  if (!signal.aborted) await understand(new Blob(pieces));
}
/** @param {Press} one */
function listening(one) { state(one.stays ? "Listening … Press again when you have asked." : "Listening …"); }
/** The press is over. */
function letGo() {
  const over = press;
  press = null;
  talk.setAttribute("aria-pressed", "false");
  over?.end();
}
/** @param {Press} one that ends with the next */
function stay(one) {
  one.stays = true;
  if (one.open) listening(one);
}
function pressed() {
  if (press) letGo();
  else void listen();
}
function released() {
  if (!press || press.stays) return;
  if (performance.now() - press.since >= shortPress) letGo();
  else stay(press);
}
/** @param {Blob} recording */
async function understand(recording) {
  const signal = begin("Understanding …");
  const form = new FormData();
  form.append("file", recording, "question.webm");
  try {
    const heard = recording.size === 0 ? "" : (await (await request("v1/audio/transcriptions", form, signal)).json()).text;
    if (!heard) {
      finish("I heard nothing. Hold the button while you speak.");
      return;
    }
    question.value = heard;
    await answer(heard);
  } catch (error) {
    fail(error, signal);
  }
}

let opening = 0; // counts, so that a camera that is not wanted any more is not kept on
async function openCamera() {
  const mine = ++opening;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (mine !== opening) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    viewfinder.srcObject = stream;
    await viewfinder.play();
    viewfinder.hidden = shoot.hidden = false;
    camera.textContent = "Turn the camera off";
    if (document.activeElement === camera) shoot.focus();
    state("The camera is on. Press Take the picture.");
  } catch {
    if (mine !== opening) return;
    closeCamera();
    state("The camera cannot be used; allow it in the browser, or choose a file instead.");
  }
  showStop();
}
function closeCamera() {
  opening += 1;
  const stream = viewfinder.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  viewfinder.srcObject = null;
  if (document.activeElement === shoot) camera.focus();
  viewfinder.hidden = shoot.hidden = true;
  camera.textContent = "Use the camera";
  showStop();
}
function switchCamera() {
  sound.wake();
  if (!viewfinder.srcObject) {
    void openCamera();
    return;
  }
  closeCamera();
  state("The camera is off.");
}
function takePicture() {
  const canvas = document.createElement("canvas");
  canvas.width = viewfinder.videoWidth;
  canvas.height = viewfinder.videoHeight;
  canvas.getContext("2d")?.drawImage(viewfinder, 0, 0);
  closeCamera();
  canvas.toBlob((blob) => {
    if (blob) void look(blob, "the camera's picture");
    else state("The camera gave no picture; use it again, or choose a file.");
  }, "image/jpeg", 0.92);
}

/** The first picture, or else the first file, of what was pasted or dropped. @param {DataTransfer | null} from @param {string} [name] */
function lookAtOneOf(from, name) {
  const files = [...(from?.files ?? [])];
  const chosen = files.find((one) => one.type.startsWith("image/")) ?? files[0];
  if (chosen) void look(chosen, `${name ?? chosen.name}${files.length > 1 ? `, one of ${files.length} files,` : ""}`);
  return chosen !== undefined;
}
/** Text goes where text is written. @param {Event} event @param {DataTransfer | null} from */
const isText = (event, from) => event.target instanceof HTMLInputElement && ["text", "password"].includes(event.target.type) && from?.types.includes("text/plain");

preview.addEventListener("error", () => { preview.hidden = true; }); // the server may know kinds that the browser does not
file.addEventListener("click", () => { file.value = ""; }); // the same picture can be chosen again
file.addEventListener("change", () => { const chosen = file.files?.[0]; if (chosen) void look(chosen, chosen.name); });
document.addEventListener("paste", (event) => {
  if (isText(event, event.clipboardData)) return;
  if (!lookAtOneOf(event.clipboardData, "the pasted picture")) state("What was pasted is no picture; copy a picture, then paste again.");
});
document.addEventListener("dragover", (event) => { if (!isText(event, event.dataTransfer)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (isText(event, event.dataTransfer)) return;
  event.preventDefault();
  if (!lookAtOneOf(event.dataTransfer)) state("What was dropped is no file; save the picture, then choose it.");
});
element("ask", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  sound.wake();
  void answer(question.value);
});
camera.addEventListener("click", switchCamera);
shoot.addEventListener("click", takePicture);
again.addEventListener("click", hearAgain);
function interrupt() {
  if (stop.getAttribute("aria-disabled") === "true") return;
  work.abort();
  hush();
  closeCamera();
  finish("Stopped.");
}
stop.addEventListener("click", interrupt);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") interrupt(); });
talk.addEventListener("pointerdown", (event) => { if (event.isPrimary && event.button === 0) pressed(); });
for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) talk.addEventListener(end, released);
const holds = (/** @type {KeyboardEvent} */ event) => event.key === " " || event.key === "Enter";
talk.addEventListener("keydown", (event) => { if (holds(event)) { event.preventDefault(); if (!event.repeat) pressed(); } });
talk.addEventListener("keyup", (event) => { if (holds(event)) { event.preventDefault(); released(); } });
talk.addEventListener("click", (event) => { // by no finger and no key: a screen reader's
  if (event.detail > 0) return;
  pressed();
  if (press) stay(press);
});
talk.addEventListener("contextmenu", (event) => event.preventDefault()); // a finger that holds asks for it

// What was set is kept by the browser, where it may; the key for as long as the page is open.
/** @param {string} name */
function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
/** @param {string} name @param {string} value */
function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // then it holds until the page is closed
  }
}
function showRate() {
  element("rate-shown", HTMLOutputElement).value = rate.value;
  rate.setAttribute("aria-valuetext", `${rate.value} times`); // browsers say 1.1 as 1.100000023841858
}
aloud.addEventListener("input", () => {
  keep("aloud", String(aloud.checked));
  if (!aloud.checked) hush();
});
rate.addEventListener("input", () => { keep("rate", rate.value); showRate(); });
voice.addEventListener("input", () => keep("voice", voice.value));
aloud.checked = kept("aloud") !== "false";
rate.value = String(Number(kept("rate")) || 1);
showRate();
/** @param {string} [found] told when there are voices */
async function findVoices(found) {
  const wanted = voice.value || kept("voice");
  try {
    const { voices } = await (await request("v1/audio/voices")).json();
    voice.replaceChildren(...voices.map((/** @type {{id: string}} */ one) => new Option(one.id, one.id)));
    voice.value = wanted ?? "";
    if (!voice.value && voices.length > 0) voice.selectedIndex = 0;
    if (found) state(found);
  } catch (error) {
    state(words(error));
  }
}
key.addEventListener("change", () => void findVoices("The server can be used now."));
void findVoices();
