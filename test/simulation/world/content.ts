/** What a simulated ledger's members know when they make a transaction: the model's state, each other's keys, old certificates. */
import type { SeededRandom } from '../../faults/seeded-random.ts'
import type { DescribedOperation, ReadCertificate } from '../model/described.ts'
import type { Model } from '../model/ledger.ts'
import { type Member, type Purpose, presentState } from '../model/state.ts'
import { pickFrom } from '../seed.ts'
import type { Keyring } from './members.ts'

export type Content = {
  readonly random: SeededRandom
  readonly keyring: Keyring
  readonly model: Model
  /** Of the block that is made. */
  readonly time: bigint
  /** Every certificate that was ever made, published or not. */
  readonly certificates: ReadCertificate[]
}

/** A member that has to sign, and for what. */
export type Wanted = { readonly member: string; readonly purpose: Purpose }

/** An operation for the model and for the chain: what it says, its body, who signs it. */
export type MadeOperation = {
  readonly described: DescribedOperation
  readonly module: string
  readonly type: string
  /** A value that its schema fits, or bytes as they are. */
  readonly body: unknown
  readonly wanted: readonly Wanted[]
}

export function activeMembers({ model: { state } }: Content): readonly Member[] {
  const active = [...state.members.values()].filter(({ id }) => {
    const standing = state.standings.get(id)
    return standing !== undefined && presentState(standing) === 'active'
  })
  return active
}

/** An active member with one of the roles most of the time, else anybody. */
export function pickMember(content: Content, roles: readonly string[] = []): Member {
  const { random, model } = content
  const all = [...model.state.members.values()]
  const fitting = activeMembers(content).filter((member) => member.roles.some((role) => roles.includes(role)))
  const chosen = random.chance(0.92) ? pickFrom(random, fitting) : pickFrom(random, all)
  return chosen ?? pickFrom(random, all)!
}

/** The moment itself, or just before or after it. */
export function around(random: SeededRandom, time: bigint): bigint {
  return time + random.pick([0n, 0n, 1n, -1n, 1000n, -1000n])
}
