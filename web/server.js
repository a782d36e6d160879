// @ts-check
// What the page asks of the server it came from, and what went wrong, in words for people.

/** What went wrong, in a sentence that says what to do. */
export class Told extends Error {}

/** What browsers throw is for programmers ("Failed to fetch"). @param {unknown} error @returns {string} */
export function words(error) {
  if (error instanceof Told) return error.message;
  if (error instanceof TypeError) return "The server does not answer; see that it runs, then try again.";
  return "The server's answer cannot be understood; try again, or start the server anew.";
}

const wrongKey = () => new Told("The server asks for a key, and this one is missing or wrong; type it under Settings.");

/** @param {Response} reply @returns {Promise<Told>} */
async function refusal(reply) {
  if (reply.status === 401) return wrongKey();
  const told = await reply.json().catch(() => null);
  return new Told(told?.error?.message ?? `The server refused (${reply.status}); try again in a moment.`);
}

/** @param {string} path @param {{body?: BodyInit, key?: string, signal?: AbortSignal}} [what] */
export async function ask(path, { body, key, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (key && /[^\x20-\x7e]/.test(key)) throw wrongKey(); // headers hold no other letters
  if (key) headers.Authorization = `Bearer ${key}`;
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const reply = await fetch(path, { method: body ? "POST" : "GET", body, headers, signal });
  if (!reply.ok) throw await refusal(reply);
  return reply;
}

/** The lines of a reply as they come. @param {Response} reply */
export async function* lines(reply) {
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
