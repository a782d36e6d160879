// @ts-check
// Sound, one piece after the other; a new beginning throws away what was to be heard.
import { Told } from "./server.js";

export class Sound {
  /** @type {AudioContext | null} */ #context = null;
  /** @type {AudioBufferSourceNode | null} */ #playing = null;
  /** @type {Promise<void>} */ #last = Promise.resolve();
  #turn = new AbortController(); // of what is to be heard now
  /** @type {string[]} */ #left = []; // texts that are not over

  /** @param {(text: string, signal: AbortSignal) => Promise<ArrayBuffer>} make the sound of a text, as a file
   *  @param {() => void} changed the first or the last text is over
   *  @param {(error: unknown, unheard: string[]) => void} failed */
  constructor(make, changed, failed) {
    this.make = make;
    this.changed = changed;
    this.failed = failed;
    // Browsers allow sound only once a key or button was pressed: what waits for it is heard then.
    for (const press of ["keydown", "pointerdown"]) document.addEventListener(press, () => { if (this.#context?.state === "suspended") void this.#context.resume(); });
  }
  get busy() { return this.#left.length > 0; }
  get able() { return this.#context !== null; }
  /** Whether it waits until the first key or button is pressed. */
  get waits() { return this.busy && this.#context?.state === "suspended" && navigator.userActivation?.hasBeenActive === false; }

  /** Must be called while a key or button is being handled: browsers allow sound only then. */
  wake() {
    try {
      this.#context ??= new AudioContext();
    } catch {
      return; // a browser without sound still tells everything
    }
    void this.#context.resume();
  }
  hush() {
    this.#turn.abort(); // the server need not speak on for nobody
    this.#turn = new AbortController();
    this.#playing?.stop();
    this.#playing = null;
    this.#last = Promise.resolve();
    this.#left = [];
    this.changed();
  }
  /** @param {string} text @param {number} bearing degrees to the right */
  say(text, bearing = 0) {
    const context = this.#context;
    if (!context) return;
    const { signal } = this.#turn;
    this.#left.push(text);
    this.changed();
    const made = this.make(text, signal).then((bytes) => context.decodeAudioData(bytes).catch(() => {
      throw new Told("The server's voice sent no sound that can be played; choose another voice under Settings.");
    }));
    made.catch(() => {});
    this.#last = this.#last.then(async () => {
      if (signal.aborted) return;
      try {
        const buffer = await made;
        if (signal.aborted) return;
        await this.#play(context, buffer, bearing);
        if (signal.aborted) return;
        this.#left.shift();
        this.changed();
      } catch (error) {
        if (signal.aborted) return;
        const unheard = this.#left;
        this.hush();
        this.failed(error, unheard);
      }
    });
  }
  /** @param {AudioContext} context @param {AudioBuffer} buffer @param {number} bearing @returns {Promise<void>} */
  #play(context, buffer, bearing) {
    return new Promise((resolve) => {
      const source = context.createBufferSource();
      const place = context.createStereoPanner();
      place.pan.value = Math.sin((Math.max(-90, Math.min(90, bearing)) * Math.PI) / 180);
      source.buffer = buffer;
      source.connect(place).connect(context.destination);
      source.onended = () => resolve();
      this.#playing = source;
      source.start();
    });
  }
}
