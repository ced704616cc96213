// npm run playground:screenshots takes pictures of the built page in Chromium, for the README and the docs.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import UPNG from 'upng-js';
import { serve } from '../scripts/serve.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const pictures = at('../docs/playground/');
/** The pictures to take: those whose name contains this text. */
const [, , only = ''] = process.argv;

const wide = { width: 1280, height: 1040 };
const projector = { width: 1920, height: 1080 };
const narrow = { width: 390, height: 844 };

/** Each picture: a link, the actions on the page, and the viewport for each theme. */
const shots = [
  { name: 'first', hash: '#task=first', act: explainWeight, light: wide },
  { name: 'first', hash: '#task=first', act: projectPhase, dark: projector },
  { name: 'spiral', hash: '#task=spiral&steps=1800', act: walkTo('BP2'), light: wide, dark: narrow },
  { name: 'digits', hash: '#task=digits&steps=600', act: drawAndWalk, light: narrow, dark: wide },
  { name: 'circle', hash: '#task=circle&steps=300', act: walkTo('forward'), light: narrow },
  { name: 'xor', hash: '#task=xor&steps=200', act: walkTo('BP2'), dark: wide },
  { name: 'gaussian', hash: '#task=gaussian&steps=100', act: walkTo('BP4'), light: wide },
  { name: 'lesson-backward', hash: '#lesson=backward&lang=en', act: answer(2), light: wide, dark: narrow },
  { name: 'lesson-backward-zh', hash: '#lesson=backward&lang=zh', act: answer(2), light: wide, dark: narrow },
  {
    name: 'lesson-saturation',
    hash: '#lesson=saturation&lang=en',
    act: answer(4),
    light: narrow,
    dark: wide,
  },
  { name: 'lesson-saturation-zh', hash: '#lesson=saturation&lang=zh', act: answer(4), dark: wide },
  { name: 'csv', hash: '#task=csv&hidden=5', act: learnFlowers, light: wide, dark: narrow },
];

const server = await serve(at('../build/playground'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--hide-scrollbars'],
});
mkdirSync(pictures, { recursive: true });
try {
  for (const { name, hash, act, ...themes } of shots.filter(({ name }) => name.includes(only))) {
    for (const [theme, viewport] of Object.entries(themes)) {
      await take(`${name}-${theme}-${viewport.width}.png`, hash, act, theme, viewport);
    }
  }
} finally {
  await browser.close();
  server.close();
}

async function take(file, hash, act, theme, viewport) {
  const page = await browser.newPage({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
  await page.goto(server.url + hash);
  await act(page);
  // skip the header of the page on phones
  if (viewport === narrow)
    await page
      .locator('.lesson, .network')
      .first()
      .evaluate((element) => element.scrollIntoView());
  await page.waitForTimeout(300);
  writeFileSync(pictures + file, reduceColors(await page.screenshot()));
  await page.close();
  console.log(file, Math.round(statSync(pictures + file).size / 1000), 'kB');
}

/** Reduces a PNG to 160 colors, which fit a palette. */
function reduceColors(png) {
  const image = UPNG.decode(png);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, 160));
}

/** Takes one step and walks to a phase. */
function walkTo(phase) {
  return async (page) => {
    await waitForRun(page);
    await page.getByTestId('step').click();
    while ((await page.getByTestId('phase').textContent()) !== phase)
      await page.getByTestId('next-phase').click();
  };
}

/** Goes to a step of a lesson and answers all questions on the way rightly. */
function answer(step) {
  return async (page) => {
    const lesson = page.getByTestId('lesson');
    const question = page.getByTestId('lesson-question');
    for (;;) {
      await waitForNumbers(page);
      if ((await question.count()) > 0) {
        const right = await question.and(page.locator('[data-right]')).getAttribute('data-right');
        await question.locator('input').nth(Number(right)).click();
        await page.getByTestId('lesson-next').click();
      }
      if (Number(await lesson.getAttribute('data-step')) === step) break;
      await page.getByTestId('lesson-next').click();
    }
    await page.waitForTimeout(step === 4 ? 5000 : 500); // two runs train side by side
  };
}

async function waitForNumbers(page) {
  await page.locator('.lesson-text').filter({ hasNotText: '…' }).waitFor();
  await page.locator('.network svg :is(.subject, .value)').first().waitFor();
}

/** Asks for the derivation of a weight. */
async function explainWeight(page) {
  await waitForRun(page);
  await page.locator('[data-weight="1,0,2"]').dispatchEvent('click');
  await page.getByTestId('slope-check').filter({ hasText: '/ 0.02' }).waitFor();
}

async function projectPhase(page) {
  await walkTo('BP2')(page);
  await page.keyboard.press('p');
}

/** Waits for the worker's first reply. */
async function waitForRun(page) {
  await page
    .getByTestId('engine')
    .filter({ hasText: /wasm|reference/ })
    .waitFor();
}

/** Draws a three by hand. */
async function drawAndWalk(page) {
  await walkTo('BP2')(page);
  const { x, y, width } = await page.getByTestId('draw-box').boundingBox();
  const line = [
    ...[
      [0.3, 0.22],
      [0.5, 0.15],
      [0.66, 0.25],
      [0.62, 0.4],
      [0.46, 0.48],
    ],
    ...[
      [0.64, 0.54],
      [0.7, 0.7],
      [0.55, 0.84],
      [0.3, 0.8],
    ],
  ];
  const [first, ...rest] = line.map(([right, down]) => [x + right * width, y + down * width]);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 8 });
  await page.mouse.up();
}

async function learnFlowers(page) {
  await page.getByRole('button', { name: /iris/ }).click();
  await page.locator('.csv-panel-go').click();
  await waitForRun(page);
  for (let i = 0; i < 10; i++) await page.getByTestId('epoch').click();
  await page.waitForTimeout(500);
  await walkTo('BP2')(page);
}
