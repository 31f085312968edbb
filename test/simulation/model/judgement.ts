/** What the model says of a certificate at a time: "was it valid at T". */
import { coveringFact } from './certifying.ts'
import type { State } from './state.ts'

/** The code of the verdict, as a relying party gets it. `at` in milliseconds. */
export function judgementAt(
  state: State,
  fingerprint: string,
  { notBefore, notAfter }: { readonly notBefore: bigint; readonly notAfter: bigint },
  at: bigint,
): string {
  const certificate = state.certificates.get(fingerprint)
  if (certificate === undefined) return 'certificate.never-published'
  const standing = state.standings.get(certificate.manufacturer)
  if (standing === undefined) throw new TypeError('a certificate of nobody')
  const until = certificate.states.filter(({ time }) => time <= at)
  if (until.length === 0) return at < notBefore ? 'certificate.not-yet-valid' : 'certificate.not-yet-published'
  if (until.some(({ state: word }) => word === 'revoked')) return 'certificate.revoked'
  const mass = coveringFact(certificate, standing)
  if (mass !== undefined && mass.time <= at) return 'certificate.mass-revoked'
  const member = standing.states.filter(({ time }) => time <= at).map(({ state: word }) => word)
  if (member.includes('removed')) return 'certificate.manufacturer-removed'
  const withdrawn = state.withdrawn.some(({ algorithm, time }) => algorithm === certificate.algorithm && time <= at)
  if (withdrawn) return 'certificate.algorithm-withdrawn'
  if (member[member.length - 1] !== 'active') return 'certificate.manufacturer-suspended'
  if (at < notBefore) return 'certificate.not-yet-valid'
  return at > notAfter ? 'certificate.expired' : 'certificate.valid'
}
