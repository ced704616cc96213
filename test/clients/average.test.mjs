import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Network, Random } from '../../dist/index.js';
import { pythonText } from './python.mjs';

// The mean of the weights that `swa` keeps, beside that of PyTorch.

const program = `
import json, sys, torch
from torch.optim.swa_utils import AveragedModel
epochs, start = json.loads(sys.argv[1]), int(sys.argv[2])
model = torch.nn.Linear(len(epochs[0]), 1, bias=False)
averaged = AveragedModel(model)
for epoch, weights in enumerate(epochs, 1):
    model.weight.data = torch.tensor([weights])
    if epoch >= start:
        averaged.update_parameters(model)
print(json.dumps(averaged.module.weight.data[0].tolist()))
`;

it("swa keeps the weights of PyTorch's AveragedModel", async () => {
  const random = Random.fromSeed(1);
  const inputs = Array.from({ length: 50 }, () => [random.normal(), random.normal()]);
  const targets = inputs.map(([x, y]) => [x * y]);
  const create = () =>
    Network.create({
      inputs: 2,
      layers: [
        { units: 8, activation: 'tanh' },
        { units: 1, activation: 'linear' },
      ],
      seed: 1,
    });
  const options = { epochs: 12, optimizer: 'momentum', l2: 1e-3, miniBatchSize: 8 };
  const plain = await create();
  const weights = [];
  await plain.train(
    { inputs, targets },
    { ...options, onEpoch: () => void weights.push([...plain.parameters]) },
  );
  const net = await create();
  await net.train({ inputs, targets }, { ...options, swa: 5 });
  const found = JSON.parse(pythonText(program, [JSON.stringify(weights), '5'], ['python3-torch'], tmpdir()));
  // Each of the eight updates rounds in another order, of weights up to about 1.
  for (const [i, w] of found.entries()) expect(Math.abs(net.parameters[i] - w)).toBeLessThan(1e-6);
});
