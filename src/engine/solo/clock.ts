import { setTimeout as wait } from 'node:timers/promises'

/** The engine's only sources of time, so that tests can bring their own. */
export type Clock = {
  /** Milliseconds since 1970; it may jump, also backwards. */
  now(): bigint
  /** Milliseconds since some moment; it never goes backwards. */
  uptime(): number
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => BigInt(Date.now()),
  uptime: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await wait(milliseconds, undefined, { signal })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  },
}
