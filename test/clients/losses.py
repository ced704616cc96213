"""Costs and their gradients in the outputs: of PyTorch, and of scikit-learn for the quantile loss."""

import json
import sys

import torch
from sklearn.metrics import mean_pinball_loss

given = json.load(sys.stdin)
outputs = torch.tensor(given["outputs"], dtype=torch.float64, requires_grad=True)
targets = torch.tensor(given["targets"], dtype=torch.float64)


def quantile(q):
    q = torch.tensor(q, dtype=torch.float64)
    error = targets - outputs
    return torch.maximum(q * error, (q - 1) * error).mean()


losses = {
    "logCosh": lambda: torch.log(torch.cosh(outputs - targets)).mean(),
    "poisson": lambda: torch.nn.PoissonNLLLoss(log_input=True)(outputs, targets),
    "quantile": lambda: quantile(given["q"]),
}


def focal(z, y):
    """Of softmax: the mean over the samples, in z."""
    a = torch.softmax(z, 1)
    return -(y * (1 - a) ** given.get("gamma", 0) * torch.log_softmax(z, 1)).sum() / len(z)


def binary_focal(z, y):
    """As torchvision.ops.sigmoid_focal_loss for targets of 0 and 1, a sum over the outputs."""
    a = torch.sigmoid(z)
    on = given.get("alpha", 0) * y * (1 - a) ** given.get("gamma", 0) * torch.nn.functional.logsigmoid(z)
    off = (1 - given.get("alpha", 0)) * (1 - y) * a ** given.get("gamma", 0) * torch.nn.functional.logsigmoid(-z)
    return -(on + off).sum() / len(z)


shares = targets / 6
losses["focal"] = lambda: focal(outputs, shares)
losses["binaryFocal"] = lambda: binary_focal(outputs, shares)

found = {}
for name, cost in losses.items():
    outputs.grad = None
    loss = cost()
    loss.backward()
    found[name] = {"loss": loss.item(), "gradient": outputs.grad.flatten().tolist()}
columns = zip(targets.numpy().T, outputs.detach().numpy().T, given["q"])
pinball = [mean_pinball_loss(y, a, alpha=q) for y, a, q in columns]
found["quantile"]["pinball"] = sum(pinball) / len(pinball)
print(json.dumps(found))
