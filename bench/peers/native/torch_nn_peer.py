"""PyTorch on one thread, as in its tutorials: nn.Sequential, autograd and optim.SGD."""

import torch
from serve import scaled, serve, targets_of
from torch import nn

torch.set_num_threads(1)

ACTIVATIONS = {"sigmoid": [nn.Sigmoid], "relu": [nn.ReLU], "softmax": []}  # CrossEntropyLoss has the softmax in it


def quadratic(outputs, targets):
    """½ Σ_j (a_j − y_j)², the mean over the samples."""
    return ((outputs - targets) ** 2).sum() * (0.5 / len(outputs))


def model_of(layers):
    modules = []
    for layer in layers:
        linear = nn.Linear(layer.fan_in, layer.units)
        linear.weight.data = torch.from_numpy(layer.weights)
        linear.bias.data = torch.from_numpy(layer.biases)
        modules += [linear, *(activation() for activation in ACTIVATIONS[layer.activation])]
    return nn.Sequential(*modules)


class Peer:
    note = "autograd and optim.SGD"

    def __init__(self, case):
        self.case = case
        self.images = torch.from_numpy(scaled(case, case.images))
        self.is_softmax = case.loss == "crossEntropy"
        self.answers = torch.from_numpy(case.labels).long() if self.is_softmax else torch.from_numpy(targets_of(case))
        self.loss = nn.CrossEntropyLoss() if self.is_softmax else quadratic
        self.model = model_of(case.layers)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=case.rate)

    def learn(self, order, epochs):
        order = torch.from_numpy(order)
        for _ in range(epochs):
            for samples in order.split(self.case.batch):
                self.optimizer.zero_grad(set_to_none=True)
                self.loss(self.model(self.images[samples]), self.answers[samples]).backward()
                self.optimizer.step()

    @torch.inference_mode()
    def predict(self, questions):
        outputs = self.model(torch.from_numpy(scaled(self.case, questions)))
        return (torch.softmax(outputs, 1) if self.is_softmax else outputs).numpy()


serve(Peer)
