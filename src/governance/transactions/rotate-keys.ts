import { Bytes, encodeCbor, List, Struct, toHex, utf8 } from '../../codec/index.ts'
import { isAcceptedKey, keyDigest } from '../../crypto/portable/index.ts'
import { type Context, defineTransaction, recordAddress } from '../../module/index.ts'
import { keyInUse, memberKeys, members } from '../collections.ts'
import { governanceError } from '../errors.ts'
import { keysRotated } from '../events.ts'
import { maximumKeys } from '../limits.ts'
import { type Member, MemberId, PurposeKeys } from '../schemas.ts'
import { membersSigningFor } from '../signers.ts'

const Body = Struct({
  member: MemberId,
  keys: PurposeKeys,
  /** One signature for each key of `keys`, over `possessionMessage`: nobody registers a key that is not theirs. */
  possession: List(Bytes({ minimum: 1, maximum: 8192 }), { minimum: 1, maximum: maximumKeys }),
})

/** What a new key signs: the chain, member and purpose that it will serve. */
export function possessionMessage(chain: string, member: string, purpose: string): Uint8Array {
  return encodeCbor(['commonroot key possession', chain, member, purpose])
}

/** Replaces the keys of one purpose. The member's own `govern` keys decide, as many as their threshold asks for. */
export const rotateKeys = defineTransaction({
  summary: "Replaces a member's keys of one purpose.",
  body: Body,
  prepare: ({ member, keys, possession }, { chain }) => {
    if (possession.length !== keys.keys.length) throw governanceError('possession-not-proven')
    const message = possessionMessage(chain, member, keys.purpose)
    return {
      facts: undefined,
      checks: keys.keys.map((key, index) => ({ key, message, signature: possession[index]! })),
    }
  },
  allow: (context, { member }) => {
    const own = membersSigningFor(context, 'govern').some((signer) => signer.id === member)
    if (!own) throw governanceError('purpose-missing', { purpose: 'govern' })
  },
  reads: ({ member, keys }) => [
    recordAddress(members, utf8(member)),
    ...keys.keys.map((key) => recordAddress(memberKeys, keyDigest(key))),
  ],
  apply: (context, { member: id, keys }, { checks }) => {
    if (!checks.every((holds) => holds)) throw governanceError('possession-not-proven')
    const member = context.get(members, utf8(id))
    if (member === undefined) throw governanceError('unknown-member', { member: id })
    requireSoundKeys(keys)
    replaceKeys(context, member, keys)
    context.emit(keysRotated, { member: id, purpose: keys.purpose })
  },
})

/** @throws governance.threshold-out-of-range, governance.key-repeated, governance.key-not-accepted */
export function requireSoundKeys({ threshold, keys }: PurposeKeys): void {
  if (threshold > keys.length) throw governanceError('threshold-out-of-range', { threshold, count: keys.length })
  if (new Set(keys.map((key) => toHex(keyDigest(key)))).size !== keys.length) throw governanceError('key-repeated')
  if (!keys.every((key) => isAcceptedKey(key))) throw governanceError('key-not-accepted')
}

/** Puts a member's keys of one purpose, and keeps the index of whose a key is in step. */
export function replaceKeys(context: Context, member: Member, keys: PurposeKeys): void {
  const kept = member.keys.filter(({ purpose }) => purpose !== keys.purpose)
  const changed: Member = { ...member, keys: [...kept, keys] }
  const inUse = new Set(changed.keys.flatMap((entry) => entry.keys.map((key) => toHex(keyDigest(key)))))
  for (const key of member.keys.flatMap((entry) => entry.keys)) {
    if (!inUse.has(toHex(keyDigest(key)))) context.remove(memberKeys, keyDigest(key))
  }
  for (const key of keys.keys) claimKey(context, member.id, keyDigest(key))
  context.put(members, changed)
}

/** @throws governance.key-in-use when the key is another member's */
export function claimKey(context: Context, member: string, digest: Uint8Array): void {
  const owner = context.get(memberKeys, digest)
  if (owner !== undefined && owner.member !== member) throw keyInUse(digest, owner.member)
  if (owner === undefined) context.put(memberKeys, { digest, member })
}
