"""
Stochastic gradient descent on a network of sigmoid units with the quadratic cost, after chapters 1 and 2 of
M. Nielsen, Neural Networks and Deep Learning (his network.py), without numpy and without shuffling.

Run: python3 test/golden/network.py
Its figures stand in network.ts. The numbers that it begins with are floats, so that single precision begins with the
same.
"""

from math import exp


def sigmoid(z):
    return 1 / (1 + exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


def feedforward(weights, biases, a):
    """All pre-activations z, and all activations from the input on."""
    zs, activations = [], [a]
    for w, b in zip(weights, biases):
        z = [sum(w_jk * a_k for w_jk, a_k in zip(row, a)) + b_j for row, b_j in zip(w, b)]
        a = [sigmoid(z_j) for z_j in z]
        zs.append(z)
        activations.append(a)
    return zs, activations


def backprop(weights, biases, x, y):
    """The gradients of the cost of one sample."""
    zs, activations = feedforward(weights, biases, x)
    delta = [(a - t) * sigmoid_prime(z) for a, t, z in zip(activations[-1], y, zs[-1])]
    nabla_w, nabla_b = [], []
    for layer in reversed(range(len(weights))):
        nabla_b.insert(0, delta)
        nabla_w.insert(0, [[d * a for a in activations[layer]] for d in delta])
        if layer > 0:
            delta = [
                sum(weights[layer][j][k] * delta[j] for j in range(len(delta))) * sigmoid_prime(zs[layer - 1][k])
                for k in range(len(zs[layer - 1]))
            ]
    return nabla_w, nabla_b


def update_mini_batch(weights, biases, mini_batch, eta):
    gradients = [backprop(weights, biases, x, y) for x, y in mini_batch]
    for nabla_w, nabla_b in gradients:
        for layer in range(len(weights)):
            for j in range(len(biases[layer])):
                biases[layer][j] -= eta / len(mini_batch) * nabla_b[layer][j]
                for k in range(len(weights[layer][j])):
                    weights[layer][j][k] -= eta / len(mini_batch) * nabla_w[layer][j][k]


def sgd(weights, biases, samples, epochs, mini_batch_size, eta):
    for _ in range(epochs):
        for start in range(0, len(samples), mini_batch_size):
            update_mini_batch(weights, biases, samples[start : start + mini_batch_size], eta)


weights = [[[0.5, -0.25], [1.0, 0.75], [-0.5, 1.5]], [[0.25, -1.0, 0.5], [-0.75, 0.5, 1.25]]]
biases = [[0.125, -0.5, 0.25], [-0.25, 0.5]]
samples = [
    ([0.0, 1.0], [1.0, 0.0]),
    ([1.0, 0.5], [0.0, 1.0]),
    ([-0.5, 0.25], [0.5, 0.75]),
    ([0.75, -1.0], [0.25, 0.0]),
]
sgd(weights, biases, samples, epochs=3, mini_batch_size=2, eta=3.0)
print("weights", weights)
print("biases", biases)
print("outputs", [feedforward(weights, biases, x)[1][-1] for x, _ in samples])
