import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('service-worker.js', import.meta.url));

/** Writes the service worker beside the page, with the names of all files of the build. */
export function offlinePlugin() {
  return {
    name: 'offline',
    apply: 'build',
    writeBundle({ dir }) {
      const assets = readdirSync(join(dir, 'assets')).sort();
      const files = ['./', ...assets.map((name) => `assets/${name}`)];
      // the names of the assets change with their contents; that of the page doesn't
      const page = readFileSync(join(dir, 'index.html'));
      const version = createHash('sha256').update(page).update(files.join()).digest('hex').slice(0, 12);
      const code = readFileSync(source, 'utf8')
        .replace("['FILES']", () => JSON.stringify(files))
        .replace("'VERSION'", () => JSON.stringify(version));
      writeFileSync(join(dir, 'service-worker.js'), code);
    },
  };
}
