/**
 * A block is executed in one go otherwise: nothing else of the process would run meanwhile, not even the sending of the
 * rows that the block before is committed with.
 */

/** Milliseconds after which others get their turn. */
const longestStretch = 4

/** @returns a function for the work to call often, and to wait for when it answers a promise */
export function takePauses(): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < longestStretch) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now()
        resolve()
      }),
    )
  }
}
