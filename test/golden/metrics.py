"""
Metrics by scikit-learn 1.2, on made-up predictions whose numbers single precision holds exactly.

Run: python3 test/golden/metrics.py > test/golden/metrics.ts && npx prettier --write test/golden/metrics.ts
"""

import json

import numpy as np
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

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

# Three independent labels, in 64ths, with a tie in the first and one answer exactly at a half.
several = np.array([
    [40, 10, 3], [40, 50, 20], [5, 32, 60], [12, 7, 61], [63, 30, 9], [20, 45, 33], [33, 60, 64], [8, 2, 40],
]) / 64
several_targets = np.array([
    [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 1], [0, 0, 1],
])

# Scores with many ties, and a rare class.
ranked = np.array([5, 5, 5, 1, 2, 2, 8, 8, 3, 9, 4, 4, 4, 7]) / 16
ranked_labels = [0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]


def scores(labels, predicted, classes):
    table = sk.precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    names = "precision", "recall", "f1", "support"
    return [dict(zip(names, map(float, row))) for row in zip(*table)]


def average(labels, predicted, kind):
    table = sk.precision_recall_fscore_support(labels, predicted, average=kind, zero_division=0)
    return dict(zip(("precision", "recall", "f1"), map(float, table)))


def classification(outputs, labels, predicted, classes):
    classes = list(classes)
    return {
        "outputs": outputs.flatten().tolist(),
        "labels": labels,
        "accuracy": sk.accuracy_score(labels, predicted),
        "confusion": sk.confusion_matrix(labels, predicted, labels=classes).tolist(),
        "scores": scores(labels, predicted, classes),
        "macro": average(labels, predicted, "macro"),
        "logLoss": sk.log_loss(labels, outputs, labels=classes, eps=EPSILON),
        "balancedAccuracy": sk.balanced_accuracy_score(labels, predicted),
        "matthewsCorrelation": sk.matthews_corrcoef(labels, predicted),
        **probabilities(outputs, np.array(labels), predicted),
    }


def one_hot(labels, width):
    return np.array(labels)[:, None] == np.arange(width)


def probabilities(outputs, labels, predicted):
    """Brier score, and the bins of the reliability: scikit-learn has them for two classes only."""
    if outputs.ndim == 1:
        bins = calibration_curve(labels, outputs, n_bins=10)
        p, right = outputs, labels
        brier = sk.brier_score_loss(labels, outputs)
    else:
        p, right = outputs.max(axis=1), (predicted == labels).astype(int)
        bins = calibration_curve(right, p, n_bins=10)
        brier = float(((outputs - one_hot(labels, outputs.shape[1])) ** 2).sum(axis=1).mean())
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], p), minlength=10)
    frequency, probability = bins
    gaps = np.abs(frequency - probability) * counts[counts > 0]
    return {
        "brierScore": brier,
        "reliability": {
            "frequency": frequency.tolist(),
            "probability": probability.tolist(),
            "count": counts[counts > 0].tolist(),
        },
        "calibrationError": float(gaps.sum() / len(p)),
    }


def ranking(outputs, labels):
    """One against all others."""
    wrong, right, thresholds = sk.roc_curve(labels, outputs, drop_intermediate=False)
    precision, recall, levels = sk.precision_recall_curve(labels, outputs)
    return {
        "outputs": outputs.tolist(),
        "labels": [int(label) for label in labels],
        "rocAUC": sk.roc_auc_score(labels, outputs),
        "averagePrecision": sk.average_precision_score(labels, outputs),
        "roc": {
            "falsePositiveRates": wrong.tolist(),
            "truePositiveRates": right.tolist(),
            "thresholds": thresholds[1:].tolist(),  # the first stands for Infinity
        },
        "precisionRecall": {
            "precision": precision.tolist(),
            "recall": recall.tolist(),
            "thresholds": levels.tolist(),
        },
    }


def multi_class(outputs, labels):
    def area(average):
        return sk.roc_auc_score(labels, outputs, multi_class="ovr", average=average)

    binary = one_hot(labels, outputs.shape[1]).astype(int)
    return {
        "outputs": outputs.flatten().tolist(),
        "labels": labels,
        "rocAUC": area("macro"),
        "weightedROCAUC": area("weighted"),
        "averagePrecision": sk.average_precision_score(binary, outputs),
    }


def multi_label(outputs, targets):
    predicted = (outputs >= 0.5).astype(int)
    table = sk.precision_recall_fscore_support(targets, predicted, zero_division=0)
    names = "precision", "recall", "f1", "support"
    return {
        "outputs": outputs.flatten().tolist(),
        "targets": targets.tolist(),
        "scores": [dict(zip(names, map(float, row))) for row in zip(*table)],
        "micro": average(targets, predicted, "micro"),
        "macro": average(targets, predicted, "macro"),
        "subsetAccuracy": sk.accuracy_score(targets, predicted),
        "rocAUC": sk.roc_auc_score(targets, outputs),
        "weightedROCAUC": sk.roc_auc_score(targets, outputs, average="weighted"),
        "averagePrecision": sk.average_precision_score(targets, outputs),
    }


def regression(outputs, targets):
    return {
        "outputs": outputs.tolist(),
        "targets": targets.tolist(),
        "rSquared": sk.r2_score(targets, outputs),
        "meanAbsoluteError": sk.mean_absolute_error(targets, outputs),
        "rootMeanSquaredError": sk.mean_squared_error(targets, outputs, squared=False),
        "explainedVariance": sk.explained_variance_score(targets, outputs),
        "pinballLoss": {str(q): sk.mean_pinball_loss(targets, outputs, alpha=q) for q in (0.125, 0.5, 0.9)},
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
show("ranked", ranking(ranked, ranked_labels))
show("rankedYesOrNo", ranking(yes, yes_labels))
show("threeClasses", multi_class(many[:, :3] / many[:, :3].sum(axis=1, keepdims=True), many_labels))
show("multiLabel", multi_label(several, several_targets))
