"""
Losses and gradients by PyTorch's autograd, in double precision, of a network of two layers with each activation and each
loss. Hinge and the smoothing of binary targets are those of Keras, written out; PyTorch has neither, and no
focal loss.

Run: /usr/bin/python3 test/golden/activations.py (Debian's python3-torch, 1.13.1)
Its figures stand in activations.ts.
"""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

x = torch.tensor([[0.5, -1.0], [1.5, 0.25], [-2.0, 0.75]])
y = torch.tensor([[0.25, 0.75], [1.0, 0.0], [0.5, 0.125]])
labels = torch.tensor([1, 0, 1])
parameters = [
    torch.tensor([[0.5, -0.25], [-1.0, 0.5], [0.75, 1.25]]),
    torch.tensor([0.125, 0.25, -0.5]),
    torch.tensor([[0.5, -0.75, 1.0], [-0.5, 0.25, 0.75]]),
    torch.tensor([0.5, -0.25]),
]

activations = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leakyRelu": lambda z: F.leaky_relu(z, 0.125),
    "elu": lambda z: F.elu(z, 0.75),
    "softplus": F.softplus,
    "swish": F.silu,
    "gelu": lambda z: F.gelu(z, approximate="tanh"),
    "geluExact": F.gelu,
    "selu": F.selu,
    "mish": F.mish,
    "softsign": F.softsign,
    "linear": lambda z: z,
}

one_hot = F.one_hot(labels, 2).double()
signs = 2 * one_hot - 1


def binary(z, targets):
    smooth = 0.75 * targets + 0.25 / 2
    return F.binary_cross_entropy_with_logits(z, smooth, reduction="sum") / len(z)


def focal(z, targets):
    a = torch.softmax(z, 1)
    return -(targets * (1 - a) ** 1.5 * torch.log(a)).sum() / len(z)


def binary_focal(z, targets):
    a = torch.sigmoid(z)
    on = 0.75 * targets * (1 - a) ** 1.5 * torch.log(a)
    return -(on + 0.25 * (1 - targets) * a**1.5 * torch.log(1 - a)).sum() / len(z)


# What the loss makes of the last layer's pre-activations.
losses = {
    "quadratic": lambda z: 0.5 * F.mse_loss(z, y, reduction="sum") / len(z),
    "meanAbsoluteError": lambda z: F.l1_loss(z, y),
    "huber": lambda z: F.huber_loss(z, y, delta=0.5),
    "hinge": lambda z: torch.clamp(1 - signs * torch.tanh(z), min=0).mean(),
    "crossEntropy, labels": lambda z: F.cross_entropy(z, labels, label_smoothing=0.25),
    "crossEntropy, targets": lambda z: F.cross_entropy(z, y, label_smoothing=0.25),
    "binaryCrossEntropy, labels": lambda z: binary(z, one_hot),
    "binaryCrossEntropy, targets": lambda z: binary(z, y),
    "focal, labels": lambda z: focal(z, one_hot),
    "focal, targets": lambda z: focal(z, y),
    "binaryFocal, labels": lambda z: binary_focal(z, one_hot),
    "binaryFocal, targets": lambda z: binary_focal(z, y),
}


def show(name, activation, loss):
    w1, b1, w2, b2 = leaves = [p.clone().requires_grad_() for p in parameters]
    cost = loss(activation(x @ w1.T + b1) @ w2.T + b2)
    cost.backward()
    numbers = [cost.item()] + [g for leaf in leaves for g in leaf.grad.flatten().tolist()]
    print(f"  '{name}': [{', '.join(f'{number:.9g}' for number in numbers)}],")


print("export const figuresOfActivations = {")
for name, activation in activations.items():
    show(name, activation, lambda z: F.mse_loss(activation(z), y))
print("};\nexport const figuresOfLosses = {")
for name, loss in losses.items():
    show(name, torch.tanh, loss)
print("};")
