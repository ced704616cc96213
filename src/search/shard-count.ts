// Apart from the training in shards, which a command line that only checks their number needn't load.

export const DEFAULT_SHARDS = 8;

/** The most shards of a training run. */
export const MOST_SHARDS = 4096;
