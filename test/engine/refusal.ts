import { CommonrootError } from '../../src/errors/index.ts'

/** The code with which a call is refused. */
export async function refusalOf(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
  return 'nothing was refused'
}
