/** How long a start may take, in milliseconds: recovery after a crash replays the log written since the last checkpoint. */
export const startPatience = 60_000

/** How long a server may take over an orderly stop before it is stopped the hard way, in milliseconds. */
export const stopPatience = 20_000

/** How long a server that was told to quit at once may take before it is killed, in milliseconds. */
export const quitPatience = 5_000

/** How long the processes of a killed server may hold its shared memory, in milliseconds. */
export const leftoverPatience = 10_000

/** Between two looks at a process or a file, in milliseconds. */
export const pollInterval = 20

/** Bytes of a socket's path: Linux has 108 (unix(7), sun_path), with the closing zero. */
export const maximumSocketPath = 107

/** A log above this size, in bytes, starts afresh with the next start. */
export const maximumLogBytes = 8 * 1024 * 1024

/** What the server says of itself, so that a node can tell it from one that is meant to last. */
export const clusterName = 'commonroot-embedded'
