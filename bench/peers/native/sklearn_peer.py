"""
scikit-learn's MLPClassifier with plain SGD: `fit` continues from its current weights.

It has one activation for all hidden layers, and for the outputs softmax or, with two classes, the logistic function,
both with the cross-entropy.
"""

import warnings

import numpy as np
from serve import scaled, serve
from sklearn.neural_network import MLPClassifier

# It trains for a given number of epochs, and need not converge.
warnings.simplefilter("ignore")
NEVER = 10**9


class Peer:
    def __init__(self, case):
        self.case = case
        self.images = scaled(case, case.images)
        self.note = "in its own order" + ("" if case.loss == "crossEntropy" else ", outputs with the cross-entropy")
        hidden = case.layers[0].activation
        self.net = MLPClassifier(
            hidden_layer_sizes=[layer.units for layer in case.layers[:-1]],
            activation="logistic" if hidden == "sigmoid" else hidden,
            solver="sgd",
            alpha=0,
            batch_size=case.batch,
            learning_rate="constant",
            learning_rate_init=case.rate if case.loss == "crossEntropy" else 0.5,
            momentum=0,
            shuffle=case.shuffle,
            random_state=1,
            warm_start=True,
            n_iter_no_change=NEVER,
        )
        self.begin_with(case.layers)

    def begin_with(self, layers):
        """An epoch with one sample of each class creates the weights; then ours replace them."""
        _, some = np.unique(self.case.labels, return_index=True)
        self.net.max_iter = 1
        self.net.fit(self.images[some], self.case.labels[some])
        for l, layer in enumerate(layers):
            self.net.coefs_[l][:] = layer.weights.T
            self.net.intercepts_[l][:] = layer.biases

    def train(self, samples, epochs):
        self.net.max_iter = epochs
        self.net.fit(self.images[:samples], self.case.labels[:samples])

    def predict(self, questions):
        answers = self.net.predict_proba(scaled(self.case, questions))
        return answers[:, 1:] if answers.shape[1] == 2 else answers


serve(Peer)
