"""Scores scikit-learn on the tables that export.R wrote: its MLP with its defaults, on scaled inputs and targets, and
HistGradientBoosting. Usage: python3 bench/tables/peers.py FOLDER [SPLITS] (Debian: python3-sklearn)

Writes FOLDER/peers.json: { table: { mlp: [score of each split], boosting: [...] } }. A score is the accuracy, or R² of a
regression. Texts are one-hot. A table that the file already has is skipped.
"""

import csv, json, os, sys, warnings
from pathlib import Path

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
splits = int(sys.argv[2]) if len(sys.argv) > 2 else 5


def read(path, answer):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return columns, columns.pop(answer)


def to_numbers(values):
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return None


def encode(train, test):
    parts = []
    for name, values in train.items():
        learned, tested = to_numbers(values), to_numbers(test[name])
        if learned is not None and tested is not None:
            parts.append((learned[:, None], tested[:, None]))
        else:
            encoder = OneHotEncoder(handle_unknown="ignore", max_categories=100, sparse_output=False)
            learned = encoder.fit_transform(np.array(values, dtype=object)[:, None])
            parts.append((learned, encoder.transform(np.array(test[name], dtype=object)[:, None])))
    return np.hstack([a for a, _ in parts]), np.hstack([b for _, b in parts])


def create_models(task, seed):
    if task == "classification":
        mlp = make_pipeline(StandardScaler(), MLPClassifier(random_state=seed))
        return {"mlp": mlp, "boosting": HistGradientBoostingClassifier(random_state=seed)}
    mlp = make_pipeline(StandardScaler(), MLPRegressor(random_state=seed))
    scaled = TransformedTargetRegressor(mlp, transformer=StandardScaler())
    return {"mlp": scaled, "boosting": HistGradientBoostingRegressor(random_state=seed)}


path = folder / "peers.json"
results = json.loads(path.read_text()) if path.exists() else {}
with open(Path(__file__).parent / "tables.tsv", newline="") as file:
    tables = list(csv.DictReader(file, delimiter="\t"))
for table in tables:
    name, task = table["table"], table["task"]
    if len(results.get(name, {}).get("mlp", [])) >= splits:
        continue
    scores = {"mlp": [], "boosting": []}
    for split in range(1, splits + 1):
        train, labels = read(folder / f"{name}.{split}.train.csv", table["answer"])
        test, expected = read(folder / f"{name}.{split}.test.csv", table["answer"])
        inputs, tested = encode(train, test)
        if task == "regression":
            labels, expected = to_numbers(labels), to_numbers(expected)
        for kind, model in create_models(task, split).items():
            scores[kind].append(model.fit(inputs, labels).score(tested, expected))
    results[name] = scores
    path.write_text(json.dumps(results, indent=1))
    print(name, {kind: round(float(np.mean(values)), 4) for kind, values in scores.items()}, flush=True)
