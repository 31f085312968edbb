/** Whether a ledger keeps what its answers promised, seen as a relying party and as its operator see it. */
import type { NodeClient } from '../../api/client/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { verifyCertificate } from '../../pki/status/index.ts'
import { equalBytes, toHex } from '../../src/codec/index.ts'
import { decodeResults } from '../../src/host/index.ts'
import { recordAddress } from '../../src/module/index.ts'
import type { Store } from '../../src/store/index.ts'
import { type Item, nameOf, type Submission, verdictsOf } from './submissions.ts'

export type Fate = 'valid' | 'revoked' | 'never-published'

/** What a relying party concludes offline from the proof of each certificate and a trust file of before the first fault. */
export async function provenFates(
  node: NodeClient,
  trust: Uint8Array,
  book: readonly Submission[],
): Promise<ReadonlyMap<string, string>> {
  const items = new Map(book.flatMap(({ items }) => items.map((item) => [toHex(item.fingerprint), item] as const)))
  const fates = new Map<string, string>()
  for (const [fingerprint, { certificate }] of items) {
    const proof = await node.proof(fingerprint)
    const { verdict, code } = verifyCertificate({ certificate, proof, trust, now: BigInt(Date.now()) })
    fates.set(fingerprint, verdict === 'invalid' ? code : verdict)
  }
  return fates
}

/** A transaction as the store has it. */
export type Stored = { readonly height: bigint; readonly code: number; readonly verdicts: readonly number[] }

/** What the store has of every submission; nothing of one that was not executed. */
export async function storedOutcomes(
  store: Store,
  book: readonly Submission[],
): Promise<ReadonlyMap<Submission, Stored>> {
  const outcomes = new Map<Submission, Stored>()
  for (const submission of book) {
    const place = await store.transaction(submission.id)
    if (place === undefined) continue
    const block = await store.block(place.height)
    const result = block === undefined ? undefined : decodeResults(block.results)[place.position]
    if (result === undefined) throw new Error(`${nameOf(submission)} has a place, but no result`)
    const verdicts = result.operations.flatMap(({ verdicts = [] }) => verdicts)
    outcomes.set(submission, { height: place.height, code: result.code, verdicts })
  }
  return outcomes
}

/** Answers that the store contradicts. */
export function brokenAnswers(book: readonly Submission[], stored: ReadonlyMap<Submission, Stored>): readonly string[] {
  return book.flatMap((submission) =>
    submission.answers.flatMap((answer) => {
      const found = stored.get(submission)
      if (found === undefined) return [`${nameOf(submission)} was acknowledged and is not there`]
      const promised = `${answer.height} ${answer.number} ${verdictsOf(answer)}`
      const kept = `${found.height} ${found.code} ${found.verdicts}`
      return promised === kept ? [] : [`${nameOf(submission)}: answered ${promised}, stored ${kept}`]
    }),
  )
}

/**
 * What must have become of each certificate: published and revoked by the transactions that were executed, whole ones.
 * Acknowledged submissions count by their answers, those without an answer by what the store says of them.
 */
export function owedFates(
  book: readonly Submission[],
  stored: ReadonlyMap<Submission, Stored>,
): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>()
  const apply = (act: Submission['act']) => {
    for (const submission of book) {
      if (submission.act !== act) continue
      const [answer] = submission.answers
      const verdicts = answer === undefined ? (stored.get(submission)?.verdicts ?? []) : verdictsOf(answer)
      submission.items.forEach(({ fingerprint }, index) => {
        const key = toHex(fingerprint)
        if (verdicts[index] === 0) fates.set(key, act === 'publish' ? 'valid' : 'revoked')
        else if (!fates.has(key)) fates.set(key, 'never-published')
      })
    }
  }
  apply('publish')
  apply('revoke')
  return fates
}

/** Differences between what is owed and what was proven, by fingerprint. */
export function brokenFates(
  owed: ReadonlyMap<string, Fate>,
  proven: ReadonlyMap<string, string>,
): readonly { readonly fingerprint: string; readonly complaint: string }[] {
  return [...owed].flatMap(([fingerprint, fate]) => {
    const found = proven.get(fingerprint)
    return found === fate ? [] : [{ fingerprint, complaint: `${fingerprint} should be ${fate} and is ${found}` }]
  })
}

/** Certificates whose record or DER form is not as it should be in the store. */
export async function brokenRecords(
  store: Store,
  book: readonly Submission[],
  owed: ReadonlyMap<string, Fate>,
): Promise<readonly string[]> {
  const items = new Map(book.flatMap(({ items }) => items.map((item) => [toHex(item.fingerprint), item] as const)))
  const complaints: string[] = []
  for (const [fingerprint, item] of items) {
    const reason = await recordComplaint(store, item, owed.get(fingerprint) ?? 'never-published')
    if (reason !== undefined) complaints.push(`${fingerprint}: ${reason}`)
  }
  return complaints
}

async function recordComplaint(store: Store, item: Item, fate: Fate): Promise<string | undefined> {
  const { key } = recordAddress(certificates, item.fingerprint)
  const record = (await store.read('records', [key])).get(toHex(key))
  const blob = await store.blob(item.fingerprint)
  if (fate === 'never-published') {
    return record === undefined && blob === undefined ? undefined : 'is kept although it was never published'
  }
  if (record === undefined) return 'its record is missing'
  if (blob === undefined || !equalBytes(blob, item.certificate)) return 'its DER form is missing'
  const states = certificates.decode(record).states.map(({ state }) => state)
  const wanted = fate === 'revoked' ? ['valid', 'revoked'] : ['valid']
  return states.join() === wanted.join() ? undefined : `its states are ${states}, not ${wanted}`
}
