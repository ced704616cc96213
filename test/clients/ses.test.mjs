import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

// SES freezes and tames all intrinsics: Math.random and Date.now too, in programs that isolate plugins.

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(here, 'ses-')); // so that ses is found
mkdirSync(join(folder, 'node_modules'));
symlinkSync(join(here, '..', '..'), join(folder, 'node_modules', 'bp4'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every entry is imported after the lockdown, and does what it's for. */
const program = `
const { Network } = await import('bp4');
const { Dataset } = await import('bp4/data');
const { accuracy } = await import('bp4/metrics');
const { Ensemble } = await import('bp4/ensemble');
const { crossValidate } = await import('bp4/search');
const { fromONNX, toONNX } = await import('bp4/onnx');
const { fromTFJS, toTFJS } = await import('bp4/tfjs');
const { fromSafetensors, toSafetensors } = await import('bp4/safetensors');
const { fromNPZ, toNPZ } = await import('bp4/numpy');
const { toModule } = await import('bp4/code');
const { NeuralNetwork } = await import('bp4/brain');
for (const entry of ['node', 'queue', 'worker', 'reference']) await import('bp4/' + entry);

const rows = Array.from({ length: 40 }, (_, i) => \`\${i % 7},\${(i * 3) % 5},\${i % 7 > (i * 3) % 5 ? 'more' : 'less'}\`);
const data = Dataset.fromCSV('a,b,kind\\n' + rows.join('\\n'), { label: 'kind' });
const spec = { inputs: 2, seed: 1, transforms: data.fitTransforms(), layers: [{ units: 5, activation: 'tanh' }, { units: 2, activation: 'softmax' }] };
const print = (what, value) => console.log(what, JSON.stringify(value));

for (const engine of ['wasm', 'reference']) {
  const net = await Network.create({ ...spec, engine });
  await net.train(data, { epochs: 20, optimizer: 'adam', learningRate: 0.05, validationSplit: 0.2 });
  const outputs = net.predict(data);
  print(net.engine, [...outputs]);
  print('accuracy', accuracy(outputs, { labels: data.labels, outputs: 2 }));
  print('saved', [...(await Network.load(net.save())).predict(data)]);
  print('ONNX', [...(await fromONNX(toONNX(net))).predict(data)]);
  const { model, weights } = toTFJS(net);
  print('TensorFlow.js', [...(await fromTFJS(model, weights)).predict(data)]);
  print('safetensors', [...(await fromSafetensors(toSafetensors(net))).predict(data)]);
  print('NumPy', [...(await fromNPZ(toNPZ(net))).predict(data)]);
  print('module', toModule(net).length);
  print('ensemble', [...(await Ensemble.fromNetworks([{ network: net }, { network: net }])).predict(data)]);
  print('diagnosis', (await net.diagnose(data)).layers.length);
}
const brain = new NeuralNetwork({ hiddenLayers: [3] });
brain.train([{ input: { a: 0 }, output: { no: 1 } }, { input: { a: 1 }, output: { yes: 1 } }], { iterations: 3000 });
print('brain', brain.run({ a: 1 }).yes > 0.8);
print('search', typeof crossValidate);
`;

function run(name, code) {
  writeFileSync(join(folder, name), code);
  return execFileSync(process.execPath, [join(folder, name)], { encoding: 'utf8', stdio: 'pipe' });
}

it('all entries compute the same after a lockdown of SES', () => {
  const printed = run('locked.mjs', `import 'ses';\nlockdown();\n${program}`);
  expect(printed.trim().split('\n')).toHaveLength(22);
  expect(printed).toMatch(/^wasm \[/);
  expect(printed).toContain('brain true');
  expect(printed).toBe(run('open.mjs', program));
});
