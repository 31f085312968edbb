import { Bytes, encodeCbor, List, Optional, Struct, toHex, Unsigned64, utf8, type ValueOf } from '../../codec/index.ts'
import { isAcceptedKey, keyDigest } from '../../crypto/portable/index.ts'
import { type Address, defineTransaction, recordAddress, type SignatureCheck } from '../../module/index.ts'
import { Amendment, isGuarded } from '../amendment.ts'
import { keyInUse, memberKeys, members, rotations } from '../collections.ts'
import { requirePossession } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { keysRotated } from '../events.ts'
import { maximumKeys } from '../limits.ts'
import { settle } from '../quorum.ts'
import { type Member, MemberId, PurposeKeys } from '../schemas.ts'
import { requireOwn } from '../signers.ts'

/** A signature by a key about itself. */
export const Possession = Bytes({ minimum: 1, maximum: 8192 })

export const Rotation = Struct({
  member: MemberId,
  keys: PurposeKeys,
  /** Which rotation of this member it is, counted from 1. Left out under protocol 1, which did not count. */
  rotation: Optional(Unsigned64),
  /** One signature for each key of `keys`, over `possessionMessage`: nobody registers a key that is not theirs. */
  possession: List(Possession, { minimum: 1, maximum: maximumKeys }),
})
export type Rotation = ValueOf<typeof Rotation>

/** What a new key signs: the chain, member and purpose that it will serve, and in which rotation; joining is 0. */
export function possessionMessage(chain: string, member: string, purpose: string, rotation?: bigint): Uint8Array {
  const message = ['commonroot key possession', chain, member, purpose]
  return encodeCbor(rotation === undefined ? message : [...message, rotation])
}

/** Replaces the keys of one purpose. The member's own `govern` keys decide, as many as their threshold asks for. */
export const rotateKeys = defineTransaction({
  summary: "Replaces a member's keys of one purpose.",
  body: Rotation,
  prepare: (body, { chain }) => ({ facts: undefined, checks: rotationChecks(body, chain) }),
  allow: (context, { member }) => requireOwn(context, member),
  reads: rotationReads,
  apply: (context, body, { checks }) => {
    requirePossession(checks)
    const amendment = new Amendment(context)
    rotate(amendment, body)
    settle(amendment)
    amendment.write()
  },
})

/** @throws governance.possession-not-proven */
export function rotationChecks(
  { member, keys: { purpose, keys }, rotation, possession }: Rotation,
  chain: string,
): readonly SignatureCheck[] {
  if (possession.length !== keys.length) throw governanceError('possession-not-proven')
  const message = possessionMessage(chain, member, purpose, rotation)
  return keys.map((key, index) => ({ key, message, signature: possession[index]! }))
}

export function rotationReads({ member, keys }: Rotation): readonly Address[] {
  return [
    recordAddress(members, utf8(member)),
    recordAddress(rotations, utf8(member)),
    ...keys.keys.map((key) => recordAddress(memberKeys, keyDigest(key))),
  ]
}

/** @throws governance.unknown-member, governance.rotation-replayed, and as `requireSoundKeys` and `claimKey` */
export function rotate(amendment: Amendment, { member: id, keys, rotation }: Rotation): void {
  const member = amendment.get(members, utf8(id))
  if (member === undefined) throw governanceError('unknown-member', { member: id })
  if (isGuarded(amendment.context) || rotation !== undefined) countRotation(amendment, id, rotation)
  requireSoundKeys(keys)
  replaceKeys(amendment, member, keys)
  amendment.afterwards((context) => context.emit(keysRotated, { member: id, purpose: keys.purpose }))
}

/** What the new keys signed is for this rotation only: whoever kept old signatures can do nothing with them. */
function countRotation(amendment: Amendment, member: string, rotation: bigint | undefined): void {
  const expected = (amendment.get(rotations, utf8(member))?.count ?? 0n) + 1n
  if (rotation !== expected) {
    throw governanceError('rotation-replayed', { member, rotation: rotation ?? 'uncounted', expected })
  }
  amendment.put(rotations, { member, count: expected })
}

/** @throws governance.threshold-out-of-range, governance.key-repeated, governance.key-not-accepted */
export function requireSoundKeys({ threshold, keys }: PurposeKeys): void {
  if (threshold > keys.length) throw governanceError('threshold-out-of-range', { threshold, count: keys.length })
  if (new Set(keys.map((key) => toHex(keyDigest(key)))).size !== keys.length) throw governanceError('key-repeated')
  if (!keys.every((key) => isAcceptedKey(key))) throw governanceError('key-not-accepted')
}

/** Puts a member's keys of one purpose, and keeps the index of whose a key is in step. */
function replaceKeys(amendment: Amendment, member: Member, keys: PurposeKeys): void {
  const kept = member.keys.filter(({ purpose }) => purpose !== keys.purpose)
  const changed: Member = { ...member, keys: [...kept, keys] }
  const inUse = new Set(changed.keys.flatMap((entry) => entry.keys.map((key) => toHex(keyDigest(key)))))
  for (const key of member.keys.flatMap((entry) => entry.keys)) {
    if (!inUse.has(toHex(keyDigest(key)))) amendment.remove(memberKeys, keyDigest(key))
  }
  for (const key of keys.keys) claimKey(amendment, member.id, keyDigest(key))
  amendment.put(members, changed)
}

/** @throws governance.key-in-use when the key is another member's */
export function claimKey(amendment: Pick<Amendment, 'get' | 'put'>, member: string, digest: Uint8Array): void {
  const owner = amendment.get(memberKeys, digest)
  if (owner !== undefined && owner.member !== member) throw keyInUse(digest, owner.member)
  if (owner === undefined) amendment.put(memberKeys, { digest, member })
}
