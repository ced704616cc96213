"""
Metrics by scikit-learn 1.2, on made-up predictions whose numbers single precision holds exactly.

Run: python3 test/golden/metrics.py > test/golden/metrics.ts && npx prettier --write test/golden/metrics.ts
"""

import json

import numpy as np
from sklearn import metrics as sk

EPSILON = 2.0**-23  # what newer versions of scikit-learn take for numbers of single precision

# Four classes: the second is never predicted, and the last neither occurs nor is predicted. In 64ths; each row adds up to 1,
# and no two of its numbers are the same.
many = np.array([
    [40, 11, 8, 5], [30, 20, 9, 5], [12, 18, 30, 4], [33, 21, 7, 3], [9, 14, 35, 6], [10, 7, 42, 5],
    [26, 12, 24, 2], [22, 21, 1, 20], [50, 8, 4, 2], [10, 17, 32, 5], [28, 3, 27, 6],
]) / 64
many_labels = [0, 1, 1, 0, 2, 2, 2, 1, 0, 0, 1]
classes = range(4)

# Yes or no, in 64ths: one exactly at a half, and certain answers, two of which are wrong.
yes = np.array([0, 64, 32, 60, 5, 40, 20, 64, 0, 31]) / 64
yes_labels = [0, 1, 1, 1, 0, 0, 1, 0, 1, 1]

# Three numbers: the targets of the third are all the same.
targets = np.array([[3, 0.5, 2], [-0.5, 1.25, 2], [2, -3, 2], [7, 4.5, 2], [1.75, 0, 2]])
answers = np.array([[2.5, 0.75, 2], [0, 1.5, 2], [2, -1, 2.5], [8, 3, 2], [1.5, 0.25, 2]])


def scores(labels, predicted, classes):
    table = sk.precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    names = "precision", "recall", "f1", "support"
    return [dict(zip(names, map(float, row))) for row in zip(*table)]


def macro(labels, predicted):
    table = sk.precision_recall_fscore_support(labels, predicted, average="macro", zero_division=0)
    return dict(zip(("precision", "recall", "f1"), map(float, table)))


def classification(outputs, labels, predicted, classes):
    classes = list(classes)
    return {
        "outputs": outputs.flatten().tolist(),
        "labels": labels,
        "accuracy": sk.accuracy_score(labels, predicted),
        "confusion": sk.confusion_matrix(labels, predicted, labels=classes).tolist(),
        "scores": scores(labels, predicted, classes),
        "macro": macro(labels, predicted),
        "logLoss": sk.log_loss(labels, outputs, labels=classes, eps=EPSILON),
    }


def regression(outputs, targets):
    return {
        "outputs": outputs.tolist(),
        "targets": targets.tolist(),
        "rSquared": sk.r2_score(targets, outputs),
        "meanAbsoluteError": sk.mean_absolute_error(targets, outputs),
        "rootMeanSquaredError": sk.mean_squared_error(targets, outputs, squared=False),
    }


def show(name, value):
    print(f"export const {name} = {json.dumps(value)};")


print("// Written by metrics.py.\n")
show("many", classification(many, many_labels, many.argmax(axis=1), classes))
show("topK", [sk.top_k_accuracy_score(many_labels, many, k=k, labels=list(classes)) for k in (1, 2, 3)])
show("yesOrNo", classification(yes, yes_labels, (yes >= 0.5).astype(int), range(2)))
show("numbers", regression(answers, targets))
show("oneNumber", regression(answers[:, :1], targets[:, :1]))
show("sameTargets", regression(answers[:, 2:], targets[:, 2:]))
show("sameTargetsAllRight", regression(targets[:, 2:], targets[:, 2:]))
