import { List, Struct, Text, utf8 } from '../../codec/index.ts'
import { keyDigest } from '../../crypto/portable/index.ts'
import { keyPurposes, recordAddress } from '../../module/index.ts'
import { memberKeys, members, standings } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { memberAdmitted } from '../events.ts'
import { maximumKeys } from '../limits.ts'
import { MemberId, PurposeKeys, Role } from '../schemas.ts'
import { claimKey, Possession, possessionMessage, requireSoundKeys } from './rotate-keys.ts'

/** What a newcomer hands to any member: it proposes, the members vote. */
export const Newcomer = Struct({
  id: MemberId,
  name: Text({ maximum: 100 }),
  roles: List(Role, { minimum: 1, maximum: 16 }),
  keys: List(PurposeKeys, { minimum: 1, maximum: keyPurposes.length }),
})

/** Admits a member. Each of its keys has signed for its purpose, as rotation 0. */
export const admitMember = defineDecision({
  summary: 'Admits a new member.',
  body: Struct({
    member: Newcomer,
    /** One signature for each key, in the order of the keys. */
    possession: List(Possession, { minimum: 1, maximum: maximumKeys * keyPurposes.length }),
  }),
  checks: ({ member: { id, keys }, possession }, chain) => {
    const signed = keys.flatMap(({ purpose, keys: own }) =>
      own.map((key) => ({ key, message: possessionMessage(chain, id, purpose, 0n) })),
    )
    if (possession.length !== signed.length) throw governanceError('possession-not-proven')
    return signed.map((check, index) => ({ ...check, signature: possession[index]! }))
  },
  reads: ({ member: { id, keys } }) => [
    recordAddress(members, utf8(id)),
    recordAddress(standings, utf8(id)),
    ...keys.flatMap((entry) => entry.keys.map((key) => recordAddress(memberKeys, keyDigest(key)))),
  ],
  decide: (amendment, { member }) => {
    const { id, keys } = member
    if (amendment.get(members, utf8(id)) !== undefined) throw governanceError('member-exists', { member: id })
    const purposes = keys.map(({ purpose }) => purpose)
    const repeated = purposes.find((purpose, index) => purposes.indexOf(purpose) !== index)
    if (repeated !== undefined) throw governanceError('repeated', { what: `purpose ${repeated} of ${id}` })
    for (const entry of keys) {
      requireSoundKeys(entry)
      for (const key of entry.keys) claimKey(amendment, id, keyDigest(key))
    }
    const { height, time } = amendment.context
    amendment.put(members, member)
    amendment.put(standings, { member: id, states: [{ state: 'active', height, time }], facts: [] })
    amendment.afterwards((context) => context.emit(memberAdmitted, { member: id }))
  },
})
