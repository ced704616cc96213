import type { Key } from '../words/keys.js';

/** What went wrong, as a reply of the worker carries it. */
export interface Failure {
  readonly name: string;
  /** In English. The library's errors have only this. */
  readonly message: string;
  /** The page's text for it, in the language of the page. */
  readonly key?: Key;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** An error that the page says in its language. */
export class PageError extends Error implements Failure {
  override readonly name = 'PageError';
  readonly key: Key;
  readonly values: Readonly<Record<string, string | number>>;

  constructor(key: Key, values: Readonly<Record<string, string | number>> = {}, options?: ErrorOptions) {
    super(`${key} ${JSON.stringify(values)}`, options);
    this.key = key;
    this.values = values;
  }
}

export function toFailure(reason: unknown): Failure {
  const { name, message } = reason instanceof Error ? reason : new Error(String(reason));
  if (!(reason instanceof PageError)) return { name, message };
  return { name, message, key: reason.key, values: reason.values };
}

/** Waits for code that loads on demand. @throws PageError if the network is down */
export async function loaded<Module>(module: Promise<Module>): Promise<Module> {
  try {
    return await module;
  } catch (cause) {
    throw new PageError('failure.load', {}, { cause });
  }
}
