import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.js';
import { initQueue } from 'bp4/queue';
import { openLink, type Link } from './link.js';
import { hasEnded, startPostgres, startRedis, type Server } from './servers.js';
import { folder, run, spawnWorker, type Ran } from './studies.js';

// Studies whose workers, server, links and coordinator come to harm, each by a seed of its own. BP4_CHAOS_RUNS sets how many, and
// BP4_CHAOS_SEED the first seed: a run that fails says how to repeat it.

const RUNS = Number(process.env['BP4_CHAOS_RUNS'] ?? 8);
const FIRST = Number(process.env['BP4_CHAOS_SEED'] ?? 1);
const EPOCHS = 300;
/** Milliseconds that a study may take, and after which the next harm is done in any case. */
const DEADLINE = 240_000;
const MOST_CALM = 12_000;
/** Milliseconds that a worker may take to end, which is more than it grants a server that is away. */
const MOST_ENDING = 25_000;

let expected: Ran;
/** How often what was done to whom. */
const counts = new Map<string, number>();
beforeAll(async () => {
  expected = await run(undefined, { epochs: EPOCHS });
});
afterAll(() => {
  const lines = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${count} × ${what}`);
  console.log(`chaos: ${RUNS} studies from seed ${FIRST}: ${lines.join(', ')}`);
});

const program = fileURLToPath(new URL('coordinator.ts', import.meta.url));

/** A program that is started again when it ends, as a service is, and its way to the server. */
class Participant {
  readonly name: string;
  readonly link: Link;
  /** Resolves when it has done its work, or was ended for good, with its exit code. */
  readonly done: Promise<number | null>;
  readonly #start: (port: number) => Promise<ChildProcess>;
  readonly #note: (text: string) => void;
  #child: ChildProcess | undefined;
  /** Whether it was asked to end. */
  #isEnding = false;
  /** The signal that ends it for good. */
  #last: NodeJS.Signals | undefined;

  constructor(
    name: string,
    link: Link,
    start: (port: number) => Promise<ChildProcess>,
    note: (text: string) => void,
    delay = 0,
  ) {
    this.name = name;
    this.link = link;
    this.#start = start;
    this.#note = (text) => note(`${name}: ${text}`);
    this.done = this.#run(delay);
  }

  async #run(delay: number): Promise<number | null> {
    await pause(delay);
    let code: number | null = 0;
    for (;;) {
      if (this.#isOver()) return code;
      try {
        const child = await this.#start(this.link.port);
        this.#child = child;
        this.#isEnding = false;
        if (this.#last) this.signal(this.#last);
        if (!hasEnded(child)) await once(child, 'exit');
        code = child.exitCode;
        this.#note(`ended with ${code ?? child.signalCode}`);
        if (code === 0 && !this.#wasAsked()) return code;
      } catch (error) {
        this.#note(String(error));
      }
      this.#child = undefined;
      await pause(500);
    }
  }

  #isOver = (): boolean => this.#last !== undefined;
  #wasAsked = (): boolean => this.#isEnding;

  signal(name: NodeJS.Signals): void {
    this.#isEnding ||= name === 'SIGTERM' || name === 'SIGKILL';
    this.#child?.kill(name);
  }

  /** Ends it for good. @returns its exit code */
  async end(name: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#last = name;
    this.signal('SIGCONT');
    // A second SIGTERM would end it at once.
    if (name === 'SIGKILL' || !this.#isEnding) this.signal(name);
    return await this.done;
  }
}

/** One study, and what comes to harm in it. */
class Chaos {
  readonly #random: Random;
  readonly #log: string[] = [];
  readonly #start = performance.now();
  readonly #path = join(folder(), 'study.jsonl');
  #server: Server | undefined;
  readonly #workers: Participant[] = [];
  #coordinator: Participant | undefined;
  /** What was done to the server last. */
  #serverHarm = Promise.resolve();
  /** What goes on beside the next harms. */
  readonly #pending: Promise<void>[] = [];

  constructor(
    readonly seed: number,
    readonly isPostgres: boolean,
  ) {
    this.#random = Random.fromSeed(seed);
  }

  #note(text: string): void {
    this.#log.push(`${((performance.now() - this.#start) / 1000).toFixed(1)} s  ${text.trim()}`);
  }

  #did(what: string): void {
    this.#note(what);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }

  /** @returns what the study came to @throws an error with all that was done, if it isn't in time */
  async run(): Promise<Ran> {
    try {
      await this.#open();
      const late = new AbortController();
      await Promise.race([
        Promise.all([this.#harm(), this.#coordinator!.done]),
        pause(DEADLINE, undefined, { signal: late.signal }).then(() => {
          throw new Error(`the study takes more than ${DEADLINE / 1000} s`);
        }),
      ]).finally(() => late.abort());
      await Promise.all(this.#pending);
      await Promise.all(this.#workers.map((worker) => this.#endWorker(worker)));
      const ran = JSON.parse(readFileSync(`${this.#path}.ran`, 'utf8')) as Ran;
      expect({ ...ran, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
      return ran;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`${what}; repeat it by BP4_CHAOS_SEED=${this.seed}\n${this.#log.join('\n')}`, {
        cause: error,
      });
    } finally {
      await this.#close();
    }
  }

  async #open(): Promise<void> {
    const random = this.#random;
    const keeps = random.below(2) === 0;
    const server = await (this.isPostgres ? startPostgres() : startRedis({ keeps }));
    this.#server = server;
    await initQueue(server.url);
    const { port } = server;
    const at = (own: number): string => server.url.replace(`:${port}`, `:${own}`);
    const note = (text: string): void => this.#note(text);
    for (let w = 1 + random.below(3); w > 0; w--) {
      const delay = random.below(2) * random.below(5000);
      if (delay > 0) this.#did('worker started late');
      const name = `worker ${w}`;
      const start = (own: number): Promise<ChildProcess> =>
        spawnWorker(at(own), (text) => note(`${name}: ${text}`));
      this.#workers.push(new Participant(name, await openLink(port), start, note, delay));
    }
    const start = (own: number): Promise<ChildProcess> => Promise.resolve(this.#spawnCoordinator(at(own)));
    this.#coordinator = new Participant('coordinator', await openLink(port), start, note);
  }

  #spawnCoordinator(url: string): ChildProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', program, this.#path, String(EPOCHS)], {
      env: { ...process.env, BP4_QUEUE: url },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (text: Buffer) => this.#note(`coordinator: ${text.toString()}`));
    return child;
  }

  /** Does some harm, at moments that the lines of the journal tell. */
  async #harm(): Promise<void> {
    const random = this.#random;
    const moments = Array.from({ length: 2 + random.below(4) }, () =>
      random.below(expected.journal.length - 5),
    );
    for (const moment of moments.sort((a, b) => a - b)) {
      const calm = performance.now();
      while (this.#countLines() < moment && performance.now() - calm < MOST_CALM) {
        if (this.#hasEnded) return;
        await pause(5);
      }
      if (this.#hasEnded) return;
      const harm = this.#harmOnce();
      harm.catch(() => undefined); // `run` awaits it at the end
      this.#pending.push(harm);
    }
  }

  get #hasEnded(): boolean {
    return existsSync(`${this.#path}.ran`);
  }

  #countLines(): number {
    return existsSync(this.#path) ? readFileSync(this.#path, 'utf8').split('\n').length : 0;
  }

  async #harmOnce(): Promise<void> {
    const random = this.#random;
    const worker = this.#workers[random.below(this.#workers.length)]!;
    const anyone = random.below(3) === 0 ? this.#coordinator! : worker;
    const who = anyone.name.replace(/ .*/, '');
    const some = random.below(4000);
    switch (random.below(10)) {
      case 0:
        this.#did('worker SIGKILL');
        worker.signal('SIGKILL');
        break;
      case 1:
        this.#did('worker SIGTERM');
        worker.signal('SIGTERM');
        break;
      case 2:
        this.#did(`${who} paused for longer than its locks`);
        anyone.signal('SIGSTOP');
        await pause(11_000 + some);
        anyone.signal('SIGCONT');
        break;
      case 3:
        this.#did('server SIGKILL');
        await this.#harmServer((server) => server.restart('SIGKILL', some));
        break;
      case 4:
        this.#did('server restarted');
        await this.#harmServer((server) => server.restart('SIGINT', some));
        break;
      case 5:
        this.#did('server emptied');
        await this.#harmServer((server) => server.empty());
        break;
      case 6:
        this.#did(`link of the ${who} cut`);
        await anyone.link.cut(some);
        break;
      case 7:
        this.#did(`link of the ${who} silent`);
        anyone.link.isSilent = true;
        await pause(3 * some);
        anyone.link.isSilent = false;
        break;
      case 8:
        this.#did(`link of the ${who} slow`);
        anyone.link.delay = 1 + random.below(100);
        await pause(2 * some);
        anyone.link.delay = 0;
        break;
      default:
        this.#did('coordinator SIGKILL');
        this.#coordinator!.signal('SIGKILL');
    }
  }

  /** Harms the server once it has recovered from what was done to it before: one that is starting can't be emptied. */
  #harmServer(harm: (server: Server) => Promise<void> | void): Promise<void> {
    const before = this.#serverHarm;
    const harmInTurn = async (): Promise<void> => {
      await before;
      for (let attempt = 1; ; attempt++) {
        try {
          await harm(this.#server!);
          return;
        } catch (error) {
          if (attempt === 50) throw error;
          await pause(200);
        }
      }
    };
    return (this.#serverHarm = harmInTurn());
  }

  async #endWorker(worker: Participant): Promise<void> {
    const late = pause(MOST_ENDING).then(() => 'more than its time');
    const code = await Promise.race([worker.end('SIGTERM'), late]);
    if (code !== 0) throw new Error(`a worker that was to end took ${code}`);
  }

  async #close(): Promise<void> {
    const everyone = [...this.#workers, ...(this.#coordinator ? [this.#coordinator] : [])];
    await Promise.all(everyone.map((one) => one.end('SIGKILL')));
    for (const { link } of everyone) link.close();
    await Promise.allSettled(this.#pending);
    await this.#server?.stop();
    rmSync(dirname(this.#path), { recursive: true, force: true });
  }
}

it.concurrent.each(Array.from({ length: RUNS }, (_, i) => FIRST + i))(
  'a study that comes to harm by seed %i leads to the same journal and ensemble',
  async (seed) => {
    const isPostgres = seed % 2 === 0;
    const { seconds } = await new Chaos(seed, isPostgres).run();
    console.log(
      `seed ${seed}, ${isPostgres ? 'PostgreSQL' : 'Redis'}: ${seconds.toFixed(1)} s since the coordinator last started`,
    );
  },
  DEADLINE + 2 * MOST_ENDING,
);
