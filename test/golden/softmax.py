"""
Backpropagation through a relu layer and a softmax layer with the cross-entropy, the long way round: each Jacobian is
written out, and nothing is canceled.

Run: python3 test/golden/softmax.py
Its figures stand in softmax.ts.
"""

from math import exp, log

x = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]
y = [[0.0, 1.0, 0.0], [0.5, 0.25, 0.75]]
w1 = [[0.5, -0.25, 1.0], [-1.0, 0.5, 0.25], [0.75, 1.25, -0.5], [0.25, -0.75, -0.125]]
b1 = [0.125, 0.25, -0.5, 1.0]
w2 = [[0.5, -0.75, 1.0, 0.25], [-0.5, 0.25, 0.75, -1.0], [1.0, 0.5, -0.25, 0.125]]
b2 = [0.5, -0.25, 0.0]
hidden, outputs = range(4), range(3)


def forward(x):
    z1 = [sum(w * v for w, v in zip(w1[j], x)) + b1[j] for j in hidden]
    a1 = [max(z, 0.0) for z in z1]
    z2 = [sum(w * v for w, v in zip(w2[i], a1)) + b2[i] for i in outputs]
    total = sum(exp(z) for z in z2)
    return z1, a1, z2, [exp(z) / total for z in z2]


def gradients(x, y):
    """dC/dz2 by the Jacobian of softmax, dC/dz1 by those of z2 and relu, and the cost."""
    z1, a1, z2, a2 = forward(x)
    cost_by_a2 = [-y[i] / a2[i] for i in outputs]
    a2_by_z2 = [[a2[i] * ((i == k) - a2[k]) for k in outputs] for i in outputs]
    delta2 = [sum(cost_by_a2[i] * a2_by_z2[i][k] for i in outputs) for k in outputs]
    z2_by_z1 = [[w2[i][j] * (1 if z1[j] > 0 else 0) for j in hidden] for i in outputs]
    delta1 = [sum(delta2[i] * z2_by_z1[i][j] for i in outputs) for j in hidden]
    return a1, delta1, delta2, -sum(y[i] * log(a2[i]) for i in outputs)


def mean(rows):
    return [sum(column) / len(rows) for column in zip(*rows)]


found = [gradients(x_n, y_n) for x_n, y_n in zip(x, y)]
for name, place in ("z1", 0), ("a1", 1), ("z2", 2), ("a2", 3):
    print(name, [forward(x_n)[place] for x_n in x])
print("loss", mean([[cost] for _, _, _, cost in found]))
print("delta1", [delta1 for _, delta1, _, _ in found])
print("delta2", [delta2 for _, _, delta2, _ in found])
print("weights1", [mean([[d1[j] * v for v in x_n] for x_n, (_, d1, _, _) in zip(x, found)]) for j in hidden])
print("biases1", mean([delta1 for _, delta1, _, _ in found]))
print("weights2", [mean([[d2[i] * v for v in a1] for a1, _, d2, _ in found]) for i in outputs])
print("biases2", mean([delta2 for _, _, delta2, _ in found]))
