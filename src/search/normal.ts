import { exp, log1p, polynomial } from '../base/exp.js';
import { log } from '../base/log.js';

// Functions of the normal distribution in double precision, from + − × ÷ √ alone: proposals have the same bits on every engine.

/** ln √(2π). */
const LOG_ROOT_2_PI = 0.91893853320467274178;

// Source of the five polynomials: Cephes, ndtr.c (S. Moshier 1984–2000). Relative error below 6e-14.
const ERF_TOP = [
  9.60497373987051638749, 9.00260197203842689217e1, 2.23200534594684319226e3, 7.00332514112805075473e3,
  5.55923013010394962768e4,
];
const ERF_BOTTOM = [
  1, 3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3, 2.26290000613890934246e4,
  4.92673942608635921086e4,
];
const NEAR_TOP = [
  2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687, 4.86371970985681366614e1,
  1.96520832956077098242e2, 5.26445194995477358631e2, 9.3452852717195760754e2, 1.02755188689515710272e3,
  5.57535335369399327526e2,
];
const NEAR_BOTTOM = [
  1, 1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2, 9.75708501743205489753e2,
  1.82390916687909736289e3, 2.24633760818710981792e3, 1.65666309194161350182e3, 5.57535340817727675546e2,
];
const FAR_TOP = [
  5.64189583547755073984e-1, 1.27536670759978104416, 5.01905042251180477414, 6.16021097993053585195,
  7.4097426995044893916, 2.9788666537210024067,
];
const FAR_BOTTOM = [
  1, 2.2605286322011727659, 9.39603524938001434673, 1.20489539808096656605e1, 1.70814450747565897222e1,
  9.60896809063285878198, 3.3690764510008151605,
];

/** e^x²·erfc(x) for x ≥ 1. */
const scaledErfc = (x: number): number =>
  x < 8
    ? polynomial(NEAR_TOP, x) / polynomial(NEAR_BOTTOM, x)
    : polynomial(FAR_TOP, x) / polynomial(FAR_BOTTOM, x);

/** Φ(z) for −√2 < z ≤ 0: ½ + ½ erf(z/√2). */
function centralTail(z: number): number {
  const square = (z * z) / 2;
  return 0.5 + (0.5 * Math.SQRT1_2 * z * polynomial(ERF_TOP, square)) / polynomial(ERF_BOTTOM, square);
}

/** Φ(z), the probability below z, for z ≤ 0. */
const tail = (z: number): number =>
  z > -Math.SQRT2 ? centralTail(z) : 0.5 * exp((-z * z) / 2) * scaledErfc(-z * Math.SQRT1_2);

/** ln Φ(z) for z ≤ 0. Exact in the farthest tail, where Φ(z) is below the smallest double. */
const logTail = (z: number): number =>
  z > -Math.SQRT2 ? log(centralTail(z)) : (-z * z) / 2 + log(0.5 * scaledErfc(-z * Math.SQRT1_2));

/** ln φ(z), the density of N(0, 1). */
export const logDensity = (z: number): number => (-z * z) / 2 - LOG_ROOT_2_PI;

/** ln (Φ(b) − Φ(a)), the probability of the interval from a to b under N(0, 1); a < b. */
export function logMass(a: number, b: number): number {
  // Between ends this close the difference would cancel, and the density is as good as constant.
  if (b - a < 1e-6) return logDensity((a + b) / 2) + log(b - a);
  if (a > 0) return logMass(-b, -a);
  if (b > 0) return log1p(-tail(a) - tail(-b));
  const upper = logTail(b);
  return upper + log1p(-exp(logTail(a) - upper));
}
