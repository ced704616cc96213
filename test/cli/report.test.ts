import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Network, type EpochReport } from '../../src/index.js';
import { Dataset } from '../../src/data/index.js';
import { evaluateNetwork } from '../../src/cli/model/evaluation.js';
import { reportPage, type Report } from '../../src/cli/report/page.js';
import { describeShape } from '../../src/cli/report/network-drawing.js';

// The page of `--report`: complete in itself, and whatever names hold is text.

const EVIL = ['</style><script>alert(1)</script>', '"><img src=x onerror=alert(2)>', "' onload='&amp;\u0000"];

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
  [0.2, 0.9],
  [0.8, 0.1],
];

/** A report with every section, its names as given. */
async function classReport(names: readonly string[]): Promise<Report> {
  const net = await Network.create({
    inputs: 2,
    layers: [
      { units: 4, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ],
    seed: 1,
  });
  const data = Dataset.fromArrays({ inputs, labels: ['a', 'b', 'c', 'a', 'b', 'c'] });
  const history = await net.train(data, { epochs: 3, validation: data, diagnose: true });
  const evaluation = { ...evaluateNetwork(net, data), classes: names };
  const [title, summary, value] = names as [string, string, string];
  return {
    ...{ title, summary, shape: describeShape(net), history, bestEpoch: 2, evaluation, evaluated: title },
    diagnosis: {
      ...(await net.diagnose(data)),
      findings: [{ code: 'leak', place: title, problem: summary, cure: value, numbers: {} }],
    },
    facts: [
      { name: summary, value },
      { name: value, value: title, isCode: true },
    ],
  };
}

/** A regression without a history. */
async function numberReport(name: string): Promise<Report> {
  const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'linear' }], seed: 1 });
  const rows = inputs.map(([a, b], n) => ({ a, b, [name]: n }));
  const evaluation = evaluateNetwork(net, Dataset.fromObjects(rows, { targets: name }));
  return { title: 'numbers', summary: '', shape: describeShape(net), evaluation, facts: [] };
}

/** The names of all elements, and of their attributes. */
function markup(page: string): { elements: Set<string>; attributes: Set<string> } {
  const elements = new Set<string>();
  const attributes = new Set<string>();
  const withoutStyle = page.replace(/<style>.*?<\/style>/s, '<style></style>').replace(/="[^"]*"/g, '=""');
  for (const [, name, rest] of withoutStyle.matchAll(
    /<\/?([a-z][a-z0-9]*)((?:\s+[^<>"]+(?:="[^"]*")?)*)\s*\/?>/gi,
  )) {
    elements.add(name!.toLowerCase());
    for (const [, attribute] of rest!.matchAll(/\s([a-zA-Z-]+)(?==|\s|$)/g)) attributes.add(attribute!);
  }
  // all that begins a tag was read as one
  const begun = withoutStyle.match(/<(?!!doctype)/gi)!.length;
  const read = [...withoutStyle.matchAll(/<\/?[a-z][a-z0-9]*(?:\s+[^<>"]+(?:="[^"]*")?)*\s*\/?>/gi)].length;
  expect(read).toBe(begun);
  return { elements, attributes };
}

describe('names', () => {
  it('names of classes, columns, files and facts make no element or attribute', async () => {
    const [evil, plain] = await Promise.all([classReport(EVIL), classReport(['x', 'y', 'z'])]).then(
      (reports) => reports.map(reportPage),
    );
    expect(markup(evil!)).toEqual(markup(plain!));
    expect(evil).not.toMatch(/<script|<img/i);
    expect(evil).not.toContain('\u0000');
    expect(evil).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(evil).toContain('&quot;&gt;&lt;img src=x onerror=alert(2)&gt;');
    expect(evil).toContain('&amp;amp;');
  });

  it('names of targets make no element or attribute', async () => {
    for (const name of EVIL) {
      const page = reportPage(await numberReport(name));
      expect(markup(page)).toEqual(markup(reportPage(await numberReport('y'))));
    }
  });
});

describe('the page', () => {
  it('the page loads nothing: it has no script, no address, and only the style that its policy names', async () => {
    const page = reportPage(await classReport(['a', 'b', 'c']));
    const { elements, attributes } = markup(page);
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'a', 'form', 'base']) {
      expect(elements).not.toContain(name);
    }
    for (const name of ['style', 'src', 'href', 'onload', 'onclick']) expect(attributes).not.toContain(name);
    const [, style] = /<style>(.*?)<\/style>/s.exec(page)!;
    expect(style).not.toMatch(/url\(|@import/);
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });

  it('the page declares a title, a language and a viewport', async () => {
    const page = reportPage(await numberReport('y'));
    expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/i);
    expect(page).toContain('<title>numbers · bp4</title>');
    expect(page).toContain('name="viewport"');
  });
});

describe('the content', () => {
  it('the page shows curves, matrix, scores, layers, network and facts', async () => {
    const page = reportPage(await classReport(['red', 'green', 'blue']));
    const titles = [...page.matchAll(/<h[23]>([^<]+)<\/h[23]>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      ...['How it learned', 'Loss', 'Accuracy', 'Results on red', 'Confusion matrix', 'Confused most often'],
      ...[
        'By class',
        'Reliability of the probabilities',
        'Problems',
        'How fast each layer learns',
        '|δ| of each layer',
      ],
      ...['Change of the weights in an epoch, ‖ΔW‖ / ‖W‖', 'Share of saturated units', 'The network'],
      'How it was made',
    ]);
    expect(page).toContain('The weights are those of epoch 2, the best.');
    expect(page).toContain('27 parameters in all; loss crossEntropy');
  });

  it('the page shows predictions beside true values, and residuals, for a regression', async () => {
    const page = reportPage(await numberReport('miles'));
    for (const title of ['miles', 'Predicted and true', 'Residuals', 'The largest residuals']) {
      expect(page).toContain(`>${title}</h3>`);
    }
    expect(page).not.toContain('Confusion matrix');
  });

  it.each<[string, readonly Partial<EpochReport>[]]>([
    ['equal', [{ loss: 1 }, { loss: 1 }]],
    ['zero', [{ loss: 0 }, { loss: 0 }]],
    ['very different', [{ loss: 1e6 }, { loss: 1e-6 }]],
    ['not finite', [{ loss: NaN }, { loss: Infinity }]],
    ['many', Array.from({ length: 5000 }, (_, i) => ({ loss: 1 / (i + 1) }))],
  ])('draws no coordinate as NaN when losses are %s', async (_, losses) => {
    const history = losses.map((each, i) => ({ epoch: i + 1, loss: 0, accuracy: 0.5, ...each }));
    const page = reportPage({ ...(await classReport(['a', 'b', 'c'])), history });
    const numbers = [...page.matchAll(/ (?:d|x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g)].map(
      ([, text]) => text!,
    );
    expect(numbers.filter((text) => /NaN|Infinity|undefined/.test(text))).toEqual([]);
    expect(page.length).toBeLessThan(100_000);
  });
});
