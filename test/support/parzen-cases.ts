import { choice, float, int } from '../../src/search/domains.js';

/** One domain of each kind, and of each scale. */
export const space = {
  rate: float(1e-4, 1, { log: true }),
  dropout: float(0, 0.5),
  momentum: float(0.5, 0.95, { step: 0.05 }),
  units: int(4, 64, { step: 4 }),
  width: int(1, 200, { log: true }),
  optimizer: choice('sgd', 'adam', 'adamw'),
};

type Name = keyof typeof space;
export type Point = Partial<Record<Name, number | string>>;

/** Values that spread over the space, from a whole number. */
const point = (n: number): Record<Name, number | string> => ({
  rate: Number(`${1 + ((n * 37) % 89) / 10}e-${1 + ((n * 5) % 4)}`),
  dropout: ((n * 29) % 101) / 202,
  momentum: (10 + ((n * 3) % 10)) / 20,
  units: 4 + 4 * ((n * 7) % 16),
  width: 1 + ((n * 71) % 200),
  optimizer: space.optimizer.values[(n * 11) % 3]!,
});

const only = (names: readonly Name[], values: Record<Name, number | string>): Point =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

export interface ParzenCase {
  readonly names: readonly Name[];
  readonly observations: readonly Point[];
  readonly points: readonly Point[];
}

/** Densities over some hyperparameters, from `count` observations, at four points. */
export const parzenCase = (names: readonly Name[], count: number): ParzenCase => ({
  names,
  observations: Array.from({ length: count }, (_, n) => only(names, point(n + 3))),
  points: [0, 1, 6, 8].map((n) => only(names, point(n + 1000))),
});

export const allNames = Object.keys(space) as Name[];
