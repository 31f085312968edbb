/** How many heights back a view can go: a proof needs the height before the head, a slow reader a few more. */
export const viewWindow = 16n

/** Views at one time, each with a connection of its own: the server's default allows 100 in all. */
export const maximumViews = 8

/** Connections for single reads at the head. */
export const maximumReaders = 4

/** A view older than this is closed, in milliseconds: an open snapshot keeps Postgres from clearing away old rows. */
export const maximumViewAge = 30_000

/** How long a caller waits for a free view, in milliseconds. */
export const viewPatience = 10_000

/** A read that runs longer is cancelled by the server, in milliseconds. */
export const readTimeout = 20_000

/** A statement of a write that runs longer is cancelled by the server, in milliseconds: a full block takes a second or two. */
export const writeTimeout = 60_000

/** How much longer than the server's own limit an answer may take before the connection is given up, in milliseconds. */
export const answerSlack = 5_000

/** How long a new connection may take, in seconds. */
export const connectTimeout = 5

/** The longest pause between two attempts to reach a server that is away, in seconds. */
export const maximumReconnectPause = 0.5

/** How long an opener waits for the lock of a predecessor whose end the server has not noticed yet, in milliseconds. */
export const lockPatience = 2_000

/** Between two attempts to get that lock, in milliseconds. */
export const lockInterval = 100
