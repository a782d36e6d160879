// What all tests of the page share: a browser with a false microphone and camera, and what its live region tells.
import { chromium } from "playwright-core";

export const launch = (executablePath, ...more) => chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", ...more],
});

// Runs in the page: what the live region says is what a screen reader says by itself.
export function follow() {
  window.told = [];
  const region = document.getElementById("state");
  new MutationObserver(() => window.told.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
}
export const told = (page) => page.evaluate(() => window.told.splice(0));
export const until = (page, text) => page.waitForFunction((wanted) => document.getElementById("state").textContent.startsWith(wanted), text);
export const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
