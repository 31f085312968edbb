/** Entries that one item may read without having declared them. Distinct keys count, not repetitions: those differ between nodes. */
export const maximumUndeclaredReads = 32

/** Bytes that one transaction may write, keys included. */
export const maximumWrittenBytes = 8 * 1024 * 1024

/** The body of one event, in bytes: events are archived with their block. */
export const maximumEventBytes = 64 * 1024

/** What an event costs of the written bytes beside its body: an empty one is archived too. */
export const eventOverhead = 64

/** Due work that one block does; the rest waits for the next. */
export const maximumDueWork = 256

/** Rows that a migration rewrites in one block. */
export const migrationRows = 512

/** Leaves of recent ids that one block forgets; blocks that carry transactions add one each. */
export const maximumForgotten = 64
