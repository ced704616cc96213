import { readFileSync } from 'node:fs';

interface Manifest {
  readonly description: string;
  readonly repository: { readonly url: string };
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;

export const { description } = manifest;

/** The address of the project: `repository` of package.json. */
export const repository = manifest.repository.url.replace(/^git\+|\.git$/g, '');

/** The path at which the site is served. */
export const base = process.env['DOCS_BASE'] ?? '/';
