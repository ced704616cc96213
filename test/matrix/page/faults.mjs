import { openPlayground } from './playground.mjs';

// Networks with a planted fault, and the cause that the playground must name.

const zeros = ['width,height,label', ...Array.from({ length: 60 }, (_, n) => `0,0,${'ab'[n % 2]}`)].join(
  '\n',
);

/** Weights and biases of a 2-8-2 network whose hidden units are negative for every input. */
const dead = [
  ...Array.from({ length: 16 }, (_, i) => ((i * 7) % 5) / 5 - 0.4),
  ...Array(8).fill(-3),
  ...Array.from({ length: 18 }, (_, i) => ((i * 3) % 7) / 7 - 0.4),
];

const faults = [
  {
    code: 'saturatedOutputs',
    hash: '#task=first&parameters=-1.9,-2.5,-0.3,-0.7,2.3,-0.3,-1.7,-0.2,-0.6,1,1,1,5',
    marks: 'saturated',
  },
  { code: 'vanishing', hash: '#task=circle&hidden=8,8,8,8,8,8&activation=sigmoid' },
  { code: 'deadUnits', hash: `#task=circle&hidden=8&activation=relu&parameters=${dead}`, marks: 'dead' },
  { code: 'constantInputs', hash: '#task=csv', csv: zeros },
  { code: 'rateTooLarge', hash: '#task=circle&learningRate=10&steps=20' },
  { code: 'equalUnits', hash: `#task=circle&parameters=${Array(22).fill(0)}` },
];

/** @returns for each fault, the milliseconds until its cause is shown, and what the cure gains */
export default async function showCauses() {
  const page = await openPlayground('#task=first');
  const shown = [];
  for (const { code, hash, csv, marks } of faults) {
    if (csv === undefined) await page.load(hash);
    else await loadTable(page, hash, csv);
    const begin = performance.now();
    page.click('slow');
    await page.until(code, () => page.find('finding')?.dataset.code === code);
    const milliseconds = performance.now() - begin;
    if (marks !== undefined)
      await page.until('marks', () => page.window.document.querySelector(`[data-mark="${marks}"]`));
    shown.push({ code, milliseconds, gain: await applyCure(page) });
  }
  return { shown };
}

/** Opens a table as the user does. */
async function loadTable(page, hash, text) {
  await page.reload(hash);
  await page.until('a box for text', () => page.window.document.querySelector('.csv-panel textarea'));
  const box = page.window.document.querySelector('.csv-panel textarea');
  box.value = text;
  box.dispatchEvent(new page.window.Event('input', { bubbles: true }));
  box.closest('details').querySelector('button').click();
  const predict = await page.until('the table', () => page.window.document.querySelector('.csv-panel-go'));
  predict.click();
  await page.until('the engine', () => /wasm|reference/.test(page.find('engine')?.textContent));
}

/** Runs the network with and without the cure, then applies it. @returns by how much the cure lowers the error */
async function applyCure(page) {
  if (page.find('compare') === undefined) return undefined;
  page.click('compare');
  const chart = await page.until(
    'the end of both runs',
    () => page.find('comparison')?.dataset.done === 'true' && page.find('comparison'),
  );
  const [asIs, cured] = Array.from(chart.querySelectorAll('b'), ({ textContent }) => Number(textContent));
  const before = page.window.location.hash;
  page.click('apply');
  await page.until('another run', () => page.window.location.hash !== before);
  return asIs / cured;
}
