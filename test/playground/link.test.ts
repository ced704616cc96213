import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Settings } from '../../playground/src/protocol.js';
import {
  activationNames,
  initializerNames,
  lossNames,
  optimizerNames,
  ranges,
} from '../../playground/src/run/choices.js';
import { featureNames } from '../../playground/src/run/features.js';
import { taskNames, tasks } from '../../playground/src/run/tasks.js';
import { formatLink, parseLink } from '../../playground/src/run/link.js';

const from = ([min, max]: readonly [number, number]): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((x) => x + 0); // −0 is written as 0
const whole = ([min, max]: readonly [number, number]): fc.Arbitrary<number> => fc.integer({ min, max });

const anySettings: fc.Arbitrary<Settings> = fc.record({
  task: fc.constantFrom(...taskNames),
  noise: from(ranges.noise),
  pointCount: whole(ranges.pointCount),
  trainingShare: from(ranges.trainingShare),
  features: fc.subarray(featureNames, { minLength: 1 }),
  hidden: fc.array(whole(ranges.units), { maxLength: ranges.hiddenLayers[1] }),
  activation: fc.constantFrom(...activationNames),
  loss: fc.constantFrom(...lossNames),
  optimizer: fc.constantFrom(...optimizerNames),
  learningRate: from(ranges.learningRate),
  miniBatchSize: whole(ranges.miniBatchSize),
  l1: from(ranges.l1),
  l2: from(ranges.l2),
  dropout: from(ranges.dropout),
  initializer: fc.constantFrom(...initializerNames),
  seed: whole(ranges.seed),
});

it('parses a link back into the settings and steps that it was formatted from', () => {
  fc.assert(
    fc.property(anySettings, fc.option(whole(ranges.steps), { nil: undefined }), (settings, steps) => {
      const link = parseLink(formatLink(settings, steps));
      expect(link).toEqual({ settings, messages: [], ...(steps !== undefined && { steps }) });
    }),
  );
});

it('keeps the weights and biases of a link to the bit', () => {
  const single = fc
    .float({ noNaN: true, noDefaultInfinity: true, min: -Math.fround(1e30), max: Math.fround(1e30) })
    .map((x) => x + 0);
  fc.assert(
    fc.property(fc.array(single, { minLength: 1, maxLength: 40 }), (parameters) => {
      const link = parseLink(formatLink(tasks.first.defaults, undefined, undefined, parameters));
      expect(Float32Array.from(link.parameters!)).toEqual(Float32Array.from(parameters));
    }),
  );
  const { messages, ...link } = parseLink('#parameters=1,x');
  expect(messages).toEqual([expect.stringContaining('parameters=1,x')]);
  expect(link).not.toHaveProperty('parameters');
});

it('parses a link whose commas were percent-encoded', () => {
  fc.assert(
    fc.property(anySettings, (settings) => {
      const escaped = formatLink(settings).replaceAll(',', '%2C');
      expect(parseLink(escaped).settings).toEqual(settings);
    }),
  );
});

it('formats a link that a person can read', () => {
  expect(formatLink({ ...tasks.spiral.defaults, seed: 7 }, 1234)).toBe(
    '#task=spiral&noise=0.1&pointCount=400&trainingShare=0.5&features=x1,x2&hidden=16,16&activation=relu&loss=crossEntropy&optimizer=adam&learningRate=0.005' +
      '&miniBatchSize=10&l1=0&l2=0&dropout=0&initializer=heNormal&seed=7&steps=1234',
  );
  expect(formatLink({ ...tasks.xor.defaults, hidden: [] })).toContain('&hidden=&');
});

it('fills in the default settings of the task where a link omits them', () => {
  expect(parseLink('')).toEqual({ settings: tasks.first.defaults, messages: [] });
  expect(parseLink('#task=digits&seed=5')).toEqual({
    settings: { ...tasks.digits.defaults, seed: 5 },
    messages: [],
  });
});

it.each([
  ['task', 'toString'],
  ['noise', '0.51'],
  ['noise', ''],
  ['pointCount', '19'],
  ['trainingShare', '1'],
  ['features', ''],
  ['features', 'x,x'],
  ['features', 'x,z'],
  ['lang', 'fr'],
  ['hidden', '16,'],
  ['hidden', '1,1,1,1,1,1,1'],
  ['hidden', '129'],
  ['hidden', '2.5'],
  ['activation', 'softmax'],
  ['loss', 'hinge'],
  ['optimizer', '__proto__'],
  ['learningRate', '0'],
  ['learningRate', 'Infinity'],
  ['miniBatchSize', '0'],
  ['l1', '-1'],
  ['l2', 'NaN'],
  ['dropout', '0.95'],
  ['initializer', 'zeros'],
  ['seed', '1.5'],
  ['steps', '-1'],
])('reports and ignores the invalid setting %s=%s', (name, value) => {
  const { settings, steps, messages } = parseLink(`#${name}=${value}`);
  expect(settings).toEqual(tasks.first.defaults);
  expect(steps).toBeUndefined();
  expect(messages).toEqual([expect.stringContaining(`${name}=${value}`)]);
});

it('reports a setting whose name is unknown', () => {
  expect(parseLink('#learning_rate=1').messages).toEqual([expect.stringContaining('learning_rate')]);
});

it('keeps the language of a link', () => {
  const link = formatLink(tasks.xor.defaults, 5, 'zh');
  expect(link).toMatch(/&steps=5&lang=zh$/);
  expect(parseLink(link)).toEqual({ settings: tasks.xor.defaults, steps: 5, language: 'zh', messages: [] });
});

it('parses any text into valid settings', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', ...Object.keys(tasks.xor.defaults)), (text, name) => {
      const { settings } = parseLink(name ? `#${name}=${text}` : text);
      expect(parseLink(formatLink(settings))).toEqual({ settings, messages: [] });
    }),
  );
});

it('formats and parses the default settings of every task without loss', () => {
  for (const name of taskNames) {
    const { defaults } = tasks[name];
    expect(parseLink(formatLink(defaults))).toEqual({ settings: defaults, messages: [] });
  }
});
