import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { raceCases } from '../../src/cli/bench/race.js';
import { commands } from '../../src/cli/commands/index.js';
import { bp4, irisCSV } from '../support/cli.js';

// The blocks of the documentation that are fenced as `console`. A block shows commands after `$`, each with all that it prints;
// a line `…` stands for lines that are left out. `$ cat FILE` shows a file that later commands read.

interface Part {
  readonly line: string;
  readonly shown: string;
  /** Where the commands of a page run, one after another. */
  readonly cwd: string;
}

function readParts(name: string): Part[] {
  const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-documented-'));
  afterAll(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'iris.csv'), irisCSV());
  const page = readFileSync(new URL(`../../docs/guide/${name}.md`, import.meta.url), 'utf8');
  const parts = Array.from(page.matchAll(/^```console\n(.*?)^```$/gms), ([, block]) => block!)
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((part) => {
      const end = part.indexOf('\n');
      return { line: part.slice(0, end), shown: part.slice(end + 1), cwd };
    });
  for (const { line, shown } of parts) {
    const [, file] = /^cat (\S+)$/.exec(line) ?? [];
    if (file !== undefined) writeFileSync(join(cwd, file), shown);
  }
  return parts.filter(({ line }) => line.startsWith('npx bp4 '));
}

const shows = readParts('command-line');
const isBench = ({ line }: { line: string }): boolean => line === 'npx bp4 bench';

/** Without what differs from run to run: times, speeds, and the size of a file that holds a time. */
const withoutTimes = (text: string): string =>
  text
    .replace(/[\d,.]+ samples\/s, ETA (?:\d+ min )?[\d.]+ \w+/g, '- samples/s, ETA -')
    .replace(/ in [\d.]+ m?s\b/g, ' in - s')
    .replace(/\.bp4(.*), [\d.]+ kB/g, '.bp4$1, - kB');

/** What matches the text, and any lines in place of a line `…`. */
const elided = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/^…$/gm, '.+?')}$`, 's');

it('the page of the command line shows the output of every command', () => {
  const shown = shows.map(({ line }) => line.split(' ')[2]);
  // A page of its own shows those that need a server; the playground is a server.
  const servers = ['worker', 'queue', 'playground'];
  const alone = commands.map(({ name }) => name).filter((name) => !servers.includes(name));
  expect([...new Set(shown)].sort()).toEqual(alone.sort());
});

it.each([...shows.filter((part) => !isBench(part)), ...readParts('from-csv')])(
  '$line prints what the page shows',
  async ({ line, shown, cwd }) => {
    const { stdout, stderr } = await bp4(line.split(' ').slice(2), { cwd });
    expect(withoutTimes(stdout + stderr)).toMatch(elided(withoutTimes(shown)));
  },
);

it('it shows the networks that bench trains', () => {
  const rows = shows.find(isBench)!.shown.matchAll(/^(\[.*?\]) +(\d+) /gm);
  expect(Array.from(rows, ([, name, size]) => [name, Number(size)])).toEqual(
    raceCases.map(({ name, miniBatchSize }) => [name, miniBatchSize]),
  );
});
