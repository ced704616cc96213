import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkSpace } from '../../dist/search/domains.js';
import { ParzenEstimator } from '../../dist/search/samplers/parzen.js';
import { sobolBits, SOBOL_DIMENSIONS } from '../../dist/search/samplers/sobol.js';
import { split } from '../../dist/search/samplers/tpe.js';
import { allNames, parzenCase, space } from '../support/parzen-cases.js';
import { pythonText } from './python.mjs';

// Optuna itself computes the densities of TPE, and which trials are good.

const folder = mkdtempSync(join(tmpdir(), 'bp4-optuna-'));
afterAll(() => rmSync(folder, { recursive: true }));

function python(program, given) {
  writeFileSync(join(folder, 'given.json'), JSON.stringify(given));
  const text = `import json, sys, numpy as np\ngiven = json.load(open('given.json'))\n${program}`;
  return JSON.parse(pythonText(text, [], ['python3-optuna'], folder));
}

const densities = `
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import _truncnorm, parzen_estimator
from optuna.samplers._tpe.sampler import default_weights

def distribution(kind, **domain):
    domain.pop('when', None)
    if kind == 'choice':
        return CategoricalDistribution(domain['values'])
    return (FloatDistribution if kind == 'float' else IntDistribution)(**domain)

space = {name: distribution(**domain) for name, domain in given['space'].items()}
log_int_lows = [np.log(d.low - 0.5) for d in space.values() if isinstance(d, IntDistribution) and d.log]
original, mass = _truncnorm.logpdf, _truncnorm._log_gauss_mass

# Two faults of Optuna 3.1.0 that later versions mend: a density that does not integrate to 1 (optuna#5109), and whole numbers
# on a log scale that have the density of a point, not the mass of the interval that rounds to it (optuna#6258).
def logpdf(x, a, b, loc, scale):
    low = float((a * scale + loc)[0])
    if any(abs(low - one) < 1e-9 for one in log_int_lows):
        values, high = np.round(np.exp(x)), float((b * scale + loc)[0])
        cut = lambda edge: (np.clip(np.log(edge), low, high) - loc) / scale
        return mass(cut(values - 0.5), cut(values + 0.5)) - mass(a, b)
    return original(x, a, b, loc, scale) - np.log(scale)
_truncnorm.logpdf = logpdf

parameters = parzen_estimator._ParzenEstimatorParameters(True, 1.0, True, False, default_weights, True)
answers = []
for case in given['cases']:
    dists = {name: space[name] for name in case['names']}
    column = lambda points, name: np.array([dists[name].to_internal_repr(p[name]) for p in points], dtype=float)
    of = lambda points: {name: column(points, name) for name in dists}
    estimator = parzen_estimator._ParzenEstimator(of(case['observations']), dists, parameters)
    points = of(case['points'])
    for name in dists:
        if isinstance(dists[name], CategoricalDistribution):
            points[name] = points[name].astype(int)
    answers.append(estimator.log_pdf(points).tolist())
print(json.dumps(answers))`;

describe('TPE', () => {
  it("bp4's densities agree with Optuna's to 1e-9, over each hyperparameter and all of them", () => {
    const counts = [0, 1, 2, 9, 25, 26, 27, 60, 300];
    const cases = counts.flatMap((count) =>
      [...allNames.map((name) => [name]), allNames].map((names) => parzenCase(names, count)),
    );
    const expected = python(densities, { space, cases });
    for (const [i, { names, observations, points }] of cases.entries()) {
      const dimensions = checkSpace(Object.fromEntries(names.map((name) => [name, space[name]])));
      const coordinates = (values) => dimensions.map((one) => one.toCoordinate(values[one.name], one.name));
      const columns = dimensions.map((_, d) => observations.map((values) => coordinates(values)[d]));
      const estimator = new ParzenEstimator(dimensions, columns);
      for (const [k, values] of points.entries()) {
        const error = Math.abs(estimator.logDensity(coordinates(values)) - expected[i][k]);
        expect(error, `${names} ${observations.length} ${JSON.stringify(values)}`).toBeLessThan(1e-9);
      }
    }
  });

  it('bp4 and Optuna agree on which trials are good', () => {
    // Scores with ties; some trials pruned after 1 to 3 epochs, the last ones pending.
    const histories = [10, 11, 40, 260, 400].map((count) =>
      Array.from({ length: count }, (_, n) => ({
        values: {},
        score: (n * 7919) % 23,
        ...(n % 3 === 1 && { steps: 1 + (n % 4 === 3 ? 2 : n % 2) }),
        ...(n >= count - 3 && { score: Infinity, isPending: true }),
      })),
    );
    const expected = python(
      `
from optuna.samplers._tpe.sampler import _split_observation_pairs, default_gamma
inf = float('inf')
answers = []
for history in given:
    scores = [(inf, [inf]) if 'isPending' in t else (-t.get('steps', inf), [t['score']]) for t in history]
    good = default_gamma(sum(step < inf for step, _ in scores))
    answers.append(_split_observation_pairs(scores, good, None)[0].tolist())
print(json.dumps(answers))`,
      histories,
    );
    for (const [i, history] of histories.entries()) {
      const [good] = split(history);
      expect(good.map((trial) => history.indexOf(trial))).toEqual(expected[i]);
    }
  });
});

describe('Sobol points', () => {
  it("bp4's points are SciPy's, in another order", () => {
    const expected = python(
      `
from scipy.stats import qmc
print(json.dumps((qmc.Sobol(given, scramble=False, bits=32).random(256) * 2.0 ** 32).tolist()))`,
      SOBOL_DIMENSIONS,
    );
    // SciPy walks the points by Gray code.
    for (const [n, row] of expected.entries())
      expect(Array.from(row, (_, dimension) => sobolBits(n ^ (n >> 1), dimension))).toEqual(row);
  });
});
