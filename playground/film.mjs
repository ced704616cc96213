// npm run playground:film writes docs/playground/delta.png, an animated PNG: δ flows back through the network of chapter 2.
import { statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import UPNG from 'upng-js';
import { serve } from '../scripts/serve.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const film = at('../docs/playground/delta.png');

const LINK =
  '#task=first&seed=1290&parameters=2,-1,1,2,-1,-1,-0.5,0.3,0.1,1,-2,1.5,-0.2&phase=BP1&lang=en&hide=header,tasks,training,settings,share,results,curves,details,help';
/** BP1 is the third phase of the walk, BP2 the fourth. */
const FIRST = 2;
const PHASES = 2;
const FRAMES = 28;
const MILLISECONDS = 70;
/** How long the last frame of a phase stays. */
const PAUSE = 1500;
const COLORS = 48;

const server = await serve(at('../build/playground'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--hide-scrollbars'],
});
try {
  const page = await browser.newPage({ viewport: { width: 760, height: 900 }, colorScheme: 'light' });
  await page.goto(server.url + LINK);
  await page.getByTestId('phase').waitFor();
  const images = [];
  const delays = [];
  for (let frame = 0; frame < PHASES * FRAMES; frame++) {
    const [phase, time] = [Math.floor(frame / FRAMES), (frame % FRAMES) / (FRAMES - 1)];
    await hold(page, FIRST + phase + Math.min(time, 0.99));
    images.push(UPNG.decode(await page.locator('.network-box').screenshot()));
    delays.push(frame % FRAMES === FRAMES - 1 ? PAUSE : MILLISECONDS);
  }
  const [{ width, height }] = images;
  const frames = images.map((image) => UPNG.toRGBA8(image)[0]);
  writeFileSync(film, Buffer.from(UPNG.encode(frames, width, height, COLORS, delays)));
  console.log(film, Math.round(statSync(film).size / 1000), 'kB');
} finally {
  await browser.close();
  server.close();
}

/** Moves the scrubber to a place in the walk. */
async function hold(page, position) {
  await page.getByTestId('scrubber').evaluate((scrubber, value) => {
    scrubber.value = String(value);
    scrubber.dispatchEvent(new Event('input', { bubbles: true }));
  }, position);
  await page.waitForTimeout(50);
}
