import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Network } from 'bp4';
import { fromSafetensors, toSafetensors } from 'bp4/safetensors';
import { pythonText } from './python.mjs';
import { networks, rowsFor } from '../support/portable-networks.ts';

// Files against PyTorch itself: what bp4 writes is read there by the bytes into the nn.Sequential of its metadata, and what
// is written there, in that form, is read here.

/** Single precision on both sides, in another order of rounding. */
const TOLERANCE = 1e-5;

/** Header and tensors of a safetensors file, by the letter of the format; its package is not among those of Debian. */
const format = `
import json, struct, sys
import numpy, torch
from torch import nn
torch.manual_seed(1)
types = {'F32': torch.float32, 'F64': torch.float64, 'F16': torch.float16, 'BF16': torch.bfloat16}

def read(path):
    data = bytearray(open(path, 'rb').read())
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop('__metadata__', {})
    body = data[8 + length:]
    assert length % 8 == 0 and sum(e['data_offsets'][1] - e['data_offsets'][0] for e in header.values()) == len(body)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        tensors[name] = torch.frombuffer(body[begin:end], dtype=types[entry['dtype']]).reshape(entry['shape'])
    return metadata, tensors

def write(path, tensors):
    header, body = {}, b''
    for name, tensor in tensors.items():
        data = tensor.detach().contiguous()
        # numpy has no bfloat16
        data = (data.view(torch.int16) if tensor.dtype == torch.bfloat16 else data).numpy().tobytes()
        dtype = [k for k, v in types.items() if v == tensor.dtype][0]
        header[name] = {'dtype': dtype, 'shape': list(tensor.shape), 'data_offsets': [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    open(path, 'wb').write(struct.pack('<Q', len(text)) + text + body)
`;

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp4-safetensors-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program in Python; it reads and writes in the folder. */
function python(program, ...args) {
  const packages = ['python3-numpy', 'python3-torch'];
  return JSON.parse(pythonText(format + program, [folder, ...args], packages));
}

function distance(given, expected) {
  expect(given.length).toBe(expected.length);
  return Math.max(
    ...Array.from(given, (value, i) => Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]))),
  );
}

/** The same network without its transforms, and rows as those have made them. */
async function bare(spec) {
  const net = await Network.create(spec);
  const json = { ...net.toJSON(), transforms: undefined };
  const rows = Array.from({ length: 6 }, (_, n) =>
    Array.from({ length: net.inputs }, (_, k) => Math.fround(2 * Math.sin(5 * n + 3 * k + 1))),
  );
  return { net, rows, answers: (await Network.fromJSON(json)).predict(rows) };
}

it('networks answer in PyTorch as in bp4, and come back with the same bits', async () => {
  const tried = await Promise.all(
    Object.entries(networks).map(async ([name, spec]) => [name, await bare(spec)]),
  );
  for (const [name, { net }] of tried) writeFileSync(join(folder, `${name}.safetensors`), toSafetensors(net));
  writeFileSync(
    join(folder, 'rows.json'),
    JSON.stringify(Object.fromEntries(tried.map(([name, { rows }]) => [name, rows]))),
  );
  const answers = python(`
folder = sys.argv[1]
answers = {}
for name, rows in json.load(open(folder + '/rows.json')).items():
    metadata, tensors = read(f'{folder}/{name}.safetensors')
    model = eval(metadata['pytorch'])
    model.load_state_dict(tensors, strict=True)
    model.eval()
    answers[name] = [metadata['pytorch'], model(torch.tensor(rows)).detach().flatten().tolist()]
    write(f'{folder}/{name}.safetensors', model.state_dict())
print(json.dumps(answers))
`);
  expect(Object.keys(answers)).toEqual(Object.keys(networks));
  for (const [name, { net, answers: ours }] of tried) {
    expect(distance(answers[name][1], ours), name).toBeLessThanOrEqual(TOLERANCE);
    const back = await fromSafetensors(toSafetensors(net));
    expect(back.toJSON()).toEqual(net.toJSON());
    // PyTorch has kept the bits, and the names, but not the metadata.
    const theirs = await fromSafetensors(readFileSync(join(folder, `${name}.safetensors`)), {
      activations: net.toJSON().layers.map(({ activation, alpha, dropout }) => ({
        activation,
        ...(alpha !== undefined && { alpha }),
        ...(dropout !== undefined && { dropout }),
      })),
    });
    expect(theirs.layers).toEqual(net.layers);
  }
  expect(answers.elu[0]).toBe(
    'nn.Sequential(nn.Linear(4, 5), nn.ELU(1), nn.Linear(5, 4), nn.ELU(2.5), nn.Linear(4, 3))',
  );
});

describe.each(['float32', 'float64', 'float16', 'bfloat16'])('a model of PyTorch in %s', (dtype) => {
  it('a model of PyTorch answers in bp4 as in PyTorch', async () => {
    const rows = rowsFor(networks.sigmoid);
    const answers = python(
      `
class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc10 = nn.Linear(4, 6), nn.Linear(6, 5, bias=False), nn.Linear(5, 3)
    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = nn.functional.leaky_relu(self.fc2(x), 0.2)
        return torch.softmax(self.fc10(x), dim=1)

model = Perceptron().to(getattr(torch, sys.argv[2]))
tensors = {'model.' + name: tensor for name, tensor in reversed(model.state_dict().items())}
write(sys.argv[1] + '/model.safetensors', tensors)
print(json.dumps(model.double()(torch.tensor(json.loads(sys.argv[3]), dtype=torch.float64)).flatten().tolist()))
`,
      dtype,
      JSON.stringify(rows),
    );
    const net = await fromSafetensors(readFileSync(join(folder, 'model.safetensors')), {
      activations: ['tanh', { activation: 'leakyRelu', alpha: 0.2 }, 'softmax'],
    });
    expect(net.loss).toBe('crossEntropy');
    expect(distance(net.predict(rows), answers)).toBeLessThanOrEqual(TOLERANCE);
  });
});
