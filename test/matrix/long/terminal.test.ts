import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, signsCSV, signsTask as task } from '../../support/cli.js';

// `bp4 train` in a terminal, which util-linux's `script` opens.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-terminal-'));
beforeAll(() => writeFileSync(join(cwd, 'data.csv'), signsCSV()));
afterAll(() => rmSync(cwd, { recursive: true }));

interface Shown {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs a shell command in a terminal of 100 columns. @param onOutput may type something */
function inTerminal(
  line: string,
  onOutput?: (said: string, type: (text: string) => void) => void,
): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const env: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm' };
    // a user's terminal doesn't set these; with either, Node prints no colors
    delete env['NO_COLOR'];
    delete env['CI'];
    const child = spawn('script', ['-qec', `stty cols 100; ${line}`, '/dev/null'], { cwd, env });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, (typed) => child.stdin.write(typed));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

// the control sequences of a terminal
const ESCAPE = '\u001B';
const CURSOR_ON = `${ESCAPE}[?25h`;
const CURSOR_OFF = `${ESCAPE}[?25l`;
const TO_LINE_BEGIN = `${ESCAPE}[1G`;
const colors = new RegExp(`${ESCAPE}\\[\\d+m`);
const controls = new RegExp(`${ESCAPE}(?:\\[[0-9;?]*[A-Za-z]|[78])`, 'g');

const node = `'${process.execPath}' '${bin}'`;

describe('on a terminal', () => {
  it('draws a bar with pace and ETA in colors, and removes it at the end', async () => {
    const { code, stdout } = await inTerminal(`${node} train ${task.join(' ')} --epochs 30 --out tty.bp4`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`epoch \\d+/30 ${colors.source}█+${colors.source}.*loss \\d.*samples/s {2}ETA `),
    );
    expect(stdout).not.toMatch(/^epoch/m); // no lines
    expect(stdout.lastIndexOf(CURSOR_ON)).toBeGreaterThan(stdout.lastIndexOf(CURSOR_OFF)); // the cursor is visible again
    // each redrawn text fits into one line
    const drawn = stdout
      .split(TO_LINE_BEGIN)
      .slice(1)
      .map((text) => text.split(/[\r\n]/)[0]!);
    for (const line of drawn) expect(line.replace(controls, '').length).toBeLessThan(100);
    expect(drawn.length).toBeGreaterThan(2);
    expect(stdout).toMatch(/Saved .*tty\.bp4/);
  });

  it('draws without colors under NO_COLOR', async () => {
    const { stdout } = await inTerminal(`NO_COLOR=1 ${node} train ${task.join(' ')} --epochs 2`);
    expect(stdout).toContain('█');
    expect(stdout).not.toMatch(colors);
  });

  it('stops on Ctrl-C, saves, and shows the cursor again', async () => {
    let isTyped = false;
    const { code, stdout } = await inTerminal(
      `${node} train ${task.join(' ')} --epochs 1000 --out typed.bp4`,
      (said, type) => {
        if (isTyped || !/epoch ([2-9]|\d\d+)\/1000 /.test(said)) return;
        isTyped = true;
        type('\u0003');
      },
    );
    expect(code).toBe(130);
    // The line is broken at the width of the terminal.
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(words).toContain('saved typed.bp4; continue with: npx bp4 train --resume typed.bp4');
    expect(stdout.lastIndexOf(CURSOR_ON)).toBeGreaterThan(stdout.lastIndexOf(CURSOR_OFF));
    expect(existsSync(join(cwd, 'typed.bp4'))).toBe(true);
  });
});
