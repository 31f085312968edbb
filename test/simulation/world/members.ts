/** The members of a simulated chain, and every key that anybody has ever had. */
import type { SeededRandom } from '../../faults/seeded-random.ts'
import { type Algorithm, type Member, type Parameter, type PurposeKeys, purposes, type State } from '../model/state.ts'
import { bytesFrom, pickFrom } from '../seed.ts'
import { type SimulatedKey, seededKey } from './keys.ts'

const roles: Readonly<Record<string, readonly string[]>> = {
  'vendor-a': ['vendor'],
  'vendor-b': ['vendor'],
  'operator-c': ['operator', 'vendor'],
  'operator-d': ['operator'],
  'regulator-e': ['regulator'],
  'authority-f': ['ca'],
  'vendor-g': ['vendor'],
  'auditor-h': ['auditor'],
}

/** Members whose removal leaves a chain that works. */
export const removable = ['vendor-g', 'auditor-h']

export class Keyring {
  readonly #random: SeededRandom
  readonly #keys = new Map<string, SimulatedKey>()

  constructor(random: SeededRandom) {
    this.#random = random
  }

  newKey(algorithm: Algorithm = this.#random.chance(0.85) ? 'EdDSA' : 'ES256'): SimulatedKey {
    const key = seededKey(algorithm, this.#random)
    this.#keys.set(key.digest, key)
    return key
  }

  get(digest: string): SimulatedKey {
    const key = this.#keys.get(digest)
    if (key === undefined) throw new TypeError(`nobody has the key ${digest}`)
    return key
  }

  /** Any key that was ever made: a present one of anybody, or one that was replaced. */
  anyKey(): SimulatedKey {
    return pickFrom(this.#random, [...this.#keys.values()]) ?? this.newKey()
  }

  purposeKeys(purpose: PurposeKeys['purpose']): PurposeKeys {
    const count = 1 + this.#random.whole(3)
    const keys = Array.from({ length: count }, () => this.newKey())
    return { purpose, threshold: 1 + this.#random.whole(count), keys }
  }
}

export function genesisMembers(keyring: Keyring): readonly Member[] {
  return Object.entries(roles).map(([id, own]) => ({
    id,
    name: `The ${id}`,
    roles: own,
    keys: purposes.map((purpose) => keyring.purposeKeys(purpose)),
  }))
}

/** The state that a chain of these members begins with. `initial` has the parameters by `module/name`. */
export function genesisState(members: readonly Member[], initial: ReadonlyMap<string, Parameter>, time: bigint): State {
  const owners = members.flatMap(({ id, keys }) =>
    keys.flatMap((entry) => entry.keys.map(({ digest }) => ({ digest, member: id }))),
  )
  const began = [{ state: 'active' as const, height: 0n, time }]
  return {
    members: new Map(members.map((member) => [member.id, member])),
    keyOwners: new Map(owners.map((owner) => [owner.digest, owner])),
    standings: new Map(members.map(({ id }) => [id, { member: id, states: began, facts: [] }])),
    certificates: new Map(),
    parameters: new Map(initial),
    waiting: new Map(),
    recent: new Map(),
    used: new Map(),
    withdrawn: [],
    protocol: { version: 1 },
  }
}

export function nonce(random: SeededRandom): Uint8Array {
  return bytesFrom(random, 16)
}
