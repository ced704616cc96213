import { gzipSync } from 'node:zlib';
import { chromium } from '../browsers.mjs';
import { serve } from '../../../scripts/serve.mjs';

const TIME_LIMIT = 120_000;

/** What bundlers write where something is not well. */
const complaint = /warn|⚠|critical dependency|unresolved|could not|can't resolve|externalized|node:/i;

export const complaintsIn = (output) => output.split('\n').filter((line) => complaint.test(line));

/**
 * Opens a page in Chromium, and waits for what it tells (app/tell.mjs).
 * @param place the name of what built it
 * @param expected the engine that it should have
 * @param folders what serve() serves; or the address of a server that runs
 * @param options.headers of every answer; options.output what the bundler wrote
 * @returns a row for the page and one for each other part of it, such as its Worker
 */
export async function testPage(place, expected, folders, { headers, output = '' } = {}) {
  const isAddress = typeof folders === 'string' && folders.startsWith('http');
  const server = await serve(isAddress ? {} : folders, { headers });
  const query = `?result=${encodeURIComponent(`${server.url}result`)}`;
  let browser;
  let timer;
  try {
    browser = await chromium((isAddress ? folders : server.url) + query);
    const told = await Promise.race([
      server.result,
      browser.ended,
      new Promise((resolve) => (timer = setTimeout(resolve, TIME_LIMIT))),
    ]);
    if (typeof told !== 'object')
      throw new Error(`the page told nothing; Chromium wrote:\n${browser.output()}`);
    const [before, after] = told.loaded; // what a Worker loads later is not the page's
    const size = { initial: await measureSize(before), all: await measureSize(after) };
    const complaints = complaintsIn(output);
    return Object.entries(told.results).map(([part, result], i) => ({
      place: `${place}: ${part}`,
      expected,
      browser: browser.version,
      ...result,
      // what was told once stands in one row
      ...(i === 0 && { size, complaints }),
    }));
  } finally {
    clearTimeout(timer);
    await browser?.close();
    await server.close();
  }
}

/** Bytes of these scripts, each by gzip. */
async function measureSize(urls) {
  const sizes = urls.map(
    async (url) => gzipSync(await (await fetch(url)).arrayBuffer(), { level: 9 }).length,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
