"""Writes the tables of scikit-learn as NAME.csv with the answers in 'target'. Usage: python3 bench/tables/sklearn_tables.py FOLDER"""

import csv, sys
from pathlib import Path

from sklearn import datasets

for name in ["iris", "wine", "breast_cancer", "digits", "diabetes"]:
    data = getattr(datasets, f"load_{name}")()
    targets = data.target_names[data.target] if hasattr(data, "target_names") else data.target
    with open(Path(sys.argv[1]) / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*data.feature_names, "target"])
        writer.writerows([*row, target] for row, target in zip(data.data, targets))
