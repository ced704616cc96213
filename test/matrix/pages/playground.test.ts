import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve } from '../../../scripts/serve.mjs';

// The playground of `npm run playground:build`, in Chromium: axe finds nothing, in any state.

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;

beforeAll(async () => {
  server = await serve(fileURLToPath(new URL('../../../build/playground/', import.meta.url)));
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** The rules of WCAG 2.2, A and AA, the best practices, and the experiments, such as labels that contain the visible text. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'experimental'];

const states: Readonly<Record<string, readonly [link: string, act: (page: Page) => Promise<unknown>]>> = {
  'at rest': ['#task=first', () => Promise.resolve()],
  'in a walk': ['#task=spiral&lang=zh', walk],
  'with a derivation': ['#task=first&weight=2,1,3', (page) => page.getByTestId('slope-check').waitFor()],
  'with all units': ['#task=spiral', (page) => page.getByTestId('all-units').first().click()],
  'with causes': ['#task=circle&hidden=8,8,8,8,8,8&activation=sigmoid', findCauses],
  'with a table': ['#task=csv', learnTable],
  'with a box to draw in': ['#task=digits', (page) => page.getByTestId('draw-box').waitFor()],
  'in a lesson': ['#lesson=backward', (page) => page.getByTestId('lesson-next').click()],
  'in a frame': [
    '#task=first&phase=BP2&unit=1,2&embed=1',
    (page) => page.getByTestId('derivation').waitFor(),
  ],
  'on a projector': ['#task=first', project],
};

async function walk(page: Page): Promise<void> {
  await page.getByTestId('step').click();
  await page.getByTestId('phase').waitFor();
}

async function findCauses(page: Page): Promise<void> {
  await page.getByTestId('slow').click();
  await page.getByTestId('finding').first().waitFor();
}

async function learnTable(page: Page): Promise<void> {
  await page.getByRole('button', { name: /iris/ }).click();
  await page.locator('.csv-panel-go').click();
  await page.getByTestId('epoch').click();
  await page.getByTestId('importance').waitFor();
}

async function project(page: Page): Promise<void> {
  await walk(page);
  await page.keyboard.press('p');
}

it.each(Object.entries(states))('is accessible in light and dark: %s', async (_, [link, act]) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, reducedMotion: 'reduce', locale: 'en' });
    await page.goto(server.url + link);
    await page
      .locator(link.includes('csv') ? '.csv-panel' : '.network svg .unit')
      .first()
      .waitFor();
    await act(page);
    await page.evaluate(() => scrollTo(0, 0)); // the bar would cover a part of some buttons
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(
      (values) =>
        (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: { type: 'tag', values } }),
      tags,
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
      [],
    );
    await page.close();
  }
});

it('offers to try again if the texts of a lesson fail to load', async () => {
  const page = await browser.newPage({ serviceWorkers: 'block' });
  await page.route('**/lessons-en*', (route) => route.abort());
  await page.goto(`${server.url}#lesson=forward&lang=en`);
  const again = page.getByTestId('try-again');
  await again.waitFor();
  expect(await page.getByRole('alert').allTextContents()).toContain(
    'A part of the page failed to load. Check the connection, then try again.',
  );
  await page.unrouteAll();
  await again.click();
  await page.getByTestId('lesson-next').waitFor();
  await page.close();
});

it('keeps the pinned weight at the next step of a lesson about the same phase', async () => {
  const page = await browser.newPage();
  await page.goto(`${server.url}#lesson=backward&lang=en`);
  const next = page.getByTestId('lesson-next');
  await next.click();
  await takeStep(page, 2);
  await next.click();
  await takeStep(page, 3);
  await page.locator('[data-weight="1,0,2"]').dispatchEvent('click');
  const title = page.locator('.derivation-title');
  await title.filter({ hasText: 'hidden 1, unit 3' }).waitFor();
  await next.click();
  await page.locator('[data-testid="lesson"][data-step="4"]').waitFor();
  await frames(page);
  expect(await title.textContent()).toContain('hidden 1, unit 3');
  await page.close();
});

/** Answers the question of a step of a lesson. */
async function takeStep(page: Page, step: number): Promise<void> {
  await page
    .locator(`[data-testid="lesson"][data-step="${step}"] .lesson-text`)
    .filter({ hasNotText: '…' })
    .waitFor();
  await page.getByRole('radio').first().click();
  await page.getByTestId('lesson-next').click();
  await page.getByTestId('lesson-why').waitFor();
}

/** Lets effects run that follow a change. */
async function frames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}
