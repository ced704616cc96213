"""
The initial weights of a layer of 2 units with 3 inputs, for seed 0: xoshiro128** 1.1 (D. Blackman and S. Vigna, 2018)
with its state from splitmix32, Marsaglia's polar method, and the variances of the papers.

Run: python3 test/golden/initial-weights.py
Its figures stand in initial-weights.ts. They are doubles; a network keeps them as floats.
"""

from math import log, sqrt

MASK = 0xFFFFFFFF
FAN_IN, FAN_OUT = 3, 2


def splitmix32(word):
    while True:
        word = (word + 0x9E3779B9) & MASK
        mixed = ((word ^ (word >> 16)) * 0x21F0AAAD) & MASK
        mixed = ((mixed ^ (mixed >> 15)) * 0x735A2D97) & MASK
        yield mixed ^ (mixed >> 15)


def rotate(x, k):
    return ((x << k) | (x >> (32 - k))) & MASK


def xoshiro128(seed):
    words = splitmix32(seed)
    s = [next(words) for _ in range(4)]
    while True:
        yield (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)


def uniform(bits, bound):
    return bound * (2 * (next(bits) / 2**32) - 1)


def normal(bits):
    while True:
        u, v = uniform(bits, 1), uniform(bits, 1)
        s = u * u + v * v
        if 0 < s < 1:
            return u * sqrt(-2 * log(s) / s)


def zero(_):
    return 0.0


initializers = {
    # U(-r, r) has variance r^2/3
    "glorotUniform": (lambda bits: uniform(bits, sqrt(6 / (FAN_IN + FAN_OUT))), zero),
    "glorotNormal": (lambda bits: normal(bits) * sqrt(2 / (FAN_IN + FAN_OUT)), zero),
    "heUniform": (lambda bits: uniform(bits, sqrt(6 / FAN_IN)), zero),
    "heNormal": (lambda bits: normal(bits) * sqrt(2 / FAN_IN), zero),
    "standardNormal": (normal, normal),
    "scaledNormal": (lambda bits: normal(bits) / sqrt(FAN_IN), normal),
}
for name, (weight, bias) in initializers.items():
    bits = xoshiro128(0)
    units = [([weight(bits) for _ in range(FAN_IN)], bias(bits)) for _ in range(FAN_OUT)]
    print(name, "weights", [w for row, _ in units for w in row], "biases", [b for _, b in units])
