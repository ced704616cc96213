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
