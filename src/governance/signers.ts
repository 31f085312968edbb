/** Signers of kind `member`: whose keys these are, and which purposes they reach. */
import { type SignerClaim, toHex, utf8 } from '../codec/index.ts'
import { keyDigest } from '../crypto/portable/index.ts'
import {
  type KeyPurpose,
  type MemberPrincipal,
  type ReadContext,
  recordAddress,
  type SignerKind,
} from '../module/index.ts'
import { members, standings } from './collections.ts'
import { governanceError } from './errors.ts'
import type { Authority, MemberState, Standing } from './schemas.ts'

export const memberSigner: SignerKind = {
  reads: (claims) =>
    claims.flatMap(({ subject }) => [recordAddress(members, subject), recordAddress(standings, subject)]),
  resolve: (read, claims) => {
    const byMember = new Map<string, SignerClaim[]>()
    for (const claim of claims) {
      const id = toHex(claim.subject)
      byMember.set(id, [...(byMember.get(id) ?? []), claim])
    }
    return [...byMember.values()].map((own) => resolveMember(read, own))
  },
}

function resolveMember(read: Pick<ReadContext, 'get'>, claims: readonly SignerClaim[]): MemberPrincipal {
  const subject = claims[0]!.subject
  const member = read.get(members, subject)
  const standing = read.get(standings, subject)
  if (member === undefined || standing === undefined) {
    throw governanceError('unknown-member', { member: printableId(subject) })
  }
  const state = stateOf(standing)
  if (state !== 'active') throw governanceError('member-not-active', { member: member.id, state })
  const signed = new Set(claims.map((claim) => toHex(keyDigest(claim.key))))
  const used = new Set<string>()
  const purposes = new Set<KeyPurpose>()
  for (const { purpose, threshold, keys } of member.keys) {
    const own = keys.map((key) => toHex(keyDigest(key))).filter((digest) => signed.has(digest))
    for (const digest of own) used.add(digest)
    if (own.length >= threshold) purposes.add(purpose)
  }
  if (used.size !== signed.size) throw governanceError('not-a-key-of', { member: member.id })
  if (purposes.size === 0) throw governanceError('threshold-not-met', { member: member.id })
  return { kind: 'member', id: member.id, roles: member.roles, purposes }
}

/** The present state of a member. */
export function stateOf(standing: Standing): MemberState {
  return standing.states.at(-1)!.state
}

/** The signing members that may use a purpose. @throws governance.purpose-missing when there is none */
export function membersSigningFor(
  context: ReadContext,
  purpose: KeyPurpose,
): readonly [MemberPrincipal, ...MemberPrincipal[]] {
  const [first, ...others] = context.signers.filter(
    (signer): signer is MemberPrincipal => signer.kind === 'member' && signer.purposes.has(purpose),
  )
  if (first === undefined) throw governanceError('purpose-missing', { purpose })
  return [first, ...others]
}

/** A member acts for itself, whoever else signs. @throws governance.purpose-missing */
export function requireOwn(context: ReadContext, member: string): void {
  const own = membersSigningFor(context, 'govern').some((signer) => signer.id === member)
  if (!own) throw governanceError('purpose-missing', { purpose: 'govern' })
}

/** Whether enough members govern this transaction. @throws governance.quorum-not-met */
export function requireQuorum(context: ReadContext, { roles, members: needed }: Authority): void {
  const governing = context.signers.filter(
    (signer) =>
      signer.kind === 'member' && signer.purposes.has('govern') && signer.roles.some((role) => roles.includes(role)),
  )
  if (governing.length < needed) throw governanceError('quorum-not-met', { count: governing.length, needed })
}

function printableId(subject: Uint8Array): string {
  const text = new TextDecoder().decode(subject)
  return toHex(utf8(text)) === toHex(subject) ? text : toHex(subject)
}
