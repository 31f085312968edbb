import { CommonrootError } from '../errors/index.ts'

/** What the store says when it can't be asked now: that tells nothing of what it holds. */
const notNow: ReadonlySet<string> = new Set(['store.unavailable', 'store.busy', 'store.in-use', 'store.view-closed'])

/** True for an error that speaks of damaged content, and not of a database that went away while it was read. */
export function isDamage(error: unknown): error is CommonrootError {
  return error instanceof CommonrootError && !notNow.has(error.code)
}
