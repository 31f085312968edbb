/** What runs in a verification thread: takes packed checks, one message after another, and answers a verdict for each. */
import { parentPort } from 'node:worker_threads'
import { CommonrootError } from '../../errors/index.ts'
import { verifySignature } from '../verify.ts'
import { type PackedChecks, unpackChecks } from './packed-checks.ts'

/** One byte a check, 1 when it holds; or the `crypto.library-surprise` that came, since errors do not travel whole. */
export type ThreadAnswer =
  | { readonly verdicts: Uint8Array<ArrayBuffer> }
  | { readonly surprise: { readonly details: CommonrootError['details']; readonly reason: string } }

if (parentPort === null) throw new TypeError('this file is the program of a thread')
const port = parentPort

port.on('message', (packed: PackedChecks) => {
  const answer = answerTo(packed)
  port.postMessage(answer, 'verdicts' in answer ? [answer.verdicts.buffer] : [])
})

function answerTo(packed: PackedChecks): ThreadAnswer {
  const verdicts: number[] = []
  try {
    for (const { key, message, signature } of unpackChecks(packed)) {
      verdicts.push(verifySignature(key, message, signature) ? 1 : 0)
    }
  } catch (error) {
    if (!(error instanceof CommonrootError && error.code === 'crypto.library-surprise')) throw error
    return { surprise: { details: error.details, reason: String(error.cause) } }
  }
  return { verdicts: Uint8Array.from(verdicts) }
}
