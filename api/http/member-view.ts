/** A member as the API shows it. */
import { type Static, Type } from 'typebox'
import type { StateView } from '../../src/chain/index.ts'
import { AlgorithmName, type DeepReadonly, toHex, utf8, Word } from '../../src/codec/index.ts'
import { keyDigest } from '../../src/crypto/index.ts'
import { type Member, MemberId, MemberState, Role, standings, stateOf } from '../../src/governance/index.ts'
import { keyPurposes } from '../../src/module/index.ts'
import { Base64, base64, HexDigest } from './schemas.ts'

export const MemberView = Type.Object({
  id: MemberId,
  name: Type.String(),
  roles: Type.Array(Role),
  state: MemberState,
  keys: Type.Array(
    Type.Object({
      purpose: Word(...keyPurposes),
      threshold: Type.Integer({ description: 'How many different keys must sign.' }),
      keys: Type.Array(Type.Object({ algorithm: AlgorithmName, digest: HexDigest, spki: Base64 })),
    }),
  ),
})
export type MemberView = DeepReadonly<Static<typeof MemberView>>

export async function memberView(view: Pick<StateView, 'get'>, member: Member): Promise<MemberView> {
  const standing = await view.get(standings, utf8(member.id))
  return {
    id: member.id,
    name: member.name,
    roles: member.roles,
    state: standing === undefined ? 'removed' : stateOf(standing),
    keys: member.keys.map(({ purpose, threshold, keys }) => ({
      purpose,
      threshold,
      keys: keys.map((key) => ({
        algorithm: key.algorithm,
        digest: toHex(keyDigest(key)),
        spki: base64(key.spki),
      })),
    })),
  }
}
