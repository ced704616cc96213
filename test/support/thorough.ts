/** Whether the long matrix runs (test/matrix/vitest.config.ts): it takes the larger of two amounts of work. */
const isThorough = process.env['BP4_TEST_THOROUGH'] === '1';

/** How much a test does: the first in `npm test`, the second in `npm run test:long`. */
export const amount = <T>(inEachRun: T, inLongMatrix: T): T => (isThorough ? inLongMatrix : inEachRun);
