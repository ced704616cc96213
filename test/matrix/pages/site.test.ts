import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { DefaultTheme } from 'vitepress';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeSidebars } from '../../../docs/.vitepress/sidebar.js';
import { serve } from '../../../scripts/serve.mjs';

// The site from `npm run docs:build`, in Chromium.

const site = fileURLToPath(new URL('../../../build/docs/', import.meta.url));

const sidebars = Object.values(makeSidebars()) as DefaultTheme.SidebarItem[][];
const paths = ['index.html', ...new Set(sidebars.flatMap(listPaths))];

/** The paths of a sidebar's pages. */
function listPaths(items: readonly DefaultTheme.SidebarItem[]): string[] {
  return items.flatMap(({ link, items: below = [] }) => [
    ...(link === undefined ? [] : [findPath(link)]),
    ...listPaths(below),
  ]);
}

function findPath(link: string): string {
  const path = link.slice(1).replace(/\.md$/, '');
  return path.endsWith('/') ? `${path}index.html` : `${path}.html`;
}

/** The handwritten pages, the entries' pages, and the longest page of each kind from typedoc. */
const inspected = paths.filter((path) => {
  const kind = nameKind(path);
  if (kind === undefined) return true;
  return paths.every((other) => nameKind(other) !== kind || measureSize(other) <= measureSize(path));
});

/** @returns 'classes', 'functions' and so on; undefined for a handwritten page or an entry's page */
function nameKind(path: string): string | undefined {
  return /^reference\/.*\/([\w-]+)\/\w+\.html$/.exec(path)?.[1];
}

function measureSize(path: string): number {
  return statSync(site + path).size;
}

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  server = await serve(site);
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  page = await browser.newPage({ reducedMotion: 'reduce' });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
});

beforeEach(() => {
  errors.length = 0;
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Opens a page and waits until its script has started. */
async function open(path: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.goto(server.url + path);
  await page.waitForFunction(() => '__vue_app__' in document.querySelector('#app')!);
}

/** @returns the violations that axe finds in the page and, separately, in each of its frames */
async function inspect(): Promise<string[]> {
  const violations: string[] = [];
  for (const frame of page.frames()) {
    await frame.evaluate(axe.source);
    const found = await frame.evaluate(
      async () =>
        (await (globalThis as unknown as { axe: typeof axe }).axe.run({ iframes: false })).violations,
    );
    violations.push(
      ...found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`)),
    );
  }
  return violations;
}

it('the sidebars hold the guide, the playground and the reference', () => {
  expect(inspected).toEqual(
    expect.arrayContaining([
      'guide/training.html',
      'playground.html',
      'reference/index.html',
      'reference/bp4/data/index.html',
    ]),
  );
  expect(paths.length).toBeGreaterThan(200);
});

it.each(paths)('%s loads without errors, and fits on a phone', async (path) => {
  await open(path, 390);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(errors).toEqual([]);
});

it.each(paths.filter((path) => !path.startsWith('reference/')))(
  '%s shows its code without scrolling',
  async (path) => {
    await open(path, 1280);
    const scrolled = await page
      .locator('.vp-doc pre')
      .evaluateAll((blocks) =>
        blocks.filter((block) => block.scrollWidth > block.clientWidth).map((block) => block.textContent),
      );
    expect(scrolled).toEqual([]);
  },
);

it.each(inspected)('%s is accessible in light and dark', async (path) => {
  await open(path, 1280);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      (isDark) => document.documentElement.classList.contains('dark') === isDark,
      colorScheme === 'dark',
    );
    expect(await inspect(), colorScheme).toEqual([]);
  }
});

it("the search finds 'early stopping'", async () => {
  await open('index.html', 1280);
  await page.locator('.DocSearch-Button').click();
  await page.locator('#localsearch-input').fill('early stopping');
  const results = page.locator('#localsearch-list a');
  await results.first().waitFor();
  const links = await results.evaluateAll((found) => found.map((link) => link.getAttribute('href')));
  expect(links).toContain('/guide/validation.html#earlystopping');
});
