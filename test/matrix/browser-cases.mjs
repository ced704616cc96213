import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleBackground } from './background.mjs';

// The pages that in-browsers.mjs opens in each browser.

const resolvePath = (path) => fileURLToPath(new URL(path, import.meta.url));
export const folders = {
  '/': resolvePath('.'),
  '/dist/': resolvePath('../../dist'),
};
const bundles = await bundleBackground();

/** The built playground, with a script that reports errors on its page. */
function watchedPlayground() {
  const built = readFileSync(resolvePath('../../build/playground/index.html'), 'utf8');
  const file = scratch('index.html', built.replace('<head>', '<head><script src="/page/watch.js"></script>'));
  return {
    ...folders,
    '/some/folder/': resolvePath('../../build/playground'),
    '/some/folder/index.html': file,
  };
}

/** Writes a text to a file in build/. @returns its path */
function scratch(name, text) {
  const folder = resolvePath('../../build/browsers');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const policy = (scripts = '', more = '') => ({
  'Content-Security-Policy': `default-src 'self'; script-src 'self' ${scripts}; ${more}`,
});

/** Each case: the measurement (page/), the headers of the page, and a check of the result. */
export const cases = [
  {
    name: 'a plain page',
    measure: 'hash',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 1, reason: /not cross-origin isolated/ },
  },
  {
    name: 'isolated, two threads',
    headers: isolated,
    measure: 'hash',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: "script-src 'self'",
    headers: policy(),
    measure: 'hash',
    options: {},
    expected: {
      engine: 'reference',
      threads: 1,
      reason: /reference engine/,
    },
    violations: /^violation: script-src wasm-eval$/,
  },
  {
    name: "'wasm-unsafe-eval'",
    headers: policy("'wasm-unsafe-eval'"),
    measure: 'hash',
    options: {},
    expected: { engine: 'wasm', threads: 1, reason: /threads is 1/ },
  },
  {
    name: "'wasm-unsafe-eval', isolated, worker-src blob:",
    headers: { ...isolated, ...policy("'wasm-unsafe-eval'", "worker-src 'self' blob:") },
    measure: 'hash',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: 'the same without blob:',
    headers: { ...isolated, ...policy("'wasm-unsafe-eval'", "worker-src 'self'") },
    measure: 'hash',
    options: { threads: 2 },
    expected: {
      engine: 'wasm',
      threads: 1,
      reason: /no worker could be started/,
    },
    violations: /^violation: worker-src blob/,
  },
  {
    name: 'a module Worker',
    measure: 'hash-in-module-worker',
    options: {},
    expected: { engine: 'wasm', threads: 1, reason: /threads is 1/ },
  },
  {
    name: 'a module Worker, isolated, two threads',
    headers: isolated,
    measure: 'hash-in-module-worker',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: "engine: 'reference'",
    measure: 'hash',
    options: { engine: 'reference' },
    expected: { engine: 'reference', threads: 1, reason: /reference engine/ },
  },
  {
    name: 'trainInWorker',
    measure: 'hash-by-train-in-worker',
    options: {},
    expected: { engine: 'wasm', threads: 1 },
  },
  {
    name: 'trainInWorker, isolated, two threads',
    headers: isolated,
    measure: 'hash-by-train-in-worker',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: "trainInWorker, script-src 'self'",
    headers: policy(),
    measure: 'hash-by-train-in-worker',
    options: {},
    expected: { engine: 'reference', threads: 1 },
    violations: /^violation: script-src wasm-eval$/,
  },
  ...backgroundCases(),
  {
    name: 'promises',
    measure: 'contract',
    check: ({ broken }) => broken,
  },
  {
    name: 'the playground',
    files: watchedPlayground(),
    headers: policy("'wasm-unsafe-eval'", "img-src 'self' data:"),
    measure: 'playground',
    check: checkPlayground,
    figures: ({ seconds }) => `the spiral errs in at most 5% after ${seconds.toFixed(1)} s`,
  },
  {
    name: 'the playground explains planted faults',
    files: watchedPlayground(),
    measure: 'faults',
    check: checkFaults,
    figures: ({ shown }) =>
      shown.map(({ code, milliseconds }) => `${code} ${milliseconds.toFixed()} ms`).join(', '),
  },
  {
    name: 'the playground in a hidden tab',
    files: watchedPlayground(),
    measure: 'hidden-tab',
    check: ({ wrong }) => wrong,
  },
  ...['en', 'zh'].map((language) => ({
    name: `the lessons of the playground, ${language}`,
    files: watchedPlayground(),
    measure: 'lessons',
    timeLimit: 600_000,
    options: { language },
    check: checkLessons,
  })),
  ...[
    ...['#task=first', '#task=circle', '#task=spiral', '#task=digits', '#task=first&lang=zh'],
    ...['#lesson=backward', '#lesson=vanishing&lang=zh'],
  ].map((hash) => ({
    name: `the playground at every width, ${hash}`,
    files: watchedPlayground(),
    measure: 'widths',
    timeLimit: 600_000, // hundreds of layouts of the page
    options: { hash },
    // a few of many, because most faults appear at several widths
    check: ({ covered }) => covered.slice(0, 10),
  })),
  smoothCase('[784, 128, 10] trains in a worker', { inWorker: true }),
  smoothCase('the same, with the data handed over', { inWorker: true, isHandedOver: true }),
  smoothCase('[784, 128, 10] trains in time slices', { inWorker: false }),
];

/**
 * Training without a page: with WebAssembly, or with bp4/reference if the policy forbids WebAssembly; from the modules in
 * dist/ and from bundles.
 */
function backgroundCases() {
  const engines = { wasm: "'wasm-unsafe-eval'", reference: '' };
  return Object.entries(engines).flatMap(([engine, scripts]) => {
    const shared = { training: 'save and load', expected: { engine } };
    const allowed = scripts || "bp4/reference, script-src 'self'";
    const inServiceWorker = { ...shared, measure: 'in-service-worker', headers: policy(scripts) };
    return [
      {
        ...inServiceWorker,
        name: `a service worker, ${allowed}`,
        options: { script: `/background/${engine}.mjs`, type: 'module' },
        browsers: ['chromium', 'webkit'], // Firefox ESR doesn't support modules here
      },
      {
        ...inServiceWorker,
        name: `a service worker, bundled, ${allowed}`,
        files: { ...folders, '/page/bundles/': bundles },
        options: { script: `/page/bundles/${engine}.js`, type: 'classic' },
      },
      {
        ...shared,
        name: `an extension, ${allowed}`,
        extension: { scripts, background: `background/${engine}.mjs` },
        browsers: ['chromium'],
      },
      {
        ...shared,
        name: `an extension, bundled, ${allowed}`,
        extension: { scripts, background: `bundles/${engine}.mjs` },
        browsers: ['chromium'],
      },
    ];
  });
}

function smoothCase(name, options) {
  return { name, measure: 'smooth', options, check: checkSmoothness, figures: smoothness };
}

/** The goal is 50 ms. This limit leaves room for a busy machine. */
const GROSS = 1000;

const PHASES = ['forward', 'BP1', 'BP2', 'BP3', 'BP4', 'mean', 'update'];

/** The hash of the run that the first browser reloaded from its link. The other browsers must get the same. */
let playgroundHash;

function checkPlayground({ hash, phases, dragged, film, answer, elsewhere, engine }) {
  playgroundHash ??= hash;
  const pairs = [
    ['hash', hash, playgroundHash],
    ['phases', phases.join(), PHASES.join()],
    ['the sample dragged to', dragged, '0.55,0.55'],
    ['film', film, 'image/gif, 37 frames, a picture'],
    ['answer to a vertical line', answer, '1'],
    ['requests elsewhere', elsewhere.join(), ''],
    ['engine', engine, 'wasm'],
  ];
  return pairs
    .filter(([, found, expected]) => found !== expected)
    .map(([what, found, expected]) => `${what}: expected ${expected}, got ${found}`);
}

/** The signs that the options 'positive' and 'negative' promise. */
const signs = { positive: '', negative: '−', 正: '', 负: '−' };

/** Checks that each lesson has its steps, that a question hides its answer until it's revealed, and that the sign is the real one. */
function checkLessons({ names, steps, links }) {
  const wrong = [];
  const expect = (what, isRight) => void (isRight || wrong.push(what));
  expect('eight lessons', names.length === 8);
  for (const { lesson, step, text, options, isBlocked, shown, picked, why, halfway, then } of steps) {
    const at = `${lesson} ${step}`;
    expect(`${at}: a text without numbers: ${text}`, !/[{}]|NaN|undefined/.test(`${text}${why ?? ''}`));
    if (options === undefined) continue;
    expect(`${at}: a question goes on without an answer`, isBlocked);
    expect(`${at}: the right answer is called wrong: ${why}`, /^(Right\.|答对了。)/.test(why));
    if (halfway) expect(`${at}: ${halfway} epochs to halfway`, halfway.join() === '232,17');
    // the picture of these questions shows the number in the unit itself
    if (signs[picked] === undefined || lesson === 'gradient' || lesson === 'digit') continue;
    expect(`${at}: the picture shows ${shown} before the answer`, shown?.startsWith('?'));
    const number = lesson === 'forward' ? then?.split('z ')[1] : then;
    expect(`${at}: ${picked} but ${then}`, number?.startsWith('−') === (signs[picked] === '−'));
  }
  const { text: cost } = steps.find(({ lesson, step }) => lesson === 'forward' && step === 5) ?? {};
  expect(`the cost of the lesson’s own sample: ${cost}`, cost?.includes('= 0.219'));
  expect('questions', steps.filter(({ options }) => options > 1).length >= 14);
  expect(`unit by link: ${links.unit}`, /δ¹₂/.test(links.unit));
  expect(`weight by link: ${links.weight}`, /w²₁₃/.test(links.weight));
  expect('embed=1 hides the header', !links.hasHeader);
  expect('hide=training hides the buttons', !links.hasTraining);
  const kept = 'phase=BP4&sample=3&weight=2,1,3&hide=walk,training';
  expect(`the address keeps ${kept}: ${links.address}`, links.address.includes(kept));
  return wrong;
}

/** A cause must be shown after this time, in milliseconds. */
const SOON = 2000;

/** A cure must divide the error by this, in a run side by side. */
const LEAST_GAIN = 2;

function checkFaults({ shown }) {
  return shown.flatMap(({ code, milliseconds, gain }) => [
    ...(milliseconds > SOON ? [`${code} was shown after ${milliseconds.toFixed()} ms`] : []),
    ...(gain !== undefined && !(gain > LEAST_GAIN) ? [`the cure of ${code} gains only ${gain}`] : []),
  ]);
}

/** Returns the ways in which a page was not smooth. */
function checkSmoothness(found) {
  const times = { 'a gap between frames': found.longestGap, 'obeying the signal': found.obeyed };
  return Object.entries(times)
    .filter(([, time]) => time > GROSS)
    .map(([what, time]) => `${what} took ${time.toFixed()} ms`);
}

function smoothness({ frames, longestGap, longestTask, obeyed }) {
  const isShort = longestTask < 50; // browsers report no shorter ones
  const task =
    longestTask === undefined ? '' : `, longest task ${isShort ? '< 50' : longestTask.toFixed()} ms`;
  const rest = `${task}, signal obeyed in ${obeyed.toFixed()} ms`;
  return `${frames.toFixed()} frames/s, longest gap ${longestGap.toFixed()} ms${rest}`;
}
