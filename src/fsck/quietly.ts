import { CommonrootError } from '../errors/index.ts'

/** Undefined for what can't be read: that is said elsewhere. */
export function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}
