/** Programs that stay up: they come up part after part, wait to be ended, and stop everything in order. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CommonrootError } from '../../src/errors/index.ts'
import { cliError } from '../client/index.ts'
import type { Stage } from './narrator.ts'

/** Milliseconds in which a signal that came while nothing could be heard is heard. */
const signalDelay = 50

export type Staying = {
  /** Aborted when the program is to end. */
  readonly signal: AbortSignal
  /** The program can't go on. */
  readonly fail: (error: unknown) => void
}

/**
 * Runs `comeUp`, which leaves the end of each part in the stack, and waits for the signal.
 * @throws what `comeUp` throws, unless it was to end; cli.node-failed for what was given to `fail`
 */
export async function untilEnd(
  stage: Pick<Stage, 'say'>,
  interrupted: AbortSignal,
  comeUp: (stack: AsyncDisposableStack, staying: Staying) => Promise<void>,
): Promise<void> {
  const failure = new AbortController()
  const signal = AbortSignal.any([interrupted, failure.signal])
  {
    await using stack = new AsyncDisposableStack()
    try {
      await comeUp(stack, { signal, fail: (error) => failure.abort(failureOf(error)) })
      await aborted(signal)
    } catch (error) {
      // A Ctrl-C reaches the programs that this one waits for, too, and their failure may come first.
      await delay(signalDelay)
      if (!signal.aborted) throw error
    }
    stage.say('Stopping.')
  }
  if (failure.signal.aborted) throw failure.signal.reason
}

function failureOf(error: unknown): CommonrootError {
  return cliError('node-failed', { reason: error instanceof Error ? error.message : String(error) }, error)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
}
