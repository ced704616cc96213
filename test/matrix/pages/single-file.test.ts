import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { serve } from '../../../scripts/serve.mjs';
import { Page, settingsFor } from '../../playground/support.js';
import { chromium, firefox } from '../browsers.mjs';

// The playground as one file, from `npm run playground:single`, opened without a server.

const built = fileURLToPath(new URL('../../../build/playground-single/index.html', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bp4-single-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Posts the hash of the weights as soon as the run of the link is open. */
const reporter = (url: string): string => `<script>
  const timer = setInterval(() => {
    const text = (id) => document.querySelector('[data-testid=' + id + ']')?.textContent ?? '';
    if (!/wasm/.test(text('engine'))) return;
    clearInterval(timer);
    const body = JSON.stringify({ hash: text('hash'), title: document.title });
    fetch('${url}result', { method: 'POST', mode: 'no-cors', body });
  }, 50);
</script>`;

it.each([
  ['Chromium', chromium],
  ['Firefox', firefox],
])('%s opens it from the disk and repeats the run of a link, in Chinese', async (_, open) => {
  const page = new Page();
  await page.open(settingsFor('spiral'), { steps: 40 });
  const server = await serve(folder);
  const file = join(folder, 'index.html');
  writeFileSync(
    file,
    readFileSync(built, 'utf8').replace('</body>', () => `${reporter(server.url)}</body>`),
  );
  const browser = await open(`${pathToFileURL(file).href}#task=spiral&steps=40&lang=zh`);
  try {
    const ended = browser.ended.then(() => {
      throw new Error(`the browser ended:\n${browser.output()}`);
    });
    expect(await Promise.race([server.result, ended])).toEqual({
      hash: page.progress.hash,
      title: 'bp4 演示：一步一步看反向传播',
    });
  } finally {
    await browser.close();
    await server.close();
  }
});
