import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package of the math font, which the page has a part of. */
const font = '@fontsource/stix-two-math';

/** Adds the licenses of the packages that the page contains: as a file beside it, or as a comment in the single file. */
export function licensesPlugin(isSingle) {
  return {
    name: 'licenses',
    enforce: 'post',
    apply: 'build',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
      const packages = new Set([font, ...modules.flatMap(findPackage)]);
      const texts = [...packages].sort().map((name) => `${name}\n\n${readLicense(name)}`);
      const source = `This page contains:\n\n${texts.join('\n\n---\n\n')}\n`;
      if (isSingle) bundle['index.html'].source += `<!--\n${source}-->\n`;
      else this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source });
    },
  };
}

const findPackage = (path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.slice(1) ?? [];

function readLicense(name) {
  const folder = fileURLToPath(new URL(`../node_modules/${name}/`, import.meta.url));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return readFileSync(folder + file, 'utf8').trim();
}
