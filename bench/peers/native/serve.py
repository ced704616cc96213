"""The peer's side of the protocol in child.ts: one line per command, one line per answer."""

import os
import sys
import time
from types import SimpleNamespace

import numpy as np


def read_case(directory):
    """A case of cases.ts, its images still bytes: u8[n][inputs]."""

    def numbers(name, dtype):
        return np.fromfile(os.path.join(directory, name), dtype)

    with open(os.path.join(directory, "case.txt"), encoding="ascii") as lines:
        settings = dict(line.split() for line in lines)
    inputs = int(settings["inputs"])
    case = SimpleNamespace(
        inputs=inputs,
        input_scale=np.float32(settings["inputScale"]),
        loss=settings["loss"],
        batch=int(settings["miniBatchSize"]),
        rate=float(settings["learningRate"]),
        shuffle=settings["shuffle"] == "true",
        images=numbers("inputs.u8", np.uint8).reshape(-1, inputs),
        labels=numbers("labels.u8", np.uint8),
        questions=numbers("questions.u8", np.uint8).reshape(-1, inputs),
        order=numbers("order.u32", np.uint32).astype(np.int64),
    )
    case.layers = layers_of(case.inputs, settings["layers"], numbers("parameters.f32", np.float32))
    return case


def layers_of(inputs, description, parameters):
    """`30:sigmoid,10:sigmoid`, and the parameters: by layer, weights [units][fan_in], then biases [units]."""
    layers, fan_in = [], inputs
    for words in description.split(","):
        units, activation = words.split(":")
        units = int(units)
        weights, biases, parameters = np.split(parameters, [units * fan_in, units * fan_in + units])
        layers.append(
            SimpleNamespace(
                units=units,
                fan_in=fan_in,
                activation=activation,
                weights=weights.reshape(units, fan_in).copy(),
                biases=biases.copy(),
            )
        )
        fan_in = units
    return layers


def scaled(case, images):
    """Scales bytes to inputs: f32, in the same shape."""
    return images * case.input_scale


def targets_of(case):
    """The targets of the samples: one-hot, or with a single output the label itself. f32[n][outputs]"""
    units = case.layers[-1].units
    if units == 1:
        return case.labels.astype(np.float32).reshape(-1, 1)
    return np.eye(units, dtype=np.float32)[case.labels]


class Orders:
    """The first epoch has the order that all peers share; later epochs draw their own."""

    def __init__(self, case):
        self.case = case
        self.given = case.order
        self.random = np.random.default_rng(1)

    def next(self, samples):
        if self.given is not None and len(self.given) == samples:
            order, self.given = self.given, None
            return order
        return self.random.permutation(samples) if self.case.shuffle else np.arange(samples)


def serve(prepare):
    """
    prepare: takes a case and returns a peer, which has `note`, `predict(questions)` → f32[n][outputs], and
    `learn(order, epochs)`, or `train(samples, epochs)` if it draws the order itself.
    """
    case = peer = orders = None
    for line in sys.stdin:
        command, *words = line.split()
        answer = ""
        if command == "prepare":
            case = read_case(words[0])
            orders = Orders(case)
            peer = prepare(case)
            answer = peer.note
        elif command == "train":
            start = time.perf_counter()
            train(case, peer, orders, *map(int, words))
            answer = time.perf_counter() - start
        elif command == "predict":
            peer.predict(case.questions).astype(np.float32).tofile(words[0])
        print("ok", answer, flush=True)


def train(case, peer, orders, samples, epochs):
    if hasattr(peer, "train"):
        peer.train(samples, epochs)
    elif not case.shuffle:
        peer.learn(orders.next(samples), epochs)
    else:
        for _ in range(epochs):
            peer.learn(orders.next(samples), 1)
