import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bin, run } from './processes.mjs';

/** Code that is forbidden in browsers, because bundlers fail on it or a Content-Security-Policy forbids it. */
const forbidden = {
  'a module of Node': /["'`]node:/,
  eval: /\beval\s*\(/,
  // except toFunction(cb) of bp4/brain, which runs the code that cb returns, as in brain.js
  'new Function': /\bFunction\s*\((?!.input.)/,
  'an import() that no bundler can follow': /\bimport\s*\((?!["'`)])/,
};

/**
 * Follows all imports of bp4 and its dependencies from every entry except those for Node only. Writes the files it reaches to
 * one folder, without comments.
 */
export async function reached(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/bp4/package.json'), 'utf8'));
  const entries = Object.values(exports)
    .map((conditions) => (conditions.import ?? conditions).default)
    .filter((path) => path?.endsWith('.js'))
    .map((path) => join(folder, 'node_modules/bp4', path));
  const out = join(folder, 'reached');
  const options = ['--bundle', '--splitting', '--minify-whitespace', '--tree-shaking=false', '--format=esm'];
  await run(
    bin(folder, 'esbuild'),
    [...entries, ...options, '--legal-comments=none', `--outdir=${out}`],
    folder,
  );

  const complaints = [];
  for (const file of readdirSync(out, { recursive: true }).filter((path) => path.endsWith('.js'))) {
    const code = readFileSync(join(out, file), 'utf8');
    for (const [what, pattern] of Object.entries(forbidden)) {
      const [found] = new RegExp(`.{0,60}${pattern.source}.{0,60}`).exec(code) ?? [];
      if (found !== undefined) complaints.push(`${what}, in ${file}: ${found}`);
    }
  }
  return [{ place: `what ${entries.length} entries for browsers reach`, complaints }];
}
