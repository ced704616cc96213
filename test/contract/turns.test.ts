import { afterEach, expect, it, vi } from 'vitest';
import type * as Work from '../../src/base/work.js';

// By what a turn of the event loop is waited for: what Node has is not to be had in pages, and pages that are seen have frames
// to paint.

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Does two slices of work in a page. @returns what it waited by */
async function waitedBy(document: unknown): Promise<string[]> {
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
  ['a page that is seen', { visibilityState: 'visible' }, 'setTimeout'],
  ['a page that is hidden, whose timers are held back', { visibilityState: 'hidden' }, 'MessageChannel'],
  ['a worker', undefined, 'MessageChannel'],
])('a turn of the event loop is awaited by the fastest means in %s', async (_, document, expected) => {
  expect(await waitedBy(document)).toEqual([expected]);
});
