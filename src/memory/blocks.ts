// How the matrix products are cut into blocks that the caches hold. Kernels and layout share these numbers; whatever
// they are, each sum has the same order.

/** Steps of the depth at a time: so many rows of eight columns are half of a first-level cache. */
export const BLOCK_DEPTH = 512;

/** Floats of A at a time: a quarter of a second-level cache. */
export const BLOCK_FLOATS = 65536;
