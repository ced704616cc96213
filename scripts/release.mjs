/**
 * npm run release -- VERSION: sets the version in package.json, package-lock.json and CHANGELOG.md, removes the notice that
 * nothing has been published from README.md and the guide, commits, tags and pushes.
 * VERSION is major, minor, patch, or a version such as 0.1.0. The tag starts .github/workflows/release.yml, which publishes:
 * npm signs provenance only in CI. `--dry-run` prints the steps and changes nothing; it doesn't need Git.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { releaseChangelog } from './changelog.mjs';

const usage = 'usage: npm run release -- major | minor | patch | 1.2.3 [--dry-run]';

/** @throws if `wanted` is neither a kind of release nor a version */
function nextVersion(current, wanted) {
  const [major, minor, patch] = current.split('.').map(Number);
  switch (wanted) {
    case 'major':
      return `${major + 1}.0.0`;
    case 'minor':
      return `${major}.${minor + 1}.0`;
    case 'patch':
      return `${major}.${minor}.${patch + 1}`;
  }
  if (!/^\d+\.\d+\.\d+$/.test(wanted ?? '')) throw new Error(usage);
  return wanted;
}

/** The text of package.json or package-lock.json with another version. */
function withVersion(text, version) {
  const manifest = JSON.parse(text);
  manifest.version = version;
  if (manifest.packages) manifest.packages[''].version = version;
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The paragraph that says that nothing has been published, which the first release makes wrong. */
const notice = /^bp4 isn't on npm yet\..*?\n\n/ms;

function findPagesWithNotice() {
  const pages = readdirSync('docs', { recursive: true })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md') && !path.startsWith('docs/reference/'));
  return ['README.md', ...pages.sort()].filter((path) => notice.test(readFileSync(path, 'utf8')));
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

function release(wanted, isDryRun) {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const version = nextVersion(manifest.version, wanted);
  const date = new Date().toISOString().slice(0, 10);
  const tag = `v${version}`;

  // everything is computed before anything is written
  const files = new Map([
    ['package.json', withVersion(readFileSync('package.json', 'utf8'), version)],
    ['package-lock.json', withVersion(readFileSync('package-lock.json', 'utf8'), version)],
    ['CHANGELOG.md', releaseChangelog(readFileSync('CHANGELOG.md', 'utf8'), version, date)],
    ...findPagesWithNotice().map((path) => [path, readFileSync(path, 'utf8').replace(notice, '')]),
  ]);
  const commands = [
    ['add', ...files.keys()],
    ['commit', '-m', `Release ${version}`],
    ['tag', '-a', tag, '-m', `${manifest.name} ${version}`],
    ['push', '--atomic', 'origin', 'HEAD', tag],
  ];

  if (!isDryRun) {
    if (git('status', '--porcelain') !== '') throw new Error('there are uncommitted changes');
    if (git('tag', '--list', tag) !== '') throw new Error(`there is a tag ${tag} already`);
  }
  console.log(`${manifest.name} ${manifest.version} → ${version}, ${date}`);
  for (const [path, text] of files) {
    console.log(`write ${path}`);
    if (!isDryRun) writeFileSync(path, text);
  }
  for (const command of commands) {
    console.log(`git ${command.map((part) => (part.includes(' ') ? `'${part}'` : part)).join(' ')}`);
    if (!isDryRun) git(...command);
  }
  console.log(`CI, at ${tag}: npm publish --provenance`);
  if (isDryRun) console.log('Dry run: nothing has changed');
}

try {
  const options = { 'dry-run': { type: 'boolean', default: false } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.length !== 1) throw new Error(usage);
  release(positionals[0], values['dry-run']);
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
