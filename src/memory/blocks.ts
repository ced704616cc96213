// The sizes of the blocks into which matrix products are cut to fit the caches. Kernels and layout share them. They don't
// change the order of any sum.

/** Steps of the depth per block: this many rows of eight columns fill half of a first-level cache. */
export const BLOCK_DEPTH = 512;

/** Floats of A per block: a quarter of a second-level cache. */
export const BLOCK_FLOATS = 65536;
