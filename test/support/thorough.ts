/** Whether the long matrix runs (test/matrix/vitest.config.ts), which uses the larger amounts. */
const isThorough = process.env['BP4_TEST_THOROUGH'] === '1';

/** The amount of work of a test: the first in `npm test`, the second in `npm run test:long`. */
export const amount = <T>(inEachRun: T, inLongMatrix: T): T => (isThorough ? inLongMatrix : inEachRun);
