// @ts-check
// The page: a picture goes to the server it came from; sentences, sound and things come back. No library, no build.
// One live region tells the state: begun, done, failed. What is described is text to be read, and sound where wanted.

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
const description = element("description", HTMLDivElement);
const history = element("history", HTMLDivElement);
const things = element("things", HTMLOListElement);
const button = (/** @type {string} */ id) => element(id, HTMLButtonElement);
const [camera, shoot, again, stop, talk] = ["camera", "shoot", "again", "stop", "talk"].map(button);

/** @type {string | null} */
let picture = null; // base64 of what was chosen
/** @type {string[]} */
let said = []; // what was told last
/** @type {{role: string, content: string}[]} */
let turns = []; // questions and answers about this picture
/** @type {AbortController} */
let work = new AbortController(); // of what is being told now
let busy = false; // with a picture or a question

const state = (/** @type {string} */ text) => { element("state", HTMLParagraphElement).textContent = text; };

/** @param {string} path @param {BodyInit | undefined} [body] @param {AbortSignal} [signal] */
async function ask(path, body, signal) {
  /** @type {Record<string, string>} */
  const headers = key.value ? { Authorization: `Bearer ${key.value}` } : {};
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const reply = await fetch(path, { method: body ? "POST" : "GET", body, headers, signal });
  if (!reply.ok) {
    const told = await reply.json().catch(() => null);
    throw new Error(told?.error?.message ?? `The server refused (${reply.status}).`);
  }
  return reply;
}

/** The lines of a reply as they come. @param {Response} reply */
async function* lines(reply) {
  if (!reply.body) return;
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest) yield rest;
}

// Sound, one piece after the other; a new beginning throws away what was to be heard.
const sound = {
  /** @type {AudioContext | null} */ context: null,
  /** @type {AudioBufferSourceNode | null} */ playing: null,
  /** @type {Promise<void>} */ last: Promise.resolve(),
  turn: 0,
  left: 0, // pieces that are not over

  /** Must be called while a key or button is being handled: browsers allow sound only then. */
  wake() {
    this.context ??= new AudioContext();
    void this.context.resume();
  },
  hush() {
    this.turn += 1;
    this.playing?.stop();
    this.playing = null;
    this.last = Promise.resolve();
    this.left = 0;
    showStop();
  },
  /** @param {string} text @param {number} bearing degrees to the right */
  say(text, bearing = 0) {
    if (!aloud.checked || !this.context) return;
    const turn = this.turn;
    const context = this.context;
    this.left += 1;
    showStop();
    const made = ask("v1/audio/speech", JSON.stringify({ input: text, voice: voice.value, speed: Number(rate.value), response_format: "wav" }))
      .then((reply) => reply.arrayBuffer()).then((bytes) => context.decodeAudioData(bytes));
    made.catch(() => {});
    this.last = this.last.then(async () => {
      if (turn !== this.turn) return;
      const buffer = await made;
      if (turn !== this.turn) return;
      await this.play(context, buffer, bearing);
    }).catch((error) => { if (turn === this.turn) state(`Cannot speak: ${error.message}`); }).then(() => {
      if (turn !== this.turn) return;
      this.left -= 1;
      showStop();
    });
  },
  /** @param {AudioContext} context @param {AudioBuffer} buffer @param {number} bearing @returns {Promise<void>} */
  play(context, buffer, bearing) {
    return new Promise((resolve) => {
      const source = context.createBufferSource();
      const place = context.createStereoPanner();
      place.pan.value = Math.sin((Math.max(-90, Math.min(90, bearing)) * Math.PI) / 180);
      source.buffer = buffer;
      source.connect(place).connect(context.destination);
      source.onended = () => resolve();
      this.playing = source;
      source.start();
    });
  },
};

// What is under way can be stopped, and nothing else.
function showStop() { stop.disabled = !busy && sound.left === 0; }

function begin(/** @type {string} */ text) {
  work.abort();
  work = new AbortController();
  busy = true;
  sound.hush();
  state(text);
  return work.signal;
}

function finish(/** @type {string} */ text) {
  busy = false;
  showStop();
  state(text);
}

/** @param {unknown} error @param {AbortSignal} signal */
function fail(error, signal) {
  if (signal.aborted) return;
  finish(error instanceof Error ? error.message : "It failed.");
}

/** @param {HTMLElement} place @param {string} text */
function paragraph(place, text) {
  const made = document.createElement("p");
  made.textContent = text;
  place.append(made);
}

/** @param {Blob} chosen @param {string} name */
async function look(chosen, name) {
  const signal = begin(`Looking at ${name} …`);
  sound.wake();
  preview.hidden = !chosen.type.startsWith("image/");
  if (!preview.hidden) preview.src = URL.createObjectURL(chosen);
  try {
    picture = await base64(chosen);
    description.replaceChildren();
    things.replaceChildren();
    history.replaceChildren();
    paragraph(history, "None yet.");
    turns = [];
    said = [];
    await describe(signal);
  } catch (error) {
    fail(error, signal);
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(new Error("The file cannot be read; choose another one."));
    reader.readAsDataURL(blob);
  });
}

/** @param {AbortSignal} signal */
async function describe(signal) {
  const reply = await ask("v1/describe", JSON.stringify({ image: picture, stream: true }), signal);
  for await (const line of lines(reply)) {
    const part = JSON.parse(line);
    if (part.type === "error") throw new Error(part.error.message);
    if (part.type === "scene") showThings(part.things);
    if (part.type === "sentence") {
      said.push(part.text);
      paragraph(description, part.text);
      sound.say(part.text);
    }
  }
  for (const control of [question, talk, again, element("ask", HTMLFormElement).querySelector("button")]) {
    if (control) control.disabled = false;
  }
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
    sound.hush();
    sound.say(list[i].words, list[i].bearing_deg);
  };
  element("things-hint", HTMLParagraphElement).hidden = list.length === 0;
  things.replaceChildren(...list.map((thing, i) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = thing.words;
    one.tabIndex = i === 0 ? 0 : -1;
    one.addEventListener("click", () => { sound.wake(); go(i); });
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
  if (!text.trim() || !picture) return;
  const signal = begin("Answering …");
  try {
    const content = [{ type: "text", text }, { type: "image_url", image_url: { url: `data:;base64,${picture}` } }];
    const reply = await ask("v1/chat/completions", JSON.stringify({ messages: [...turns, { role: "user", content }] }), signal);
    const told = (await reply.json()).choices[0].message.content;
    turns.push({ role: "user", content: text }, { role: "assistant", content: told });
    if (turns.length === 2) history.replaceChildren();
    const asked = document.createElement("h3");
    asked.textContent = text;
    history.append(asked);
    paragraph(history, told);
    said = [told];
    sound.say(told);
    finish(aloud.checked ? "Answered." : `Answered: ${told}`);
  } catch (error) {
    fail(error, signal);
  }
}

// Speaking: a recording is made while the button is held.
/** @type {MediaRecorder | null} */
let recorder = null;
async function listen() {
  if (recorder || talk.disabled) return;
  sound.wake();
  begin("Listening …");
  talk.setAttribute("aria-pressed", "true");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    /** @type {Blob[]} */
    const pieces = [];
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      recorder = null;
      void understand(new Blob(pieces));
    };
    recorder.start();
    if (talk.getAttribute("aria-pressed") !== "true") recorder.stop(); // let go meanwhile
  } catch {
    talk.setAttribute("aria-pressed", "false");
    finish("The microphone cannot be used; type the question instead.");
  }
}
function letGo() {
  talk.setAttribute("aria-pressed", "false");
  if (recorder?.state === "recording") recorder.stop();
}
/** @param {Blob} recording */
async function understand(recording) {
  const signal = begin("Understanding …");
  const form = new FormData();
  form.append("file", recording, "question.webm");
  try {
    const heard = (await (await ask("v1/audio/transcriptions", form, signal)).json()).text;
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

async function openCamera() {
  try {
    viewfinder.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    await viewfinder.play();
    viewfinder.hidden = shoot.hidden = false;
    shoot.focus();
    state("The camera is on. Press Take the picture.");
  } catch {
    state("The camera cannot be used; choose a file instead.");
  }
}
function takePicture() {
  const canvas = document.createElement("canvas");
  canvas.width = viewfinder.videoWidth;
  canvas.height = viewfinder.videoHeight;
  canvas.getContext("2d")?.drawImage(viewfinder, 0, 0);
  const stream = viewfinder.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  viewfinder.hidden = shoot.hidden = true;
  camera.focus();
  canvas.toBlob((blob) => { if (blob) void look(blob, "the camera's picture"); }, "image/jpeg", 0.92);
}

file.addEventListener("click", () => { file.value = ""; }); // the same picture can be chosen again
file.addEventListener("change", () => { const chosen = file.files?.[0]; if (chosen) void look(chosen, chosen.name); });
document.addEventListener("paste", (event) => {
  const chosen = [...(event.clipboardData?.files ?? [])][0];
  if (chosen) void look(chosen, "the pasted picture");
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const chosen = event.dataTransfer?.files[0];
  if (chosen) void look(chosen, chosen.name);
});
element("ask", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  sound.wake();
  void answer(question.value);
});
camera.addEventListener("click", () => { sound.wake(); void openCamera(); });
shoot.addEventListener("click", takePicture);
again.addEventListener("click", () => { sound.wake(); sound.hush(); for (const text of said) sound.say(text); });
function interrupt() {
  work.abort();
  sound.hush();
  finish("Stopped.");
}
stop.addEventListener("click", interrupt);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !stop.disabled) interrupt(); });
talk.addEventListener("pointerdown", () => void listen());
for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) talk.addEventListener(end, letGo);
talk.addEventListener("keydown", (event) => {
  if ((event.key === " " || event.key === "Enter") && !event.repeat) { event.preventDefault(); void listen(); }
});
talk.addEventListener("keyup", (event) => { if (event.key === " " || event.key === "Enter") letGo(); });

// What was set is kept by the browser; the key for as long as the page is open.
const kept = { aloud: () => String(aloud.checked), rate: () => rate.value, voice: () => voice.value };
function showRate() {
  element("rate-shown", HTMLOutputElement).value = rate.value;
  rate.setAttribute("aria-valuetext", `${rate.value} times`); // browsers say 1.1 as 1.100000023841858
}
function keep() {
  for (const [name, value] of Object.entries(kept)) localStorage.setItem(name, value());
  showRate();
}
for (const control of [aloud, rate, voice]) control.addEventListener("input", keep);
aloud.checked = localStorage.getItem("aloud") !== "false";
rate.value = localStorage.getItem("rate") ?? "1";
showRate();
async function findVoices() {
  try {
    const { voices } = await (await ask("v1/audio/voices")).json();
    voice.replaceChildren(...voices.map((/** @type {{id: string}} */ one) => new Option(one.id, one.id)));
    voice.value = localStorage.getItem("voice") ?? voices[0]?.id ?? "";
    if (!voice.value) voice.selectedIndex = 0;
  } catch (error) {
    state(error instanceof Error ? error.message : "The server does not answer.");
  }
}
key.addEventListener("change", () => void findVoices());
void findVoices();
