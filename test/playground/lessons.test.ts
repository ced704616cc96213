import { describe, expect, it } from 'vitest';
import { buildScene } from '../../playground/src/page/network/scene.js';
import { findStop, restView, startView, type View } from '../../playground/src/page/view.js';
import { takeTrial } from '../../playground/src/page/use-trial.js';
import type { Opening } from '../../playground/src/page/use-opening.js';
import type { LessonName } from '../../playground/src/run/choices.js';
import { lessonNames } from '../../playground/src/run/choices.js';
import { lessons, measureLayers, neuron, type Step } from '../../playground/src/lessons/lessons.js';
import { move, start } from '../../playground/src/lessons/moves.js';
import { fillNumbers, findParameter, lightNames, readNumber } from '../../playground/src/lessons/symbols.js';
import { words as en } from '../../playground/src/words/lessons-en.js';
import { words as zh } from '../../playground/src/words/lessons-zh.js';
import { digitsFile } from '../../playground/digits-file.mjs';
import { passInDouble } from './double.js';
import { ofType, Page } from './support.js';

const languages = { en, zh } as Record<string, Record<string, string>>;

/** The page at a step: each run is opened once. */
const pages = new Map<Opening, Promise<View>>();

async function open(run: Opening): Promise<View> {
  const page = new Page('wasm', () => Promise.resolve(digitsFile(5000, 100)));
  const [opened] = ofType(await page.ask({ type: 'open', ...run }), 'opened');
  const [walked] = ofType(await page.ask({ type: 'step' }), 'walk');
  return startView(walked!.walk, opened!.problem, run.settings);
}

async function viewOf({ run, phase, layer, explain }: Step): Promise<View> {
  if (!pages.has(run)) pages.set(run, open(run));
  const view = await pages.get(run)!;
  if (phase === 'rest') return restView(view.walk, view.problem, view.settings);
  return findStop(view, { phase, layer, at: explain === undefined ? undefined : findParameter(explain) });
}

const all = lessonNames.flatMap((lesson) =>
  lessons[lesson].map((step, i) => ({ lesson, step, key: `${lesson}.${i + 1}` })),
);

/**
 * The statements in the texts that aren't numbers of the network, as conditions on these numbers. `right` is the answer that the text after
 * the question assumes.
 */
const claims: Record<
  string,
  { right?: number; holds?: (n: (name: string) => number, view: View) => boolean }
> = {
  'forward.2': { right: 0, holds: (n) => n('w¹₁₂') < 0 && n('a⁰₂') < 0 },
  'forward.3': { right: 1, holds: (n) => n('z¹₂') < 0 && n('a¹₂') < 0.5 },
  'forward.4': { right: 1, holds: (n) => n('a²₁') > 0.5 },
  'forward.5': { holds: (n) => n('y₁') === 0 && near(n('C'), 0.5 * (n('a²₁') - n('y₁')) ** 2) },
  'delta.2': { right: 0, holds: (n) => near(n('δ²₁'), (n('a²₁') - n('y₁')) * n('σ′²₁')) },
  'delta.3': { right: 1, holds: (n) => n('y₁') === 1 && n('a²₁') < 1 && n('δ²₁') < 0 },
  'delta.4': { holds: (n) => n('∂b²₁') === n('δ²₁') },
  'backward.1': { holds: (n) => n('δ²₁') > 0 },
  'backward.2': {
    right: 1,
    holds: (n) => n('w²₁₂') < 0 && n('δ²₁') > 0 && near(n('δ¹₂'), n('w²₁₂') * n('δ²₁') * n('σ′¹₂')),
  },
  'backward.3': {
    right: 1,
    holds: (n) =>
      Math.abs(n('w²₁₂')) > Math.max(Math.abs(n('w²₁₁')), Math.abs(n('w²₁₃'))) &&
      n('σ′¹₂') > 0.9 * Math.max(n('σ′¹₁'), n('σ′¹₃')),
  },
  'gradient.1': { holds: (n) => n('∂b¹₂') === n('δ¹₂') },
  'gradient.2': {
    right: 1,
    holds: (n) => n('δ¹₁') > 0 && n('a⁰₂') < 0 && near(n('∂w¹₁₂'), n('δ¹₁') * n('a⁰₂')),
  },
  'gradient.3': { right: 0, holds: (n) => near(n('Δw¹₁₂'), -n('η') * n('∂w¹₁₂')) },
  // four δ's (3 + 1) and five a's (2 + 3) make 2·3 + 3·1 gradients
  'gradient.4': { holds: (n, { problem }) => n('C′') < n('C') && problem.sizes.join() === '2,3,1' },
  'small-input.1': { holds: (n) => n('a¹₃') < 0.05 && n('a¹₁') > 0.3 && n('a¹₂') > 0.3 },
  'small-input.2': { right: 2, holds: (n) => near(n('∂w²₁₃'), n('δ²₁') * n('a¹₃')) },
  'saturation.1': { holds: (n) => n('w¹₁₁') === 2 && n('b¹₁') === 2 && n('y₁') === 0 && n('a¹₁') > 0.98 },
  'saturation.2': { right: 1, holds: (n) => near(n('δ¹₁'), (n('a¹₁') - n('y₁')) * n('σ′¹₁')) },
  'saturation.3': { right: 0, holds: (n) => near(n('δ¹₁'), n('a¹₁') - n('y₁')) },
  'saturation.4': { right: 1, holds: (n) => n('η') === 0.15 },
  'vanishing.2': { right: 0, holds: (_, view) => view.problem.activations.length === 5 },
  'vanishing.3': { holds: (n) => Math.abs(n('δ¹₁')) < Math.abs(n('δ⁵₁')) / 100 },
  'vanishing.4': {
    holds: (n, view) =>
      Math.abs(n('δ¹₃')) > 0.1 && Math.max(...measureLayers(view)) < 10 * Math.min(...measureLayers(view)),
  },
  'digit.2': { holds: (_, view) => view.problem.sizes[0] === 784 },
  'digit.4': {
    right: 1,
    holds: (_, { walk }) =>
      Math.abs(
        walk.gradients.layers
          .at(-1)!
          .delta.subarray(0, 10)
          .reduce((sum, delta) => sum + delta, 0),
      ) < 1e-5,
  },
};

function near(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(other));
}

describe.each(all)('$key', ({ step, key }) => {
  it('has its texts in both languages, with the same numbers of the network', async () => {
    const view = await viewOf(step);
    for (const words of Object.values(languages)) {
      for (const suffix of step.ask === undefined ? [''] : ['', '.ask', '.why']) {
        const text = words[key + suffix];
        expect([key + suffix, text]).toEqual([key + suffix, expect.any(String)]);
        expect(fillNumbers(text!, view)).not.toMatch(/[{}]|NaN|undefined/);
        const names = (of: string): string[] =>
          Array.from(of.matchAll(/\{([^}]+)\}/g), ([, name]) => name!).sort();
        expect(names(text!)).toEqual(names(en[(key + suffix) as keyof typeof en]));
      }
      if (step.ask === undefined || step.ask.options === 'layers') continue;
      for (const option of step.ask.options)
        if (words[`option.${option}`] === undefined) expect(() => findParameter(option)).not.toThrow();
    }
  });

  it('says what the numbers of the network show', async () => {
    const view = await viewOf(step);
    const { right, holds } = claims[key] ?? {};
    expect(step.ask === undefined).toBe(right === undefined);
    if (step.ask !== undefined) expect(step.ask.right(view)).toBe(right);
    if (holds !== undefined) expect(holds((name) => readNumber(view, name), view)).toBe(true);
  });

  it('shows a phase that the walk has, and lights units or weights that exist', async () => {
    const view = await viewOf(step);
    expect(view.phases[view.index]!.name).toBe(step.phase);
    if (step.layer !== undefined) expect(view.phases[view.index]!.layer).toBe(step.layer);
    if (step.light === undefined) return;
    for (const name of step.light.split(' ')) {
      const { hasUnit, hasEdge } = lightNames(name);
      const { sizes } = view.problem;
      const isLit = sizes.some((units, column) =>
        Array.from({ length: units }).some(
          (_, u) =>
            hasUnit(column, u) ||
            (column > 0 &&
              Array.from({ length: sizes[column - 1]! }).some((__, k) => hasEdge(column - 1, u, k))),
        ),
      );
      expect([name, isLit]).toEqual([name, true]);
    }
  });
});

it('hides the answer to a question until it’s revealed', async () => {
  for (const { step, lesson } of all.filter(({ step: { ask } }) => ask !== undefined)) {
    const view = await viewOf(step);
    const { name, layer } = view.phases[view.index]!;
    const shown = buildScene(view);
    const blank = buildScene(view, true);
    // the unit that the page marks by itself has the largest |δ|
    if (step.explain === undefined) expect([lesson, blank.subject]).toEqual([lesson, undefined]);
    if (layer === undefined) {
      if (name === 'BP4') expect(blank.edges).not.toEqual(shown.edges);
      continue;
    }
    // the network of the lesson vanishing shows BP1, which says nothing about the other layers
    for (const [u, look] of blank.units[layer + 1]!.entries()) {
      expect([lesson, look.text, look.strength]).toEqual([lesson, '?', 0]);
      expect(look.notes).toEqual(name === 'BP1' ? shown.units[layer + 1]![u]!.notes : []);
    }
  }
});

it('reads every number as double precision computes it', async () => {
  const names = Object.values(en).flatMap((text) =>
    Array.from(text.matchAll(/\{([^}]+)\}/g), ([, name]) => name!),
  );
  expect(names.length).toBeGreaterThan(50);
  for (const run of [lessons.forward[0]!.run, lessons.delta[2]!.run, lessons['small-input'][0]!.run]) {
    const view = await viewOf({ run, phase: 'forward' });
    const { layers } = passInDouble(takeTrial(view), run.settings.loss);
    const index = (digit: string): number => '₀₁₂₃₄₅₆₇₈₉'.indexOf(digit) - 1;
    for (const name of names) {
      const [, quantity, level, unit, from] = /^(∂w|∂b|[azδ])([¹²])([₁₂₃])([₁₂₃])?$/u.exec(name) ?? [];
      if (quantity === undefined) continue;
      const layer = layers[level === '¹' ? 0 : 1]!;
      const u = index(unit!);
      const fanIn = layer.weightGradients.length / layer.z.length;
      const exact = {
        a: layer.a[u],
        z: layer.z[u],
        δ: layer.delta[u],
        '∂b': layer.delta[u],
        '∂w': from === undefined ? undefined : layer.weightGradients[u * fanIn + index(from)],
      }[quantity]!;
      expect(Math.abs(readNumber(view, name) - exact)).toBeLessThan(1e-6);
    }
  }
  expect(() => readNumber({} as View, 'q¹₁')).toThrow('no number is called q¹₁');
});

it('writes negative numbers after an operator in parentheses', async () => {
  const view = await viewOf(lessons.forward[0]!);
  expect(fillNumbers('{w¹₁₁}·{a⁰₂} + {w¹₁₂} = {w¹₁₂}', view)).toBe('2·(−0.699) + (−1) = −1');
  expect(fillNumbers('{w¹₁₁}·{a⁰₂}', undefined)).toBe('…·…');
});

it('takes 232 and 17 epochs to halfway, as the lesson on saturation says', async () => {
  const halfway = async (loss: 'quadratic' | 'binaryCrossEntropy'): Promise<number> => {
    const page = new Page();
    await page.ask({ type: 'open', ...neuron(loss) });
    for (let epochs = 0; ; epochs++) {
      if (page.progress.next!.gradients.layers[0]!.activations[0]! <= 0.5) return epochs;
      await page.ask({ type: 'epoch' });
    }
  };
  expect(await halfway('quadratic')).toBe(232);
  expect(await halfway('binaryCrossEntropy')).toBe(17);
});

it('goes through a lesson: a question opens only with an answer, and back shows the answers', () => {
  const asks = [false, true, false];
  const next = { type: 'next' } as const;
  let place = move(start, next, asks);
  expect(place).toEqual({ step: 1, isRevealed: false });
  expect(move(place, next, asks)).toBe(place);
  place = move(place, { type: 'pick', option: 1 }, asks);
  expect(place).toEqual({ step: 1, picked: 1, isRevealed: false });
  place = move(place, next, asks);
  expect(place).toEqual({ step: 1, picked: 1, isRevealed: true });
  expect(move(place, { type: 'pick', option: 0 }, asks)).toBe(place);
  place = move(place, next, asks);
  expect(place).toEqual({ step: 2, isRevealed: false });
  expect(move(place, next, asks)).toBe(place);
  place = move(place, { type: 'back' }, asks);
  expect(place).toEqual({ step: 1, isRevealed: true });
  expect(move(start, { type: 'back' }, asks)).toBe(start);
});

it('follows an image through the equations without training on it', async () => {
  const page = new Page('wasm', () => Promise.resolve(digitsFile(200, 50)));
  const { run } = lessons.digit[0]!;
  await page.ask({ type: 'open', ...run, steps: 3 });
  const { hash } = page.progress;
  const inputs = Float32Array.from({ length: 784 }, (_, i) => (i % 28 === 14 ? 1 : 0));
  const [{ walk } = {}] = ofType(await page.ask({ type: 'follow', inputs, label: 1 }), 'walk');
  expect(walk).toMatchObject({ count: 1, isTrained: false });
  expect(walk!.gradients.inputs).toEqual(inputs);
  expect(Array.from(walk!.gradients.targets)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  const [opened] = ofType(page.replies, 'opened');
  expect(startView(walk!, opened!.problem, run.settings).phases.map(({ name }) => name)).toEqual([
    ...['forward', 'forward', 'BP1', 'BP2', 'BP3', 'BP4'],
  ]);
  await page.ask({ type: 'pause' });
  expect(page.progress.hash).toBe(hash);
});

it('names every lesson and every step', () => {
  const keys = Object.keys(en).filter((key) => /\.\d/.test(key));
  const wanted = all.flatMap(({ key, step }) => (step.ask ? [key, `${key}.ask`, `${key}.why`] : [key]));
  expect(keys).toEqual(wanted);
  expect(Object.keys(lessons)).toEqual(lessonNames satisfies readonly LessonName[]);
});
