import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerCase } from './cases.js';
import { Child } from './child.js';
import type { Contender } from './contenders.js';
import { mark, type Marks } from './marks.js';

/** Seconds for one contender in one round. */
const ROUND_SECONDS = 0.35;

/** A contender during a case. */
export class Runner {
  readonly contender: Contender;
  /** The differences from the other contenders. */
  note = '';
  marks: Marks = { accuracy: NaN, loss: NaN };
  /** Bytes, after training. */
  peakMemory: number | undefined;
  readonly #job: PeerCase;
  readonly #child: Child;
  /** Samples per second in the last round. */
  #rate = 0;

  constructor(contender: Contender, job: PeerCase) {
    this.contender = contender;
    this.#job = job;
    this.#child = new Child(contender.label, contender.command);
  }

  /**
   * Trains for the epochs of the case, and answers its questions.
   * @param directory the files of `writeCase`
   */
  async learn(directory: string): Promise<void> {
    const job = this.#job;
    this.note = await this.#child.ask(`prepare ${directory}`);
    await this.#train(job.data.labels.length, job.epochs);
    this.peakMemory = this.#child.peakMemory;
    const file = join(directory, 'outputs.f32');
    await this.#child.ask(`predict ${file}`);
    const bytes = Uint8Array.from(readFileSync(file));
    this.marks = mark(job, new Float32Array(bytes.buffer));
  }

  /**
   * Continues training, with as many samples and epochs as fit in a round at the current speed.
   * @returns samples per second
   */
  async round(): Promise<number> {
    const { miniBatchSize, data } = this.#job;
    const affordable = this.#rate * ROUND_SECONDS;
    const batches = Math.min(data.labels.length, affordable) / miniBatchSize;
    const samples = miniBatchSize * Math.max(1, Math.floor(batches));
    return this.#train(samples, Math.max(1, Math.round(affordable / samples)));
  }

  stop(): void {
    this.#child.stop();
  }

  async #train(samples: number, epochs: number): Promise<number> {
    const answer = await this.#child.ask(`train ${samples} ${epochs}`);
    const seconds = Number(answer);
    if (!(seconds > 0)) throw new Error(`${this.contender.label}: took '${answer}' seconds`);
    this.#rate = (samples * epochs) / seconds;
    return this.#rate;
  }
}
