import { CommonrootError } from '../../src/errors/index.ts'

/** The code with which a promise is refused, or what it resolved to instead. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { accepted: await promise }
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
}
