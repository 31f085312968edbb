/** Random blocks that make sense: their makers know what is in the state, and mostly do what they may. */

import type { Genesis } from '../../../src/chain/index.ts'
import { ed25519Raw } from '../../../src/crypto/index.ts'
import { type Program, type Protocols, programOf } from '../../../src/host/index.ts'
import type { SeededRandom } from '../../faults/seeded-random.ts'
import type { ReadCertificate } from '../model/described.ts'
import { Model } from '../model/ledger.ts'
import { bytesFrom, pickFrom, pickWeighted } from '../seed.ts'
import { makeMassRevoke, makePublish, makePublishVouched, makeRevoke } from './certifying.ts'
import type { Content, MadeOperation } from './content.ts'
import { type MadeTransaction, makeTransaction, signedAgain } from './envelopes.ts'
import {
  makeAgenda,
  makeRotateKeys,
  makeSetMemberState,
  makeSetParameter,
  makeSwitchProtocol,
  makeWithdrawAlgorithm,
} from './governing.ts'
import { seededKey } from './keys.ts'
import { genesisMembers, genesisState, Keyring } from './members.ts'
import { documentedParameters } from './parameters.ts'

const start = 1_800_000_000_000n

/** Old transactions that can come back. */
const remembered = 200

export type SimulatedBlock = { readonly time: bigint; readonly transactions: readonly MadeTransaction[] }

export class World {
  readonly genesis: Genesis
  readonly certificates: ReadCertificate[] = []
  readonly #random: SeededRandom
  readonly #keyring: Keyring
  readonly #protocols: Protocols
  readonly #old: MadeTransaction[] = []
  readonly #members: ReturnType<typeof genesisMembers>

  constructor(random: SeededRandom, protocols: Protocols) {
    this.#random = random
    this.#protocols = protocols
    this.#keyring = new Keyring(random)
    this.#members = genesisMembers(this.#keyring)
    this.genesis = {
      name: 'simulated',
      time: start,
      protocol: 1,
      members: this.#members.map(({ id, name, roles, keys }) => ({
        id,
        name,
        roles,
        keys: keys.map((entry) => ({
          ...entry,
          keys: entry.keys.map(({ algorithm, spki }) => ({ algorithm, spki })),
        })),
      })),
      parameters: [],
      validators: [{ key: ed25519Raw(seededKey('EdDSA', random).publicKey), power: 10n }],
    }
  }

  /** The model of the chain that begins with this world's genesis. */
  model(chain: string): Model {
    return new Model(chain, genesisState(this.#members, documentedParameters, start), start)
  }

  /** The next block. The model is read, not changed. */
  async nextBlock(model: Model): Promise<SimulatedBlock> {
    const random = this.#random
    const time = this.#nextTime(model)
    const content: Content = { random, keyring: this.#keyring, model, time, certificates: this.certificates }
    const program = programOf(this.#protocols, model.state.protocol.version)
    const transactions: MadeTransaction[] = []
    const count = random.chance(0.12) ? 0 : 1 + random.whole(4)
    for (let made = 0; made < count; made++) {
      const old = pickFrom(random, [...transactions, ...this.#old])
      if (old !== undefined && random.chance(0.06)) {
        transactions.push(random.chance(0.5) ? old : signedAgain(old))
        continue
      }
      transactions.push(makeTransaction(content, program, await this.#operations(content, program)))
    }
    this.#old.push(...transactions)
    this.#old.splice(0, this.#old.length - remembered)
    return { time, transactions }
  }

  #nextTime({ head, state }: Model): bigint {
    const random = this.#random
    const due = pickFrom(random, [...state.waiting.values()])?.at
    if (due !== undefined && due > head.time + 1n && random.chance(0.25)) return due - BigInt(random.whole(2))
    // Long quiet times let what is old in blocks be young in hours.
    const isQuiet = head.height % 100n >= 40n
    const step = isQuiet ? 'second' : pickWeighted(random, { second: 85, minutes: 10, hours: 5 })
    const widest = { second: 3000, minutes: 2_400_000, hours: 18_000_000 }[step]
    return head.time + 1n + BigInt(random.whole(widest))
  }

  /** One most of the time; several stand or fall together. */
  async #operations(content: Content, program: Program): Promise<readonly [MadeOperation, ...MadeOperation[]]> {
    const { random } = content
    if (random.chance(0.03)) return makeAgenda(content)
    const operations: [MadeOperation, ...MadeOperation[]] = [await this.#operation(content, program)]
    while (random.chance(0.12)) operations.push(await this.#operation(content, program))
    return operations
  }

  async #operation(content: Content, { protocol }: Program): Promise<MadeOperation> {
    const { random } = content
    const kind = pickWeighted(random, {
      publish: 40,
      vouched: 16,
      revoke: 13,
      'mass-revoke': 5,
      'set-parameter': 10,
      'rotate-keys': 6,
      'set-member-state': 6,
      'withdraw-algorithm': 0.15,
      'switch-protocol': protocol < this.#protocols.size ? 2 : 0.3,
      flawed: 2,
    })
    switch (kind) {
      case 'publish':
        return makePublish(content)
      case 'vouched':
        return makePublishVouched(content)
      case 'revoke':
        return makeRevoke(content)
      case 'mass-revoke':
        return makeMassRevoke(content)
      case 'set-parameter':
        return makeSetParameter(content)
      case 'rotate-keys':
        return makeRotateKeys(content)
      case 'set-member-state':
        return makeSetMemberState(content)
      case 'withdraw-algorithm':
        return makeWithdrawAlgorithm(content)
      case 'switch-protocol':
        return makeSwitchProtocol(content, this.#protocols.size)
      case 'flawed':
        return flawed(random)
    }
  }
}

/** A type that no module has, or a body that does not fit. */
function flawed(random: SeededRandom): MadeOperation {
  const wanted = [{ member: 'vendor-a', purpose: 'line' as const }]
  if (random.chance(0.5)) {
    const described = { type: 'flawed' as const, code: 'transaction.unknown-type' }
    return { described, module: 'pki', type: 'bless', body: bytesFrom(random, 3), wanted }
  }
  const described = { type: 'flawed' as const, code: 'codec.missing-field' }
  return {
    described,
    module: 'pki',
    type: random.pick(['publish', 'revoke', 'mass-revoke']),
    body: Buffer.of(0xa0),
    wanted,
  }
}
