import { tracingChannel } from 'node:diagnostics_channel'

/** What a subscriber learns about a step; `error` stands there when it failed. */
export type DurableStep = { readonly step: string }

/** The name for `tracingChannel` of `node:diagnostics_channel`. */
export const durableSteps = 'commonroot.durable'

const steps = tracingChannel<DurableStep>(durableSteps)

/**
 * Does one step after which something survives a power loss: a flush, a new name, a part of a database transaction, its
 * commit. Everything durable passes through here, so that whoever subscribes to the tracing channel `durableSteps` sees
 * each step before it (`start`) and after it (`asyncEnd`), before the caller goes on. Free when nobody subscribes.
 *
 * @param step what it is, in words of its own: one name for one place in the code
 */
export function durably<Result>(step: string, act: () => Promise<Result>): Promise<Result> {
  return steps.tracePromise(act, { step })
}
