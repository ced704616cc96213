import { afterEach, expect, it, vi } from 'vitest';
import type * as Work from '../../src/base/work.js';

// Browsers lack Node's setImmediate: a timer lets a visible page paint its frames, and a message is faster everywhere else.

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Does two slices of work in a page, or in a worker without a document. @returns the means by which it yielded */
async function yieldedBy(document: unknown): Promise<string[]> {
  const used: string[] = [];
  const { setTimeout, MessageChannel } = globalThis;
  vi.resetModules();
  vi.stubGlobal('setImmediate', undefined);
  vi.stubGlobal('document', document);
  vi.stubGlobal('setTimeout', (...args: Parameters<typeof setTimeout>) => {
    used.push('setTimeout');
    return setTimeout(...args);
  });
  vi.stubGlobal(
    'MessageChannel',
    class extends MessageChannel {
      constructor() {
        super();
        used.push('MessageChannel');
      }
    },
  );
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 10));
  const { inSlices } = await vi.importActual<typeof Work>('../../src/base/work.js');
  await inSlices(
    (function* () {
      yield;
      return 'done';
    })(),
    () => undefined,
  );
  return used;
}

it.each([
  ['setTimeout', 'a visible page', { visibilityState: 'visible' }],
  ['MessageChannel', 'a hidden page, whose timers are held back', { visibilityState: 'hidden' }],
  ['MessageChannel', 'a worker', undefined],
])('yields to the event loop by %s in %s', async (means, _, document) => {
  expect(await yieldedBy(document)).toEqual([means]);
});
