/** The book of a run: everything that was submitted, with every answer that came. It alone knows what was promised. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeClient, type TransactionAnswer } from '../../api/client/index.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { decodeEnvelope, toHex } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'

/** Milliseconds within which there must be a new acknowledgement after a fault. */
const patience = 30_000

/** One item of a batch: a certificate that is published or revoked. */
export type Item = { readonly certificate: Uint8Array; readonly fingerprint: Uint8Array }

export type Submission = {
  readonly id: Uint8Array
  readonly bytes: Uint8Array
  readonly act: 'publish' | 'revoke'
  readonly items: readonly Item[]
  /** All of status 200, in the order in which they came: the same transaction may be asked about again. */
  readonly answers: TransactionAnswer[]
  /** Codes of answers that left the outcome open. */
  readonly losses: string[]
}

export function submissionOf(act: Submission['act'], bytes: Uint8Array, items: readonly Item[]): Submission {
  return { id: sha256(decodeEnvelope(bytes).payload), bytes, act, items, answers: [], losses: [] }
}

export function itemOf(certificate: Uint8Array): Item {
  return { certificate, fingerprint: parseCertificate(certificate).fingerprint }
}

/** Numbers of the items' verdicts in an answer. */
export function verdictsOf({ operations }: TransactionAnswer): readonly number[] {
  return operations.flatMap(({ verdicts = [] }) => verdicts.map(({ number }) => number))
}

/** How a submission is named in complaints. */
export function nameOf({ act, id }: Submission): string {
  return `${act} ${toHex(id).slice(0, 16)}`
}

/** Sends a submission once. @returns `acknowledged`, or the code of what came instead */
export async function submissionOutcome(url: string, { bytes }: Submission): Promise<string> {
  try {
    await new NodeClient(url).submit(bytes)
    return 'acknowledged'
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
}

export function countAnswers(book: readonly Submission[]): number {
  return book.reduce((sum, { answers }) => sum + answers.length, 0)
}

/** Resolves once something new is acknowledged: the ledger works. */
export function moreAcknowledged(book: readonly Submission[]): Promise<void> {
  return grown(() => countAnswers(book), 'acknowledged')
}

/** Resolves once something new is about to be sent. */
export function moreSubmitted(book: readonly Submission[]): Promise<void> {
  return grown(() => book.length, 'submitted')
}

async function grown(count: () => number, what: string): Promise<void> {
  const before = count()
  const until = performance.now() + patience
  while (count() === before) {
    if (performance.now() > until) throw new Error(`nothing has been ${what} since the last fault`)
    await sleep(2)
  }
}
