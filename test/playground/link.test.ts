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
import { taskNames, tasks } from '../../playground/src/run/tasks.js';
import { formatLink, parseLink } from '../../playground/src/run/link.js';

const from = ([min, max]: readonly [number, number]): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((x) => x + 0); // −0 is written as 0
const whole = ([min, max]: readonly [number, number]): fc.Arbitrary<number> => fc.integer({ min, max });

const anySettings: fc.Arbitrary<Settings> = fc.record({
  task: fc.constantFrom(...taskNames),
  noise: from(ranges.noise),
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

it('a link gives back all that it was made of', () => {
  fc.assert(
    fc.property(anySettings, fc.option(whole(ranges.steps), { nil: undefined }), (settings, steps) => {
      const link = parseLink(formatLink(settings, steps));
      expect(link).toEqual({ settings, messages: [], ...(steps !== undefined && { steps }) });
    }),
  );
});

it('so does one whose signs were escaped on its way', () => {
  fc.assert(
    fc.property(anySettings, (settings) => {
      const escaped = formatLink(settings).replaceAll(',', '%2C');
      expect(parseLink(escaped).settings).toEqual(settings);
    }),
  );
});

it('it can be read', () => {
  expect(formatLink({ ...tasks.spiral.defaults, seed: 7 }, 1234)).toBe(
    '#task=spiral&noise=0.1&hidden=16,16&activation=relu&loss=crossEntropy&optimizer=adam&learningRate=0.005' +
      '&miniBatchSize=10&l1=0&l2=0&dropout=0&initializer=heNormal&seed=7&steps=1234',
  );
  expect(formatLink({ ...tasks.xor.defaults, hidden: [] })).toContain('&hidden=&');
});

it('what is missing is as the task begins with', () => {
  expect(parseLink('')).toEqual({ settings: tasks.spiral.defaults, messages: [] });
  expect(parseLink('#task=digits&seed=5')).toEqual({
    settings: { ...tasks.digits.defaults, seed: 5 },
    messages: [],
  });
});

it.each([
  ['task', 'toString'],
  ['noise', '0.51'],
  ['noise', ''],
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
])('%s=%s is told, and left out', (name, value) => {
  const { settings, steps, messages } = parseLink(`#${name}=${value}`);
  expect(settings).toEqual(tasks.spiral.defaults);
  expect(steps).toBeUndefined();
  expect(messages).toEqual([expect.stringContaining(`${name}=${value}`)]);
});

it('names that nobody knows are told', () => {
  expect(parseLink('#learning_rate=1').messages).toEqual([expect.stringContaining('learning_rate')]);
});

it('whatever a link holds, settings come of it', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', ...Object.keys(tasks.xor.defaults)), (text, name) => {
      const { settings } = parseLink(name ? `#${name}=${text}` : text);
      expect(parseLink(formatLink(settings))).toEqual({ settings, messages: [] });
    }),
  );
});

it('each task begins with settings that a link can hold', () => {
  for (const name of taskNames) {
    const { defaults } = tasks[name];
    expect(parseLink(formatLink(defaults))).toEqual({ settings: defaults, messages: [] });
  }
});
