"""
PyTorch on one thread, forward and backward written out.

`nn.Sequential` with autograd and `optim.SGD` is slower in every case; the updates here are fused into the products.
"""

import torch
from serve import scaled, serve, targets_of

torch.set_num_threads(1)

ACTIVATE = {"sigmoid": torch.sigmoid_, "relu": torch.relu_, "softmax": lambda z: torch.softmax(z, 1)}


def through_activation(activation, delta, a):
    """δ ⊙ σ′(z), from a = σ(z)."""
    if activation == "sigmoid":
        return torch.ops.aten.sigmoid_backward(delta, a)
    if activation == "relu":
        return torch.ops.aten.threshold_backward(delta, a, 0)
    return delta


class Peer:
    note = "forward and backward written out"

    def __init__(self, case):
        self.case = case
        self.images = torch.from_numpy(scaled(case, case.images))
        self.targets = torch.from_numpy(targets_of(case))
        self.layers = [
            (layer.activation, torch.from_numpy(layer.weights), torch.from_numpy(layer.biases))
            for layer in case.layers
        ]

    @torch.inference_mode()
    def learn(self, order, epochs):
        order = torch.from_numpy(order)
        for _ in range(epochs):
            for samples in order.split(self.case.batch):
                self.step(self.images.index_select(0, samples), self.targets.index_select(0, samples))

    def forward(self, x):
        """The activations, those of the inputs first."""
        activations = [x]
        for activation, weights, biases in self.layers:
            activations.append(ACTIVATE[activation](torch.addmm(biases, activations[-1], weights.t())))
        return activations

    def step(self, x, y):
        activations = self.forward(x)
        delta = activations[-1] - y
        rate = self.case.rate / len(x)
        for l in range(len(self.layers) - 1, -1, -1):
            activation, weights, biases = self.layers[l]
            delta = through_activation(activation, delta, activations[l + 1])
            before = delta @ weights if l > 0 else None
            weights.addmm_(delta.t(), activations[l], alpha=-rate)
            biases.sub_(delta.sum(0), alpha=rate)
            delta = before

    @torch.inference_mode()
    def predict(self, questions):
        return self.forward(torch.from_numpy(scaled(self.case, questions)))[-1].numpy()


serve(Peer)
