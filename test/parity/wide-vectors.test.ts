import { beforeEach, describe, expect, it, vi } from 'vitest';

// V8's wide vectors must compute the bits of narrow ones. Where V8 lacks them, its flags do nothing, and a wrong result is planted.

const flags: string[] = [];

vi.mock('node:v8', async (load) => ({
  ...(await load<object>()),
  setFlagsFromString: (flag: string) => flags.push(flag),
}));

/** Fresh modules: nothing is compiled yet. */
async function load() {
  vi.resetModules();
  const { enableWideVectors, hashTrainings } = await import('../../src/node/wide-vectors.js');
  const { Network } = await import('../../src/network.js');
  return { enableWideVectors, hashTrainings, Network };
}

const pretend = (node: string, arch = 'x64'): void => {
  vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, node });
  vi.spyOn(process, 'arch', 'get').mockReturnValue(arch as 'x64');
};

beforeEach(() => {
  flags.length = 0;
  vi.restoreAllMocks();
});

const on = ['--experimental-wasm-revectorize'];

describe('enableWideVectors', () => {
  it('sets the flag of V8, and keeps it when the trainings have the right bits', async () => {
    pretend('24.0.0');
    const { enableWideVectors } = await load();
    expect(await enableWideVectors()).toBeUndefined();
    expect(flags).toEqual(on);
  });

  it('clears the flag when the trainings have other bits, and gives the reason', async () => {
    pretend('24.0.0');
    const { enableWideVectors, Network } = await load();
    vi.spyOn(Network.prototype, 'predict').mockReturnValue(new Float32Array(1));
    expect(await enableWideVectors()).toBe('with wide vectors, Node 24.0.0 computes other bits');
    expect(flags).toEqual([...on, '--no-experimental-wasm-revectorize']);
  });

  it.each([
    ['22.12.0', 'x64'],
    ['24.0.0', 'arm64'],
  ])('sets no flag in Node %s on %s', async (node, arch) => {
    pretend(node, arch);
    const { enableWideVectors } = await load();
    expect(await enableWideVectors()).toBe('wide vectors need Node 24 or newer on x64');
    expect(flags).toEqual([]);
  });

  it('throws when the kernels are compiled already', async () => {
    pretend('24.0.0');
    const { enableWideVectors, Network } = await load();
    await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
    await expect(enableWideVectors()).rejects.toThrow(
      'enableWideVectors: the kernels are compiled already; call it before you create a network',
    );
    expect(flags).toEqual([]);
  });
});

it('the trainings that check wide vectors have the same bits in both engines', async () => {
  const { hashTrainings } = await load();
  expect(await hashTrainings('wasm')).toBe(await hashTrainings('reference'));
});
