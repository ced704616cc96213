import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The command that starts a peer. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Longer than any peer needs for one command. */
const PATIENCE_SECONDS = 240;
const KEPT_OF_STDERR = 2000;

const running = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

/**
 * A peer in a separate process. It reads one command per line, and answers each with a line of `ok` and a result:
 *
 *     prepare DIRECTORY          reads the case there; answers with a note on how it differs from the others
 *     train SAMPLES EPOCHS       trains on the first SAMPLES samples; answers with the seconds that it took
 *     predict FILE               writes its outputs for the questions, f32[n][outputs]
 *
 * It ends when its stdin ends.
 */
export class Child {
  readonly name: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string, undefined>;
  readonly #failed: Promise<never>;
  #stderr = '';

  constructor(name: string, { file, args, env }: Command) {
    this.name = name;
    this.#process = spawn(file, args, { env, stdio: 'pipe' });
    running.add(this.#process);
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_OF_STDERR);
    });
    this.#process.stdin.on('error', () => undefined); // #fate reports that the process is gone
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#failed = this.#fate();
    this.#failed.catch(() => undefined);
  }

  /** @throws Error, with the tail of stderr, if the peer ends, stays silent or gives another answer */
  async ask(command: string): Promise<string> {
    this.#process.stdin.write(`${command}\n`);
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(this.#error(`has been silent for ${PATIENCE_SECONDS} s`)),
        PATIENCE_SECONDS * 1000,
      );
    });
    try {
      const next = await Promise.race([this.#answers.next(), silence, this.#failed]);
      if (next.done === true) return await this.#failed;
      if (!/^ok\b/.test(next.value)) throw this.#error(`'${command}' was answered with '${next.value}'`);
      return next.value.slice(3);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The peak memory in bytes; undefined on hosts without /proc. */
  get peakMemory(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#process.pid ?? 0}/status`, 'utf8');
      const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
      return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
    } catch {
      return undefined;
    }
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  /** Rejects when the process ends. */
  async #fate(): Promise<never> {
    const [code, signal] = await new Promise<[number | null, string | null] | [Error]>((resolve) => {
      this.#process.on('error', (error) => resolve([error]));
      this.#process.on('close', (...end) => resolve(end));
    });
    running.delete(this.#process);
    throw this.#error(code instanceof Error ? code.message : `ended with ${signal ?? code ?? ''}`);
  }

  #error(what: string): Error {
    return new Error(`${this.name}: ${what}\n${this.#stderr.trim()}`.trim());
  }
}
