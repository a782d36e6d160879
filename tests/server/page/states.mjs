// states.mjs: what somebody meets who does things in another order than planned. Arguments: see visit.mjs.
import assert from "node:assert/strict";
import { silence } from "./fake_server.mjs";
import { Visit, end, png, reply, server, test, visit } from "./visit.mjs";

const imageOf = (asked) => asked.json.messages.at(-1).content[1].image_url.url.replace(/^.*,/, "");

await test("who stops the looking can ask all the same", async () => {
  const here = await visit();
  await here.choose("a.png");
  const asked = await server.next("/v1/describe");
  await here.press("Escape");
  await asked.gone;
  await here.until("Stopped.");
  await here.question("Where is the cup?");
  const chat = await server.next("/v1/chat/completions");
  assert.equal(imageOf(chat), png.toString("base64"));
  chat.answer(reply("There."));
  await here.until("Answered.");
  await here.end();
});

await test("who stops the description hears again what was said of it", async () => {
  const here = await visit();
  await here.choose("a.png");
  const asked = await server.next("/v1/describe");
  asked.sentence("A cup.");
  await here.page.waitForSelector("text=A cup.");
  await here.press("Escape");
  await here.until("Stopped.");
  server.spoken = null;
  await here.page.press("#again", "Enter");
  const speech = await server.next("/v1/audio/speech");
  assert.equal(speech.json.input, "A cup.");
  speech.bytes(silence(0.05), "audio/wav");
  await here.quiet();
  await here.end();
});

await test("the button that stops keeps its focus", async () => {
  const here = await visit();
  server.spoken = () => silence(60);
  await here.describe();
  await here.page.focus("#stop");
  await here.press("Enter");
  await here.until("Stopped.");
  assert.equal(await here.focused(), "stop");
  server.spoken = () => silence(0.05);
  await here.page.press("#again", "Enter");
  await here.stoppable();
  await here.page.focus("#stop");
  await here.quiet();
  assert.equal(await here.focused(), "stop", "also when the last piece is over by itself");
  await here.told();
  await here.press("Enter");
  assert.deepEqual(await here.told(), [], "nothing is there to be stopped");
  await here.end();
});

await test("nothing is made for nobody to hear", async () => {
  const here = await visit();
  server.spoken = null;
  await here.describe();
  const speech = await server.next("/v1/audio/speech");
  await here.press("Escape");
  await speech.gone;
  await here.end();
});

await test("another picture takes the place of one that is being described", async () => {
  const here = await visit();
  await here.choose("a.png");
  const first = await server.next("/v1/describe");
  first.sentence("A cup.");
  await here.page.waitForSelector("text=A cup.");
  await here.choose("b.png", "b");
  await first.gone;
  const second = await server.next("/v1/describe");
  second.sentence("A dog.");
  second.done();
  await here.until("Described in 1 sentence.");
  assert.equal(await here.page.innerText("#description"), "A dog.");
  await here.end();
});

await test("a picture that is read slowly does not come back", async () => {
  const here = await visit(() => {
    const read = FileReader.prototype.readAsDataURL;
    FileReader.prototype.readAsDataURL = function (file) {
      if (file.name === "slow.png") window.goOn = () => { read.call(this, file); return new Promise((resolve) => this.addEventListener("loadend", () => setTimeout(resolve))); };
      else read.call(this, file);
    };
  });
  await here.choose("slow.png", "slow");
  await here.describe(["A dog."]);
  await here.page.evaluate(() => window.goOn());
  assert.equal(await here.page.innerText("#description"), "A dog.");
  await here.question("Where?");
  assert.equal(imageOf(await server.next("/v1/chat/completions")), png.toString("base64"));
  await here.end();
});

await test("a question ends the description and is about the picture", async () => {
  const here = await visit();
  await here.choose("a.png");
  const asked = await server.next("/v1/describe");
  asked.scene(["a cup", 0]);
  await here.page.waitForSelector("#things button");
  await here.question("Where is it?");
  await asked.gone;
  (await server.next("/v1/chat/completions")).answer(reply("There."));
  await here.until("Answered.");
  await here.end();
});

await test("of two questions the last is answered", async () => {
  const here = await visit();
  await here.describe();
  await here.question("One?");
  const first = await server.next("/v1/chat/completions");
  await here.question("Two?");
  await first.gone;
  const second = await server.next("/v1/chat/completions");
  assert.equal(second.json.messages.length, 1);
  second.answer(reply("The second."));
  await here.until("Answered.");
  assert.equal(await here.page.innerText("#history"), "Two?\n\nThe second.");
  await here.question(" ");
  assert.match((await here.told()).at(-1), /Type a question/);
  await here.end();
});

await test("a server that ends is told in a sentence, and its return needs nothing", async () => {
  const here = await visit();
  await here.choose("a.png");
  const asked = await server.next("/v1/describe");
  asked.sentence("A cup.");
  await here.page.waitForSelector("text=A cup.");
  await server.kill();
  await here.until("The server does not answer");
  await here.question("Where?");
  await here.page.waitForFunction(() => window.told.filter((one) => one.startsWith("The server does not answer")).length === 2);
  await server.listen(server.port);
  await here.describe();
  await here.end();
});

await test("an answer that is cut short or is none is told in a sentence", async () => {
  const here = await visit();
  await here.choose("a.png");
  const asked = await server.next("/v1/describe");
  asked.sentence("A cup.");
  asked.end();
  await here.until("The server broke off");
  for (const [status, expected] of [[502, "The server refused (502)"], [200, "The server's answer cannot be understood"]]) {
    await here.question("Where?");
    (await server.next("/v1/chat/completions")).response.writeHead(status, { "Content-Type": "text/html" }).end("<html>Bad gateway</html>");
    await here.until(expected);
  }
  await here.question("Where?");
  (await server.next("/v1/chat/completions")).cut();
  await here.until("The server does not answer");
  await here.end();
});

await test("a key is asked for until it is right", async () => {
  server.key = "right";
  const here = await new Visit().begin();
  await here.until("The server asks for a key");
  await here.told();
  for (const wrong of ["wrong", "schlüssel", "wröng"]) {
    await here.page.fill("#key", wrong);
    await here.page.press("#key", "Enter");
    await here.page.waitForFunction(() => window.told.length === 1);
    const [told] = await here.told();
    assert.match(told, /under Settings/);
  }
  await here.page.fill("#key", " right ");
  await here.page.press("#key", "Enter");
  await here.until("The server can be used now.");
  await here.ready();
  await here.describe();
  await here.end();
});

await test("a browser that keeps nothing can be used", async () => {
  const here = await visit(() => Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } }));
  await here.page.press("#rate", "ArrowRight");
  assert.equal(await here.page.innerText("#rate-shown"), "1.1");
  await here.page.selectOption("#voice", "fast");
  await here.describe();
  await here.end();
});

await test("what was kept and means nothing is left out", async () => {
  const here = await visit(() => {
    for (const [name, value] of Object.entries({ rate: "abc", voice: "gone", aloud: "7" })) localStorage.setItem(name, value);
  });
  assert.deepEqual(await here.page.evaluate(() => ["rate", "voice"].map((id) => document.getElementById(id).value)), ["1", "natural"]);
  assert.equal(await here.page.isChecked("#aloud"), true);
  await here.end();
});

await test("a voice that was chosen is not lost where the voices cannot be had", async () => {
  server.key = "right";
  const here = await new Visit().begin(() => localStorage.setItem("voice", "fast"));
  await here.until("The server asks for a key");
  await here.page.press("#rate", "ArrowRight");
  await here.page.fill("#key", "right");
  await here.page.press("#key", "Enter");
  await here.ready();
  assert.equal(await here.page.inputValue("#voice"), "fast");
  await here.end();
});

await test("the voice ends when it is switched off", async () => {
  const here = await visit();
  server.spoken = () => silence(60);
  await here.describe();
  await here.stoppable();
  await here.page.uncheck("#aloud");
  await here.quiet();
  await here.told();
  await here.page.press("#again", "Enter");
  assert.deepEqual(await here.told(), ["A cup."], "what shall be heard is told instead");
  await here.page.focus("#things button");
  await here.press("Enter");
  assert.deepEqual(await here.told(), ["a cup, straight ahead"]);
  await here.end();
});

await test("what cannot be spoken is told, once and in words", async () => {
  const here = await visit(() => {
    window.undecoded = 0;
    const decode = AudioContext.prototype.decodeAudioData;
    AudioContext.prototype.decodeAudioData = function (bytes) {
      return decode.call(this, bytes).catch((error) => {
        setTimeout(() => { window.undecoded += 1; }); // when whoever waits for it knows
        throw error;
      });
    };
  });
  await here.choose("a.png");
  const asked = await server.next("/v1/describe");
  server.spoken = null;
  asked.sentence("A cup.");
  (await server.next("/v1/audio/speech")).bytes(Buffer.from("no sound"), "audio/wav");
  await here.page.waitForFunction(() => window.undecoded === 1);
  asked.sentence("A dog."); // when it is known that nothing can be spoken
  asked.done();
  await here.page.waitForFunction(() => document.getElementById("state").textContent.includes("Cannot speak"));
  const told = (await here.told()).filter((one) => one.includes("Cannot speak"));
  assert.equal(told.length, 1);
  assert.match(told[0], /choose another voice.*A cup\. A dog\.$/);
  server.spoken = null;
  await here.question("Where?");
  (await server.next("/v1/chat/completions")).answer(reply("Over there."));
  (await server.next("/v1/audio/speech")).refuse(501, "This server has no voice.");
  await here.page.waitForFunction(() => document.getElementById("state").textContent.endsWith("Cannot speak: This server has no voice. Over there."));
  await here.quiet();
  await here.end();
});

await test("whoever is at a thing keeps a place when it goes", async () => {
  const here = await visit();
  await here.describe();
  await here.page.focus("#things button");
  await here.page.evaluate(() => window.paste("#things", [["b.png", "image/png", "b"]]));
  await server.next("/v1/describe");
  assert.equal(await here.focused(), "description");
  await here.end();
});

await test("text is pasted where text is written, and what is no picture is told", async () => {
  const here = await visit();
  await here.describe();
  await here.told();
  await here.page.evaluate(() => window.paste("#question", [["cells.png", "image/png", "x"]], "Where is it?"));
  assert.deepEqual(await here.told(), [], "copied cells and sentences bring their picture along");
  await here.page.evaluate(() => window.paste("main", [], "hello"));
  assert.match((await here.told()).at(-1), /no picture/);
  await here.page.evaluate(() => window.drop("main", [], "https://example.org/a.png"));
  assert.match((await here.told()).at(-1), /no file/);
  await here.page.evaluate(() => window.drop("main", [["notes.txt", "text/plain", "x"], ["b.png", "image/png", "b"]]));
  await server.next("/v1/describe");
  assert.deepEqual(await here.told(), ["Looking at b.png, one of 2 files, …"]);
  await here.end();
});

await test("an empty file is told, and one that the browser cannot show is not shown", async () => {
  const here = await visit();
  await here.page.setInputFiles("#file", { name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) });
  await here.until("The file is empty");
  assert.equal(await here.page.innerText("#description"), "Nothing yet.");
  await here.page.setInputFiles("#file", { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("x") });
  (await server.next("/v1/describe")).refuse(400, "That is no picture.");
  await here.until("That is no picture.");
  await here.page.waitForSelector("#preview", { state: "hidden" });
  await here.end();
});

await test("a file that the browser cannot hold is too large", async () => {
  const here = await visit(() => Object.defineProperty(FileReader.prototype, "result", { get: () => "" })); // as from half a gigabyte on
  await here.choose("a.png");
  await here.until("The file is too large");
  await here.end();
});

await test("pictures that are over are given back", async () => {
  const here = await visit(() => {
    window.shown = 0;
    for (const [name, one] of [["createObjectURL", 1], ["revokeObjectURL", -1]]) {
      const was = URL[name].bind(URL);
      URL[name] = (what) => { if (what) window.shown += one; return was(what); };
    }
  });
  for (let i = 0; i < 4; ++i) await here.describe();
  assert.equal(await here.page.evaluate(() => window.shown), 1);
  await here.end();
});

await test("what waits for the first key is told and heard with it", async () => {
  const here = await new Visit().begin(() => {}, false);
  const devtools = await here.context.newCDPSession(here.page);
  // As a script of the page would: what Playwright runs counts as a key that was pressed.
  const run = async (expression) => (await devtools.send("Runtime.evaluate", { expression, userGesture: false })).result.value;
  const asked = server.next("/v1/describe");
  await run('window.drop("main", [["a.png", "image/png", "a"]])');
  (await asked).sentence("A cup.");
  (await asked).done();
  const told = () => run('document.getElementById("state").textContent');
  while ((await told()).startsWith("Looking")) await here.page.waitForTimeout(20);
  assert.equal(await told(), "Described in 1 sentence. Press a key to hear it.");
  await here.press("Tab");
  await here.quiet();
  await here.end();
});

await test("the line on top hides nothing that has the focus", async () => {
  const here = await visit();
  await here.describe();
  await here.page.setViewportSize({ width: 320, height: 480 });
  await here.page.focus("#key");
  for (let i = 0; i < 14; ++i) {
    await here.press("Shift+Tab");
    const [focused, place, line] = await here.page.evaluate(() => [document.activeElement.id, document.activeElement.getBoundingClientRect().top, document.getElementById("state").getBoundingClientRect()]);
    if (focused === "") continue;
    assert.ok(place >= line.bottom || line.top > place, `${focused} is at ${place}, below the line that ends at ${line.bottom}`);
  }
  await here.end();
});

await end();
