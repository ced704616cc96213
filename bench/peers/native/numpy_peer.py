"""
NumPy in float32: every product into a buffer of its own, everything else in place.

The rate is multiplied into the first δ, where there are fewest numbers; all gradients then come out scaled.
"""

import ctypes
from types import SimpleNamespace

import numpy as np
from serve import scaled, serve, targets_of


def sigmoid(a):
    np.negative(a, a)
    np.exp(a, a)
    np.add(a, 1, a)
    np.reciprocal(a, a)


def relu(a):
    np.maximum(a, 0, a)


def softmax(a):
    a -= np.maximum.reduce(a, axis=1, keepdims=True)
    np.exp(a, a)
    a /= np.add.reduce(a, axis=1, keepdims=True)


ACTIVATE = {"sigmoid": sigmoid, "relu": relu, "softmax": softmax}


def through_activation(layer):
    """δ ⊙= σ′(z), from a = σ(z)."""
    if layer.activation == "sigmoid":
        np.subtract(1, layer.a, layer.slope)
        np.multiply(layer.slope, layer.a, layer.slope)
    elif layer.activation == "relu":
        np.greater(layer.a, 0, layer.slope)
    else:
        return
    np.multiply(layer.delta, layer.slope, layer.delta)


class Peer:
    def __init__(self, case):
        self.case = case
        self.note = openblas_kernels()
        self.images = scaled(case, case.images)
        self.targets = targets_of(case)
        self.x = np.empty((case.batch, case.inputs), np.float32)
        self.y = np.empty((case.batch, self.targets.shape[1]), np.float32)
        self.ones = np.ones(case.batch, np.float32)
        self.layers = []
        for layer in case.layers:
            before = self.layers[-1].a if self.layers else self.x
            self.layers.append(buffers_of(layer, before, case.batch))

    def learn(self, order, epochs):
        # Overflow of exp in a sigmoid is harmless: the reciprocal turns it into 0.
        with np.errstate(over="ignore"):
            for _ in range(epochs):
                for first in range(0, len(order), self.case.batch):
                    self.step(order[first : first + self.case.batch])

    def step(self, samples):
        # mode='clip', because the default one writes into a copy of `out`.
        self.images.take(samples, 0, self.x, "clip")
        self.targets.take(samples, 0, self.y, "clip")
        for layer in self.layers:
            np.dot(layer.before, layer.weights_transposed, layer.a)
            np.add(layer.a, layer.biases, layer.a)
            layer.activate(layer.a)
        np.subtract(layer.a, self.y, layer.delta)
        np.multiply(layer.delta, self.case.rate / self.case.batch, layer.delta)
        for l in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[l]
            through_activation(layer)
            if l > 0:
                np.dot(layer.delta, layer.weights, self.layers[l - 1].delta)
            np.dot(layer.delta_transposed, layer.before, layer.gradients)
            np.subtract(layer.weights, layer.gradients, layer.weights)
            np.dot(self.ones, layer.delta, layer.bias_gradients)
            np.subtract(layer.biases, layer.bias_gradients, layer.biases)

    def predict(self, questions):
        a = scaled(self.case, questions)
        for layer in self.layers:
            a = a @ layer.weights_transposed + layer.biases
            layer.activate(a)
        return a


def buffers_of(layer, before, rows):
    """A layer, its buffers for a step, and their transposed views."""

    def matrix(dtype=np.float32):
        return np.empty((rows, layer.units), dtype)

    delta = matrix()
    return SimpleNamespace(
        before=before,
        activation=layer.activation,
        activate=ACTIVATE[layer.activation],
        weights=layer.weights,
        weights_transposed=layer.weights.T,
        biases=layer.biases,
        a=matrix(),
        delta=delta,
        delta_transposed=delta.T,
        slope=matrix(bool if layer.activation == "relu" else np.float32),
        gradients=np.empty_like(layer.weights),
        bias_gradients=np.empty_like(layer.biases),
    )


def openblas_kernels():
    """The kernels that Debian's OpenBLAS has chosen for this processor."""
    try:
        name = ctypes.CDLL("libblas.so.3").openblas_get_corename
    except (OSError, AttributeError):
        return ""
    name.restype = ctypes.c_char_p
    return f"OpenBLAS for {name().decode()}"


serve(Peer)
