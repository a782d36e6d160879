// A server that serves the page's files and answers nothing by itself: what is asked waits until a test takes and answers it, so that no
// test depends on who is faster.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript" };

// `seconds` of silence as WAV.
export function silence(seconds) {
  const rate = 8000, samples = Math.round(seconds * rate);
  const wav = Buffer.alloc(44 + samples, 128);
  wav.write("RIFF....WAVEfmt ....................data....", "latin1");
  wav.writeUInt32LE(36 + samples, 4);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // whole numbers
  wav.writeUInt16LE(1, 22); // channel
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate, 28);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.writeUInt32LE(samples, 40);
  return wav;
}

// One request that waits for its answer.
class Asked {
  constructor(request, response, body) {
    this.path = request.url;
    this.headers = request.headers;
    this.body = body;
    this.response = response;
    this.gone = new Promise((resolve) => response.once("close", resolve)); // answered, or nobody waits any more
  }
  get json() { return JSON.parse(this.body.toString()); }
  answer(value, status = 200) {
    this.response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  }
  refuse(status, message) { this.answer({ error: { message } }, status); }
  bytes(bytes, type) { this.response.writeHead(200, { "Content-Type": type }).end(bytes); }
  // A part of an answer in lines; the end is another call.
  line(value) {
    if (!this.response.headersSent) this.response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    this.response.write(JSON.stringify(value) + "\n");
  }
  scene(...things) { this.line({ type: "scene", scene: {}, things: things.map(([words, bearing_deg], object) => ({ object, words, bearing_deg })) }); }
  sentence(text) { this.line({ type: "sentence", text }); }
  done() {
    this.line({ type: "done" });
    this.response.end();
  }
  end() { this.response.end(); }
  // In the middle: where nothing has come yet, browsers ask once more by themselves.
  cut() {
    if (!this.response.headersSent) this.response.writeHead(200, { "Content-Type": "application/json" });
    this.response.write("{", () => this.response.destroy());
  }
}

export class FakeServer {
  #waiting = []; // that nobody has taken
  #takers = [];
  #connections = new Set();
  asked = []; // all paths
  key = ""; // that is asked for
  voices = ["natural", "fast"];
  spoken = () => silence(0.05); // null: what is to be spoken waits to be taken, too

  constructor(folder) {
    this.folder = folder;
  }
  async listen(port = 0) {
    this.server = http.createServer((request, response) => void this.#take(request, response));
    this.server.on("connection", (one) => {
      this.#connections.add(one);
      one.on("close", () => this.#connections.delete(one));
    });
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    this.address = `http://127.0.0.1:${this.port}`;
    return this;
  }
  // Ends as a process that is killed does; listen(port) begins anew.
  async kill() {
    const ended = new Promise((resolve) => this.server.close(resolve));
    for (const one of this.#connections) one.destroy();
    await ended;
  }
  forget() {
    for (const one of this.#waiting) one.response.destroy();
    this.#waiting = [];
    this.#takers = [];
    this.asked = [];
    this.key = "";
    this.voices = ["natural", "fast"];
    this.spoken = () => silence(0.05);
  }
  // The next request of this path.
  next(wanted) {
    const place = this.#waiting.findIndex((one) => one.path === wanted);
    if (place >= 0) return Promise.resolve(this.#waiting.splice(place, 1)[0]);
    return new Promise((resolve) => this.#takers.push({ wanted, resolve }));
  }
  async #take(request, response) {
    const name = request.url === "/" ? "index.html" : request.url.slice(1);
    if (request.method === "GET" && types[path.extname(name)]) {
      const file = path.join(this.folder, path.basename(name));
      if (!fs.existsSync(file)) response.writeHead(404).end();
      else response.writeHead(200, { "Content-Type": types[path.extname(name)] }).end(fs.readFileSync(file));
      return;
    }
    const pieces = [];
    try {
      for await (const piece of request) pieces.push(piece);
    } catch {
      return; // who asked has gone
    }
    const asked = new Asked(request, response, Buffer.concat(pieces));
    this.asked.push(asked.path);
    if (this.key && request.headers.authorization !== `Bearer ${this.key}`) asked.refuse(401, "The key is missing or wrong; send it as 'Authorization: Bearer KEY'.");
    else if (asked.path === "/v1/audio/voices") asked.answer({ voices: this.voices.map((id) => ({ id, name: id })) });
    else if (asked.path === "/v1/audio/speech" && this.spoken) asked.bytes(this.spoken(), "audio/wav");
    else this.#hand(asked);
  }
  #hand(asked) {
    const place = this.#takers.findIndex((one) => one.wanted === asked.path);
    if (place >= 0) this.#takers.splice(place, 1)[0].resolve(asked);
    else this.#waiting.push(asked);
  }
}
