import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

// Builds programs without a page: each of background/ unbundled, as a bundle of modules, and as one classic script.

const resolvePath = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the programs with Vite. @returns the folder: wasm.mjs and reference.mjs with their chunks, wasm.js and reference.js */
export async function bundleBackground() {
  const outDir = resolvePath('../../build/browsers/bundles');
  rmSync(outDir, { recursive: true, force: true });
  for (const engine of ['wasm', 'reference']) {
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir,
        emptyOutDir: false,
        lib: {
          entry: resolvePath(`background/${engine}.mjs`),
          formats: ['es', 'iife'],
          name: 'background',
          fileName: (format) => (format === 'es' ? `${engine}.mjs` : `${engine}.js`),
        },
      },
    });
  }
  return outDir;
}

/**
 * Writes a Manifest V3 extension.
 * @param options.scripts the sources that `script-src` of its Content-Security-Policy allows in addition to 'self'
 * @param options.background the path of its service worker: a module of background/ or bundles/, or a classic script of bundles/
 * @param result the address to which it posts its result
 * @returns its folder
 */
export function writeExtension({ scripts, background }, result) {
  const folder = resolvePath('../../build/browsers/extension');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [from, to] of Object.entries({
    '../../dist': 'dist',
    '../../build/browsers/bundles': 'bundles',
    background: 'background',
    'weight-hash.mjs': 'weight-hash.mjs',
    'whole-training.mjs': 'whole-training.mjs',
  }))
    cpSync(resolvePath(from), join(folder, to), { recursive: true });
  const manifest = {
    manifest_version: 3,
    name: 'bp4 in an extension',
    version: '1',
    homepage_url: result,
    host_permissions: [`http://${new URL(result).hostname}/*`],
    background: {
      service_worker: background,
      ...(background.endsWith('.mjs') && { type: 'module' }),
    },
    content_security_policy: { extension_pages: `script-src 'self' ${scripts}; object-src 'self'` },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2));
  return folder;
}
