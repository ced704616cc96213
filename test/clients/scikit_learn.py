"""scikit-learn's multilayer perceptrons, searched as `bp4 search` searches: on the same rows, by the same folds.

scikit_learn.py write NAME SEED TRAIN.csv TEST.csv         writes a data set; a quarter of the rows goes into the test file
scikit_learn.py search TASK TRIALS SEED TRAIN.csv TEST.csv  prints what the best networks score on the test rows, as JSON
"""

import csv
import json
import sys
import warnings

import numpy as np
from scipy.stats import loguniform
from sklearn import datasets
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings('ignore', category=ConvergenceWarning)

ANSWER = 'answer'


def write(name, seed, *paths):
    data = getattr(datasets, f'load_{name}')()
    answers = data.target_names[data.target] if hasattr(data, 'target_names') else data.target
    is_text = answers.dtype.kind == 'U'
    # Digits are classes whose names are numbers.
    answers = answers if is_text or name == 'diabetes' else np.char.add('digit ', answers.astype(str))
    stratify = None if name == 'diabetes' else answers
    parts = train_test_split(data.data, answers, test_size=0.25, random_state=int(seed), stratify=stratify)
    for path, inputs, outputs in zip(paths, parts[:2], parts[2:]):
        with open(path, 'w', newline='') as file:
            rows = csv.writer(file)
            rows.writerow([*(f'x{i}' for i in range(inputs.shape[1])), ANSWER])
            rows.writerows([*map(float, row), answer] for row, answer in zip(inputs, outputs))


def read(path, task):
    with open(path) as file:
        rows = list(csv.reader(file))[1:]
    inputs = np.array([row[:-1] for row in rows], dtype=float)
    return inputs, np.array([row[-1] for row in rows], dtype=float if task == 'regression' else str)


def list_sizes(inputs):
    """The hidden layers of bp4's default space."""
    sizes = [units for units in (16, 32, 64, 128, 256) if units <= max(64, 2 * inputs)]
    return [(units,) for units in sizes] + [(units, units) for units in sizes[-3:]]


def search(task, trials, seed, *paths):
    (inputs, answers), (test_inputs, test_answers) = (read(path, task) for path in paths)
    space = {
        'hidden_layer_sizes': list_sizes(inputs.shape[1]),
        'activation': ['relu', 'tanh'],
        'learning_rate_init': loguniform(5e-4, 5e-2),
        'alpha': loguniform(1e-6, 10),
        'batch_size': [16, 32, 64],
        'early_stopping': [False, True],
    }
    if task == 'regression':
        scorings = ['neg_root_mean_squared_error']
        model = make_pipeline(StandardScaler(), MLPRegressor(max_iter=300, random_state=int(seed)))
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
        prefix = 'regressor__mlpregressor__'
    else:
        scorings = ['neg_log_loss', 'accuracy']
        model = make_pipeline(StandardScaler(), MLPClassifier(max_iter=300, random_state=int(seed)))
        prefix = 'mlpclassifier__'
    found = RandomizedSearchCV(
        model,
        {prefix + name: values for name, values in space.items()},
        n_iter=int(trials),
        cv=5,
        scoring=scorings,
        refit=scorings[0],
        n_jobs=2,
        random_state=int(seed),
    ).fit(inputs, answers)
    if task == 'regression':
        predicted = found.predict(test_inputs)
        figures = {
            'rSquared': r2_score(test_answers, predicted),
            'rootMeanSquaredError': mean_squared_error(test_answers, predicted, squared=False),
        }
    else:
        # Each figure is that of the network which was searched for it.
        ranks = found.cv_results_['rank_test_accuracy']
        accurate = clone(model).set_params(**found.cv_results_['params'][int(np.argmin(ranks))])
        accurate.fit(inputs, answers)
        figures = {
            'accuracy': accuracy_score(test_answers, accurate.predict(test_inputs)),
            'logLoss': log_loss(test_answers, found.predict_proba(test_inputs), labels=found.classes_),
        }
    print(json.dumps(figures))


{'write': write, 'search': search}[sys.argv[1]](*sys.argv[2:])
