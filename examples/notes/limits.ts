/** Notes in one `pin` operation. */
export const maximumBatch = 100

/** Bytes of a note's text. */
export const maximumTextBytes = 280

/** Places on the board. */
export const maximumPlaces = 50
