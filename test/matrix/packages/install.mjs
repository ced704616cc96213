import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = join(here, '..', '..', '..');

/** The folders that are separate projects. Each gets a copy of app/. */
const projects = [
  'node',
  'static',
  'esbuild',
  'vite',
  'webpack',
  'rollup',
  'next',
  'next-external',
  'workerd',
];

/**
 * Packs bp4 and installs the tarball and all tools into a new folder, with a project for every bundler and server.
 * @returns the folder, which the exit of this process deletes
 */
export async function install() {
  const folder = mkdtempSync(join(tmpdir(), 'bp4-packages-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(here, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  for (const project of projects) {
    cpSync(join(here, 'app'), join(folder, project), { recursive: true, force: false });
    cpSync(join(here, '..', 'weight-hash.mjs'), join(folder, project, 'weight-hash.mjs'));
  }

  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], repository);
  await run('npm', ['ci', ...quiet], folder);
  const { name, version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  await run('npm', ['install', ...quiet, '--no-save', join(folder, `${name}-${version}.tgz`)], folder);
  return folder;
}
