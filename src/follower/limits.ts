/** Blocks whose rows are written in one transaction. */
export const maximumBlocks = 256

/** Rows after which a transaction takes no further block: so many take a fraction of a second. */
export const maximumRows = 5_000

/** Milliseconds between hearing of a block and reading it: blocks that come meanwhile are read together. */
export const gathering = 100

/** Milliseconds of work on rows after which everything else that waits gets its turn. */
export const turn = 2

/** While blocks with transactions arrive, the follower rests this many times as long as it has worked. */
export const restFactor = 3

/** The longest rest, in milliseconds. */
export const maximumRest = 2_000

/** Milliseconds before the first attempt after a failure; doubled before each further one. */
export const firstPause = 100

/** The longest pause between two attempts, in milliseconds. */
export const maximumPause = 5_000

/** Milliseconds in which a projection is rebuilt at most once because of a row that somebody found wrong. */
export const distrustInterval = 600_000
