import { gzipSync } from 'node:zlib';
import { chromium } from '../browsers.mjs';
import { serve } from '../../../scripts/serve.mjs';

const TIME_LIMIT = 120_000;

/** Matches the complaints of bundlers. */
const complaint = /warn|⚠|critical dependency|unresolved|could not|can't resolve|externalized|node:/i;

export const complaintsIn = (output) => output.split('\n').filter((line) => complaint.test(line));

/**
 * Opens a page in Chromium and waits for its report (app/tell.mjs).
 * @param place the name of the bundler
 * @param expected the engine that it should have
 * @param folders the folders for serve(), or the address of a running server
 * @param options.headers the headers of every response; options.output the output of the bundler
 * @returns a row for the page and one for each of its other parts, such as its worker
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
    const [before, after] = told.loaded; // scripts that a worker loads later don't count for the page
    const size = { initial: await measureSize(before), all: await measureSize(after) };
    const complaints = complaintsIn(output);
    return Object.entries(told.results).map(([part, result], i) => ({
      place: `${place}: ${part}`,
      expected,
      browser: browser.version,
      ...result,
      // show each complaint in one row only
      ...(i === 0 && { size, complaints }),
    }));
  } finally {
    clearTimeout(timer);
    await browser?.close();
    await server.close();
  }
}

/** The total size of these scripts, each gzipped. */
async function measureSize(urls) {
  const sizes = urls.map(
    async (url) => gzipSync(await (await fetch(url)).arrayBuffer(), { level: 9 }).length,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
