/** Submitting a transaction so that it is executed once, however often its answer is lost on the way. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CommonrootError } from '../../src/errors/index.ts'
import type { TransactionType } from '../../src/module/index.ts'
import { makeOperation, signTransaction, type TransactionSigner } from '../../src/node/index.ts'
import type { TransactionAnswer } from './answers.ts'
import { cliError } from './errors.ts'
import { firstPause, maximumAttempts, maximumRetryAfter, maximumSpread, transactionValidity } from './limits.ts'
import { type NodeClient, retryAfterDetail } from './node-client.ts'

/** One operation before it has bytes. */
export type Act = {
  readonly module: string
  readonly type: string
  readonly declared: TransactionType
  /** The body of a single type, or the items of a batch. */
  readonly body: unknown
}

/** Signs one operation for the chain of a node; valid for a quarter of an hour of block time. */
export async function signAct(
  chain: { readonly chain: string; readonly time: string },
  act: Act,
  ...signers: readonly [TransactionSigner, ...TransactionSigner[]]
): Promise<Uint8Array> {
  const operation = makeOperation(act.module, act.type, act.declared, act.body)
  return signTransaction(chain.chain, [operation], signers, millisecondsOf(chain.time) + transactionValidity)
}

/**
 * Hands over the same bytes until an answer comes, in bounded attempts: their id is the same, so that a node which has
 * executed them gives the stored result. Only the first attempt may find no node at all.
 * @throws cli.node-unreachable, cli.answer-lost; what the node refuses, with its code; the signal's reason
 */
export async function submitTransaction(
  node: NodeClient,
  transaction: Uint8Array,
  signal?: AbortSignal,
): Promise<TransactionAnswer> {
  return untilAnswered(() => node.submit(transaction), signal)
}

/**
 * Repeats what may be sent twice, as long as its answer may still come, and no sooner than the node asks for.
 * @throws the last failure, or one that stays
 */
export async function untilAnswered<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  let pause = firstPause
  for (let attempt = 1; ; attempt++) {
    let atLeast: number
    try {
      return await ask()
    } catch (error) {
      if (attempt === maximumAttempts || !mayPass(error, attempt)) throw error
      signal?.throwIfAborted()
      atLeast = retryAfter(error)
    }
    await rest(Math.max(pause, atLeast) * (1 + maximumSpread * Math.random()), signal)
    pause *= 2
  }
}

/** Milliseconds for which the node has asked to be left alone. */
function retryAfter(error: unknown): number {
  const seconds = error instanceof CommonrootError ? error.details[retryAfterDetail] : undefined
  return typeof seconds === 'number' ? Math.min(seconds * 1000, maximumRetryAfter) : 0
}

/** @throws the signal's reason when it ends the rest */
async function rest(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** RFC 3339 text of a node as milliseconds since 1970. @throws cli.answer-odd */
export function millisecondsOf(time: string): bigint {
  const milliseconds = Date.parse(time)
  if (Number.isNaN(milliseconds)) throw cliError('answer-odd', { url: 'the node', reason: `${time} is no time` })
  return BigInt(milliseconds)
}

/** Statuses of a node or a proxy that is busy, stopping or cut off: the transaction itself was not judged. */
const passingStatuses = new Set([408, 429, 502, 503, 504])

function mayPass(error: unknown, attempt: number): boolean {
  if (!(error instanceof CommonrootError)) return false
  if (error.code === 'cli.node-unreachable') return attempt > 1
  return passingStatuses.has(error.status)
}
