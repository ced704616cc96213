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
