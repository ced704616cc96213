"""
Gradients with respect to the inputs, and integrated gradients, by PyTorch's autograd in double precision.

Run: /usr/bin/python3 test/golden/input-gradients.py > test/golden/input-gradients.ts, then prettier --write on it
The numbers that it begins with are floats, so that single precision begins with the same.
"""

import json

import torch

torch.set_default_dtype(torch.float64)

weights = [
    [[0.5, -0.25, 1.0], [1.0, 0.75, -0.5], [-0.5, 1.5, 0.25], [0.25, 0.5, -1.25]],
    [[0.25, -1.0, 0.5, 1.0], [-0.75, 0.5, 1.25, 0.5], [1.0, 0.25, -0.5, -1.0]],
]
biases = [[0.125, -0.5, 0.25, 0.0], [-0.25, 0.5, 0.0]]
inputs = [[0.5, 1.0, -0.25], [1.0, 0.5, 0.75], [-0.5, 0.25, -1.5], [0.0, 0.0, 0.0]]
labels = [0, 2, 1, 2]
baseline = [0.25, -0.5, 0.5]
STEPS = 40

hidden = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus}
last = {"softmax": lambda z: torch.softmax(z, dim=1), "sigmoid": torch.sigmoid, "linear": lambda z: z}


def forward(x, activation, output):
    w, b = [[torch.tensor(part) for part in parts] for parts in (weights, biases)]
    return last[output](hidden[activation](x @ w[0].T + b[0]) @ w[1].T + b[1])


def cost(a, output):
    y = torch.nn.functional.one_hot(torch.tensor(labels), 3).to(a.dtype)
    if output == "softmax":
        return -(y * a.log()).sum()
    if output == "sigmoid":
        return -(y * a.log() + (1 - y) * (1 - a).log()).sum()
    return ((a - y) ** 2).sum() / 2


def gradient(of):
    x = torch.tensor(inputs, requires_grad=True)
    of(x).backward()
    return x.grad.tolist()


def integrated(activation, output, j):
    rows = []
    origin = torch.tensor(baseline)
    for row in torch.tensor(inputs):
        shares = ((torch.arange(STEPS) + 0.5) / STEPS)[:, None]
        points = (origin + shares * (row - origin)).requires_grad_()
        forward(points, activation, output)[:, j].sum().backward()
        rows.append(((row - origin) * points.grad.mean(dim=0)).tolist())
    return rows


def case(activation, output, loss):
    return {
        "activation": activation,
        "output": output,
        "loss": loss,
        "ofCost": gradient(lambda x: cost(forward(x, activation, output), output)),
        "ofOutputs": [gradient(lambda x: forward(x, activation, output)[:, j].sum()) for j in range(3)],
        "integrated": integrated(activation, output, 1),
    }


cases = [
    case("tanh", "softmax", "crossEntropy"),
    case("sigmoid", "sigmoid", "binaryCrossEntropy"),
    case("softplus", "linear", "quadratic"),
]
print("// Written by input-gradients.py.\n")
for name in "weights", "biases", "inputs", "labels", "baseline", "cases":
    print(f"export const {name} = {json.dumps(globals()[name])};")
print(f"export const steps = {STEPS};")
