import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { chromium } from '../browsers.mjs';
import { serve } from '../../../scripts/serve.mjs';

// The examples that are pages: their commands serve them, and they learn in Chromium.

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const watch = fileURLToPath(new URL('watch.html', import.meta.url));

/**
 * Opens a page in Chromium and waits for its output.
 * @param folder the folder to serve
 * @param until the start of the final output
 * @returns the final output
 */
async function readOutput(folder: string, page: string, until: string): Promise<string> {
  const server = await serve({ '/': folder, '/watch.html': watch });
  const query = new URLSearchParams({ page: `/${page}`, until });
  const browser = await chromium(`${server.url}watch.html?${query.toString()}`);
  try {
    const ended = browser.ended.then(() => {
      throw new Error(`Chromium ended:\n${browser.output()}`);
    });
    return String(await Promise.race([server.result, ended]));
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs an npm script until `use` is done. @param use receives the address that the script prints */
async function whileRunning(args: string[], use: (url: string) => Promise<void>): Promise<void> {
  const child = spawn('npm', ['run', ...args], {
    cwd: repository,
    detached: true, // a separate process group, killed as a whole
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let output = '';
      const listen = (text: unknown): void => {
        output += String(text);
        const [found] = /http:\/\/\S+\/(?=\s)/.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.on('exit', () => reject(new Error(output)));
    });
    await use(url);
  } finally {
    process.kill(-child.pid!);
  }
}

async function fetchText(url: URL | string): Promise<string> {
  const response = await fetch(url);
  expect(response.status, String(url)).toBe(200);
  return response.text();
}

describe('the example for a page without a bundler', () => {
  it('npm run example:html serves the page with what it imports', async () => {
    await whileRunning(['example:html'], async (url) => {
      const page = await fetchText(url);
      const [, module = ''] = /from '(.*?)'/.exec(page) ?? [];
      expect(await fetchText(new URL(module, url))).toContain('Network');
    });
  });

  it('the page of example:html learns the two spirals', async () => {
    const output = await readOutput(repository, 'examples/html/', 'epoch 400');
    expect(output).toMatch(/loss 0\.0\d*, accuracy 100\.0%$/);
  });
});

describe('the example with Vite', () => {
  const root = join(repository, 'examples', 'vite');

  it('npm run example:vite serves the page with what it imports', async () => {
    await whileRunning(['example:vite', '--', '--port', '0'], async (url) => {
      expect(await fetchText(url)).toContain('main.ts');
      const main = await fetchText(`${url}main.ts`);
      const modules = Array.from(main.matchAll(/from "(.*?)"/g), ([, module]) => module!);
      expect(modules).toHaveLength(2);
      for (const module of modules) expect(await fetchText(new URL(module, url))).toContain('export');
    });
  });

  it('the page of example:vite builds, and learns the written text in a worker', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'bp4-example-vite-'));
    try {
      await build({ root, base: './', logLevel: 'warn', build: { outDir, emptyOutDir: true } });
      const output = await readOutput(outDir, 'index.html', 'epoch 300');
      // 0.023 with Debian's fonts; 0.70 without learning
      expect(Number(/loss (.*)$/.exec(output)?.[1])).toBeLessThan(0.1);
    } finally {
      rmSync(outDir, { recursive: true });
    }
  });
});
