import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { serve } from '../../../scripts/serve.mjs';
import { Page, settingsFor } from '../../playground/support.js';
import { chromium, firefox } from '../browsers.mjs';

// The playground of `npm run playground:build`, after its server has gone.

const built = fileURLToPath(new URL('../../../build/playground/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bp4-offline-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Reports that the page is kept, loads it again, asks a part that loads late, and reports what it shows. */
const reporter = (kept: string, shown: string): string => `<script type="module">
  const find = (id) => document.querySelector('[data-testid=' + id + ']');
  const until = async (ask) => {
    while (!ask()) await new Promise((resolve) => setTimeout(resolve, 50));
    return ask();
  };
  const report = (url, body) => fetch(url, { method: 'POST', mode: 'no-cors', body: JSON.stringify(body) });
  await until(() => /wasm/.test(find('engine')?.textContent));
  if (sessionStorage.again === undefined) {
    await navigator.serviceWorker.ready;
    sessionStorage.again = 'yes';
    await report('${kept}result', {});
    const isGone = () => fetch('./gone', { cache: 'no-store' }).then(() => false, () => true);
    while (!(await isGone())) await new Promise((resolve) => setTimeout(resolve, 50));
    location.reload();
  } else {
    const hash = find('hash').textContent;
    find('slow').click();
    await until(() => find('finding'));
    await report('${shown}result', { hash, finding: find('finding').textContent });
  }
</script>`;

it.each([
  ['Chromium', chromium],
  ['Firefox', firefox],
])('%s loads the page again without its server', async (_, open) => {
  const page = new Page();
  await page.open(settingsFor('spiral'), { steps: 40 });
  cpSync(built, folder, { recursive: true });
  const [server, kept, shown] = await Promise.all([serve(folder), serve(folder), serve(folder)]);
  const file = join(folder, 'index.html');
  const code = reporter(kept.url, shown.url);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('</body>', () => `${code}</body>`),
  );
  const browser = await open(`${server.url}#task=spiral&steps=40`);
  try {
    const ended = browser.ended.then(() => {
      throw new Error(`the browser ended:\n${browser.output()}`);
    });
    await Promise.race([kept.result, ended]);
    await server.close();
    const found = (await Promise.race([shown.result, ended])) as { hash: string; finding: string };
    expect(found.hash).toBe(page.progress.hash);
    expect(found.finding).not.toBe('');
  } finally {
    await browser.close();
    await Promise.all([kept.close(), shown.close()]);
  }
});
