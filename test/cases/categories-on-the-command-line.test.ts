import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bp4, readEvent, type Ran } from '../support/cli.js';

// Categories on the command line: missing ones, many, and those of a second file.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-categories-'));
const put = (name: string, content: string): void => writeFileSync(join(cwd, name), content);
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });
afterAll(() => rmSync(cwd, { recursive: true }));

const towns = ['oslo', 'rome', 'paris', ''];
const lines = Array.from({ length: 60 }, (_, i) => `${i % 7},${towns[i % 4]!},${(i % 7) + (i % 4)}`);

let trained: Ran;
beforeAll(async () => {
  put('towns.csv', `x,town,y\n${lines.join('\n')}\n`);
  put('later.csv', 'town,x,y\nrome,3,4\nkyoto,2,3\n,1,4\n');
  put('open.csv', 'town,x\nrome,3\nkyoto,2\n,1\noslo,\n');
  trained = await run('train', 'towns.csv', '--target', 'y', '--epochs', '3', '--out', 'towns.bp4');
});

describe('a training', () => {
  it('keeps rows whose text is missing, and says so with the flag that changes it', () => {
    expect(trained.stdout).toMatch(
      /gaps +a missing text is a category, a missing number the mean of the column +\(--missing drop/,
    );
    expect(trained.stdout).toContain('60 rows');
    expect(trained.code).toBe(0);
  });

  it('says which words make categories of few numbers, and that --gaps takes them as missing', async () => {
    const rooms = Array.from({ length: 40 }, (_, i) => `${['2', '4', 'more'][i % 3]!},${i % 7},${i}`);
    put('rooms.csv', `rooms,x,y\n${rooms.join('\n')}\n`);
    const { stdout } = await run('train', 'rooms.csv', '--target', 'y', '--epochs', '1');
    expect(stdout).toMatch(
      /numbers +rooms: categories, because of 'more' among them +\(--gaps more treats it as missing\)/,
    );
    const gaps = await run('train', 'rooms.csv', '--target', 'y', '--epochs', '1', '--gaps', 'more');
    expect(gaps.stdout).toMatch(/inputs +rooms, x /);
  });

  it('joins the rarest categories as --categories says', async () => {
    const args = ['--target', 'y', '--epochs', '1', '--categories', '2', '--out', 'joined.bp4'];
    const { stdout } = await run('train', 'towns.csv', ...args);
    expect(stdout).toMatch(/joined +only the 2 most frequent categories/);
  });

  it('fits categories to its training part, and counts test rows with others', async () => {
    const rare = lines.map((line, i) => (i % 3 === 0 ? line.replace(/,[a-z]*,/, `,town ${i},`) : line));
    put('rare.csv', `x,town,y\n${rare.join('\n')}\n`);
    const args = ['--target', 'y', '--epochs', '1', '--categorical', 'town', '--missing', 'category'];
    const lenient = await run('train', 'rare.csv', ...args, '--out', 'rare.bp4');
    expect(lenient.stderr).toMatch(
      /test: [1-9] samples? ha(?:s|ve) categories that don't occur in the training samples/,
    );
    const strict = await run(
      'train',
      'rare.csv',
      ...args,
      '--unknown',
      'error',
      '--out',
      'strict.bp4',
      '--json',
    );
    expect(strict.code).toBe(0);
    expect(readEvent(strict, 'test')['count']).toBeLessThan(12);
  });
});

describe('a second file', () => {
  it('is evaluated although it has a category that the training lacks', async () => {
    const { code, stdout, stderr } = await run('evaluate', 'towns.bp4', 'later.csv');
    expect(code).toBe(0);
    expect(stdout).toContain('3 samples');
    expect(stderr).toContain("later.csv: 1 sample has categories that don't occur in the training samples");
  });

  it('has an answer for each row', async () => {
    const { code, stdout, stderr } = await run('predict', 'towns.bp4', 'open.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^y\n(-?[\d.e-]+\n){4}$/);
    expect(stderr).toContain("open.csv: 1 sample has categories that don't occur in the training samples");
  });

  it('has an answer for a missing text that the training lacked, as --unknown says', async () => {
    const whole = lines.filter((line) => !line.includes(',,'));
    put('whole.csv', `x,town,y\n${whole.join('\n')}\n`);
    put('two.csv', 'town,x\n,1\nkyoto,1\n');
    const args = ['--target', 'y', '--epochs', '3', '--missing', 'category'];
    await run('train', 'whole.csv', ...args, '--out', 'whole.bp4');
    const [, missing, unknown] = (await run('predict', 'whole.bp4', 'two.csv')).stdout.split('\n');
    expect(Number.parseFloat(missing!)).not.toBeNaN();
    expect(missing).toBe(unknown);
    await run('train', 'whole.csv', ...args, '--unknown', 'error', '--out', 'wary.bp4');
    const refused = await run('predict', 'wary.bp4', 'two.csv');
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("column 'town' is missing")]);
  });

  it('has NA in place of a number that is missing, so that no line is blank', async () => {
    const args = ['--target', 'y', '--epochs', '1', '--missing', 'drop', '--unknown', 'error'];
    await run('train', 'towns.csv', ...args, '--out', 'dropped.bp4');
    put('gap.csv', 'town,x\nrome,\nrome,2\n');
    expect((await run('predict', 'dropped.bp4', 'gap.csv')).stdout).toMatch(/^y\nNA\n-?[\d.e-]+\n$/);
    const refused = await run('predict', 'dropped.bp4', 'open.csv');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("expected one of the learned categories oslo, paris, rome, got 'kyoto'");
  });
});
