import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseChangelog } from '../../scripts/changelog.mjs';

// npm run release, in a project of its own.

const script = fileURLToPath(new URL('../../scripts/release.mjs', import.meta.url));
const changelog =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Digits\n\n## [0.1.0] - 2026-11-01\n\n- XOR\n';
const notice = "bp4 isn't on npm yet. Until the first release, run it from source.\n\n";
const readme = `# Digits\n\n${notice}MIT license.\n`;
const manifest = '{\n  "name": "digits",\n  "version": "0.1.9"\n}\n';
const lock =
  '{\n  "version": "0.1.9",\n  "packages": {\n    "": {\n      "version": "0.1.9"\n    },\n    "node_modules/a": {\n      "version": "0.1.9"\n    }\n  }\n}\n';

let folder: string;
let project: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp4-release-'));
  project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), manifest);
  writeFileSync(join(project, 'package-lock.json'), lock);
  writeFileSync(join(project, 'CHANGELOG.md'), changelog);
  writeFileSync(join(project, 'README.md'), readme);
  mkdirSync(join(project, 'docs', 'guide'), { recursive: true });
  writeFileSync(join(project, 'docs', 'guide', 'getting-started.md'), readme);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const readContent = (name: string): string => readFileSync(join(project, name), 'utf8');
const contents = (): string[] =>
  ['package.json', 'package-lock.json', 'CHANGELOG.md', 'README.md', 'docs/guide/getting-started.md'].map(
    readContent,
  );

function release(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, stdout: stdout.replace(/\d{4}-\d\d-\d\d/, 'DATE'), stderr };
}

const steps = (version: string): string =>
  [
    `digits 0.1.9 → ${version}, DATE`,
    'write package.json',
    'write package-lock.json',
    'write CHANGELOG.md',
    'write README.md',
    'write docs/guide/getting-started.md',
    'git add package.json package-lock.json CHANGELOG.md README.md docs/guide/getting-started.md',
    `git commit -m 'Release ${version}'`,
    `git tag -a v${version} -m 'digits ${version}'`,
    `git push --atomic origin HEAD v${version}`,
    `CI, at v${version}: npm publish --provenance\n`,
  ].join('\n');

describe('a dry run of npm run release', () => {
  it.each([
    ['major', '1.0.0'],
    ['minor', '0.2.0'],
    ['patch', '0.1.10'],
    ['0.3.0', '0.3.0'],
  ])('%s prints the steps to version %s and changes nothing', (wanted, version) => {
    expect(release(wanted, '--dry-run')).toEqual({
      status: 0,
      stdout: `${steps(version)}Dry run: nothing has changed\n`,
      stderr: '',
    });
    expect(contents()).toEqual([manifest, lock, changelog, readme, readme]);
  });

  it.each([
    [['huge'], 'usage: '],
    [[], 'usage: '],
    [['minor', 'major'], 'usage: '],
    [['0.1.0'], 'CHANGELOG.md already has a section [0.1.0]'],
  ])('npm run release rejects the arguments %j', (args, message) => {
    const { status, stdout, stderr } = release(...args, '--dry-run');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`release: ${message}`);
  });
});

const hasGit = spawnSync('git', ['--version']).status === 0;

// npm test needs nothing but Node
describe.skipIf(!hasGit)('npm run release in a Git repository', () => {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: project, encoding: 'utf8', stdio: 'pipe' }).trim();

  beforeEach(() => {
    git('init', '--quiet', '--bare', join(folder, 'remote'));
    git('init', '--quiet', '--initial-branch', 'main');
    for (const [key, value] of [
      ['user.name', 'a'],
      ['user.email', 'a@example.org'],
      ['core.autocrlf', 'false'],
    ] as const)
      git('config', key, value);
    git('remote', 'add', 'origin', join(folder, 'remote'));
    git('add', '.');
    git('commit', '--quiet', '-m', 'Begin');
  });

  it('commits, tags and pushes the new version', () => {
    expect(release('minor')).toMatchObject({ status: 0, stdout: steps('0.2.0') });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('log', '-1', '--format=%s')).toBe('Release 0.2.0');
    expect(git('ls-remote', 'origin', 'main', 'v0.2.0^{}').match(/^\w+/gm)).toEqual([
      git('rev-parse', 'HEAD'),
      git('rev-parse', 'HEAD'),
    ]);
    expect(readContent('package.json')).toBe(manifest.replace('0.1.9', '0.2.0'));
    expect(readContent('package-lock.json').match(/"version": ".*"/g)).toEqual([
      '"version": "0.2.0"',
      '"version": "0.2.0"',
      '"version": "0.1.9"',
    ]);
    expect(readContent('CHANGELOG.md')).toMatch(/^## \[0\.2\.0\] - /m);
    for (const page of ['README.md', 'docs/guide/getting-started.md'])
      expect(readContent(page)).toBe(readme.replace(notice, ''));
  });

  it('npm run release rejects uncommitted changes, and a tag that exists', () => {
    git('tag', 'v0.2.0');
    expect(release('minor')).toMatchObject({ status: 1, stderr: 'release: there is a tag v0.2.0 already\n' });
    writeFileSync(join(project, 'new.txt'), '');
    expect(release('patch')).toMatchObject({ status: 1, stderr: 'release: there are uncommitted changes\n' });
    expect(contents()).toEqual([manifest, lock, changelog, readme, readme]);
  });
});

it('every page says in a paragraph of its own that nothing has been published', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folders = ['.', 'docs', 'docs/guide', 'docs/recipes'];
  const pages = folders
    .flatMap((name) => readdirSync(join(root, name)).map((file) => join(root, name, file)))
    .filter((file) => file.endsWith('.md'))
    .map((file) => readFileSync(file, 'utf8'))
    .filter((text) => text.includes("isn't on npm"));
  expect(pages).not.toEqual([]);
  for (const text of pages)
    expect(text.replace(/^bp4 isn't on npm yet\. .*?\n\n/ms, '')).not.toMatch(/on npm yet/);
});

describe('releaseChangelog', () => {
  it('moves what is unreleased to the version', () => {
    expect(releaseChangelog(changelog, '0.2.0', '2026-11-28')).toBe(
      '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-28\n\n### Added\n\n- Digits\n\n## [0.1.0] - 2026-11-01\n\n- XOR\n',
    );
  });

  it('releases the CHANGELOG.md of bp4', () => {
    const text = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
    const heading = '## [Unreleased]\n';
    const changed = text.replace(heading, `${heading}\n- A change\n`); // after a release there is none
    expect(releaseChangelog(changed, '999.0.0', '2026-11-28')).toBe(
      changed.replace(heading, `${heading}\n## [999.0.0] - 2026-11-28\n`),
    );
  });

  it.each([
    ['no section of what is unreleased', '# Changelog\n', 'no section'],
    ['no change', '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-01\n\n- XOR\n', 'no change'],
    ['a section of the version', `${changelog}\n## [0.2.0] - 2026-11-02\n`, 'already has'],
  ])('releaseChangelog rejects a text with %s', (_, text, message) => {
    expect(() => releaseChangelog(text, '0.2.0', '2026-11-28')).toThrow(message);
  });
});
