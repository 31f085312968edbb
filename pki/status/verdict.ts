/** The verdict about a certificate at a time, from proven facts alone. */
import type { Standing, WithdrawnAlgorithms } from '../../src/governance/index.ts'
import type { Certificate } from '../certificate/index.ts'
import { type CertificateRecord, massRevocationOf } from '../contract/index.ts'

export const verdicts = [
  'valid',
  'not-yet-valid',
  'expired',
  'held',
  'revoked',
  'superseded',
  'never-published',
  'invalid',
] as const
export type Verdict = (typeof verdicts)[number]

export type Judgement = {
  readonly verdict: Verdict
  /** Stable, for programs: why it is not valid. */
  readonly code: string
}

/** What a proof says about a certificate: all of it proven against one header. */
export type ProvenFacts = {
  readonly certificate: Certificate
  readonly record: CertificateRecord
  readonly standing: Standing
  readonly withdrawn: WithdrawnAlgorithms
}

/** Judges at `at`, milliseconds since 1970. Later facts of the same proof do not count for an earlier time. */
export function judge({ certificate, record, standing, withdrawn }: ProvenFacts, at: bigint): Judgement {
  const state = lastBefore(record.states, at)
  if (state === undefined) return unpublished(certificate, at)
  // What is final comes before what can be undone: a held certificate that was revoked is revoked.
  if (state.state === 'revoked' || state.state === 'superseded') return ended(state.state)
  const mass = massRevocationOf(record, standing)
  if (mass !== undefined && mass.time <= at) return { verdict: 'revoked', code: 'certificate.mass-revoked' }
  const member = lastBefore(standing.states, at)
  if (member?.state === 'removed') return { verdict: 'revoked', code: 'certificate.manufacturer-removed' }
  const algorithm = withdrawn.algorithms.find((entry) => entry.algorithm === record.algorithm)
  if (algorithm !== undefined && algorithm.time <= at) {
    return { verdict: 'revoked', code: 'certificate.algorithm-withdrawn' }
  }
  if (state.state === 'held') return { verdict: 'held', code: 'certificate.held' }
  if (member?.state !== 'active') return { verdict: 'held', code: 'certificate.manufacturer-suspended' }
  if (at < certificate.notBefore) return { verdict: 'not-yet-valid', code: 'certificate.not-yet-valid' }
  if (at > certificate.notAfter) return { verdict: 'expired', code: 'certificate.expired' }
  return { verdict: 'valid', code: 'certificate.valid' }
}

/** Before its publication a certificate counts for nothing; before its own beginning it says so itself. */
function unpublished({ notBefore }: Certificate, at: bigint): Judgement {
  if (at < notBefore) return { verdict: 'not-yet-valid', code: 'certificate.not-yet-valid' }
  return { verdict: 'never-published', code: 'certificate.not-yet-published' }
}

function ended(verdict: 'revoked' | 'superseded'): Judgement {
  return { verdict, code: `certificate.${verdict}` }
}

function lastBefore<Entry extends { readonly time: bigint }>(entries: readonly Entry[], at: bigint): Entry | undefined {
  return entries.findLast((entry) => entry.time <= at)
}
