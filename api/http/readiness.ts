/** Whether a node can serve. */
import { CommonrootError } from '../../src/errors/index.ts'
import type { LedgerNode } from '../../src/node/index.ts'
import { readinessTimeout } from './limits.ts'
import { instant } from './schemas.ts'

export type Readiness =
  | { readonly ready: true; readonly height: bigint }
  | { readonly ready: false; readonly reason: string }

/** @param maximumHeadAge milliseconds between the newest block's time and this machine's clock */
export async function readinessOf(
  { chain, engine }: Pick<LedgerNode, 'chain' | 'engine'>,
  maximumHeadAge: number,
): Promise<Readiness> {
  const head = await answerOf(chain.store.head())
  if (typeof head === 'string') return notReady(`the store: ${head}`)
  const { outage } = chain.recovery
  // It may read and yet not write: a full disk, a lock that another session holds.
  if (outage !== undefined) return notReady(`blocks wait for the store since ${instant(BigInt(outage.since))}`)
  if (head.value === undefined) return notReady('the chain has no block')
  const status = await answerOf(engine.status())
  if (typeof status === 'string') return notReady(`the engine: ${status}`)
  if (status.value.catchingUp) return notReady('the engine is catching up with its peers')
  const age = Date.now() - Number(head.value.time)
  if (age > maximumHeadAge) return notReady(`the newest block is ${Math.round(age / 1000)} s old`)
  return { ready: true, height: head.value.height }
}

function notReady(reason: string): Readiness {
  return { ready: false, reason }
}

/** What a part of the node answers in time, or in words why it does not: by code, since messages may name hosts. */
async function answerOf<Value>(answer: Promise<Value>): Promise<{ readonly value: Value } | string> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`no answer within ${readinessTimeout / 1000} s`), readinessTimeout)
  const answered = answer.then(
    (value) => ({ value }),
    (error: unknown) => (error instanceof CommonrootError ? error.code : 'it failed'),
  )
  try {
    return await Promise.race([answered, late])
  } finally {
    clearTimeout(timer)
  }
}
