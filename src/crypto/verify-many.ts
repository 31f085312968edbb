import { type KeyObject, verify as nativeVerify } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { cryptoError } from './errors.ts'
import { importAcceptedKey, nativeAlgorithms } from './native.ts'
import { signatureAlgorithm } from './portable/index.ts'
import { VerificationThreads } from './threads/index.ts'
import type { SignatureCheck } from './verify.ts'

/** From so many checks on, threads of our own are cheaper: handing one over to libuv's pool costs as much as half of it. */
const worthThreads = 12

const threads = new VerificationThreads()

/**
 * The verdicts of `verifySignature` for many checks, in their order, computed on all cores and hardly on this thread.
 * @throws crypto.algorithm-unknown; crypto.library-surprise and crypto.thread-ended, on which a node halts
 */
export function verifySignatures(checks: readonly SignatureCheck[]): Promise<boolean[]> {
  return checks.length < worthThreads ? verifyFew(checks) : threads.verify(checks)
}

/**
 * On libuv's thread pool. All callers share one bound on the checks in flight, so that file access, which uses the same
 * pool, is not starved.
 */
function verifyFew(checks: readonly SignatureCheck[]): Promise<boolean[]> {
  return Promise.all(checks.map(verifyInPool))
}

/** Checks that wait in or run on the thread pool: enough that no core idles between two turns of the event loop. */
const maximumInFlight = 16 * availableParallelism()
let inFlight = 0
const waiting: (() => void)[] = []

async function verifyInPool(check: SignatureCheck): Promise<boolean> {
  const row = signatureAlgorithm(check.key.algorithm)
  if (!row.isSignatureForm(check.signature)) return false
  if (inFlight >= maximumInFlight) await new Promise<void>((resolve) => waiting.push(resolve))
  else inFlight++
  try {
    const object = importAcceptedKey(check.key)
    return object !== undefined && (await poolVerdict(object, check))
  } finally {
    const next = waiting.shift()
    if (next === undefined) inFlight--
    else next()
  }
}

function poolVerdict(object: KeyObject, { key, message, signature }: SignatureCheck): Promise<boolean> {
  const { digest, options } = nativeAlgorithms[key.algorithm]
  return new Promise((resolve, reject) => {
    const surprise = (cause: unknown) => reject(cryptoError('library-surprise', { algorithm: key.algorithm }, cause))
    try {
      nativeVerify(digest, message, { key: object, ...options }, signature, (error, verdict) => {
        if (error === null) resolve(verdict)
        else surprise(error)
      })
    } catch (cause) {
      surprise(cause)
    }
  })
}
