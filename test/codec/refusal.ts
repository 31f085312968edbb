import { CommonrootError } from '../../src/errors/index.ts'

/** The code with which `act` is refused, or what it returned instead. Anything but a CommonrootError goes through. */
export function refusalOf(act: () => unknown): unknown {
  try {
    return { accepted: act() }
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
}
