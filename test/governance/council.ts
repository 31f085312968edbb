/** Four organisations with a validator each, on protocol 2: proposing, voting, and blocks on which validators vote. */
import { chainIdOf, type Genesis } from '../../src/chain/index.ts'
import { encodeUnknown, toHex, uint64Bytes, utf8 } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import {
  possessionMessage,
  proposals,
  tallies,
  validatorPossessionMessage,
  validatorSet,
} from '../../src/governance/index.ts'
import type { TransactionResult } from '../../src/host/index.ts'
import { validatorAddress } from '../../src/light/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'
import { type BareChain, type Block, bareChain, bareGenesis, type NamedOperation } from '../host/bare-chain.ts'
import { type TestKey, type TestMember, testKey, testMember } from '../ledger/members.ts'

export const founders = [
  testMember('operator', ['operator']),
  testMember('vendor-a', ['vendor']),
  testMember('ca-one', ['ca']),
  testMember('regulator', ['regulator']),
] as const
export const [operator, vendor, authority, regulator] = founders
/** A member without a role that governs. */
export const guest = testMember('guest', ['guest'])
export const validatorKeys = founders.map(() => testKey())

/** A decision as a proposal carries it: its type and its body. */
export type Proposed = readonly [type: string, body: unknown]

export type Council = BareChain & {
  readonly id: string
  /** A block on whose predecessor these validators voted; by default all that have power. */
  voted(transactions?: readonly Uint8Array[], absent?: readonly TestKey[]): Promise<Block>
  bodies(operations: readonly Proposed[]): Promise<readonly { type: string; body: Uint8Array }[]>
  propose(operations: readonly Proposed[], by?: TestMember, until?: bigint): Promise<TransactionResult>
  vote(number: bigint, by: TestMember, vote?: 'yes' | 'no'): Promise<TransactionResult>
  /** Proposes, and lets members vote yes until three have. @returns the state of the proposal */
  pass(operations: readonly Proposed[], voters?: readonly TestMember[]): Promise<string>
  newest(): bigint
  stateOf(number: bigint): Promise<string | undefined>
  powers(): Promise<Readonly<Record<string, string>>>
  /** Runs an operation that should be refused, and checks that nothing has changed. */
  refused(operation: NamedOperation, signers: readonly TransactionSigner[]): Promise<number>
}

export async function council(
  changes: Partial<Genesis> = {},
  members: readonly TestMember[] = [...founders, guest],
  engine: 'solo' | 'cometbft' | 'none' = 'cometbft',
) {
  const genesis = bareGenesis(members, [], {
    protocol: 2,
    ...(engine === 'none' ? {} : { engine }),
    validators: founders.map(({ id }, index) => ({
      key: ed25519Raw(validatorKeys[index]!.key),
      power: 10n,
      member: id,
    })),
    ...changes,
  })
  return gather(await bareChain({ genesis }))
}

export function gather(bare: BareChain): Council {
  const id = chainIdOf(bare.genesis)
  let count = 0n
  const view = () => bare.chain.view('head')
  const made: Council = {
    ...bare,
    id,
    get time() {
      return bare.time
    },
    set time(value) {
      bare.time = value
    },
    newest: () => count,
    voted: async (transactions = [], absent = []) => {
      const set = await (await view()).get(validatorSet, new Uint8Array(0))
      const gone = absent.map(({ key }) => toHex(ed25519Raw(key)))
      const voters = (set?.validators ?? []).filter(({ key, applied }) => applied > 0n && !gone.includes(toHex(key)))
      const votedLast = voters.map(({ key }) => ({ validator: addressOf(key), signed: true }))
      return bare.block(transactions, [], votedLast)
    },
    bodies: async (operations) => {
      const program = await bare.chain.program()
      return operations.map(([type, body]) => {
        const declared = program.transactionType('governance', type)
        if (declared === undefined) throw new TypeError(`no decision ${type}`)
        return { type, body: encodeUnknown(declared.schema, body) }
      })
    },
    propose: async (operations, by = operator, until = bare.time + 86_400_000n) => {
      const body = { member: by.id, operations: await made.bodies(operations), until }
      const result = await bare.run([['governance', 'propose', body]], [by.signer])
      if (result.code === 0) count++
      return result
    },
    vote: async (number, by, vote = 'yes') => {
      const proposal = await (await view()).get(proposals, uint64Bytes(number))
      const body = { proposal: number, member: by.id, vote, operations: proposal?.operations ?? [] }
      return bare.run([['governance', 'vote', body]], [by.signer])
    },
    pass: async (operations, voters = [operator, vendor, authority]) => {
      const { code } = await made.propose(operations, voters[0])
      if (code !== 0) return `refused ${code}`
      for (const voter of voters) {
        const result = await made.vote(count, voter)
        if (result.code !== 0) return `vote refused ${result.code}`
      }
      return (await made.stateOf(count)) ?? 'unknown'
    },
    stateOf: async (number) => (await (await view()).get(tallies, uint64Bytes(number)))?.state,
    powers: async () => {
      const set = await (await view()).get(validatorSet, new Uint8Array(0))
      return Object.fromEntries((set?.validators ?? []).map(({ member = '', applied }) => [member, `${applied}`]))
    },
    refused: async (operation, signers) => {
      const before = bare.state()
      const { results, events } = await bare.block([await bare.sign([operation], signers)])
      if (bare.state() !== before || events.length > 0) throw new TypeError('a refusal changed the state')
      if (bare.faults.length > 0) throw bare.faults[0]
      return results[0]!.code
    },
  }
  return made
}

export function addressOf(key: Uint8Array): Uint8Array {
  return validatorAddress({ algorithm: 'EdDSA', spki: spkiOf(key) })
}

/** RFC 8410. */
function spkiOf(raw: Uint8Array): Uint8Array {
  return Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, ...raw)
}

/** The body of `admit-member` for a newcomer whose one key serves every purpose. */
export function admission(chain: string, id: string, roles: readonly string[], key: TestKey = testKey()) {
  const purposes = ['govern', 'operate', 'line', 'node'] as const
  return {
    member: {
      id,
      name: id,
      roles: [...roles],
      keys: purposes.map((purpose) => ({ purpose, threshold: 1, keys: [key.key] })),
    },
    possession: purposes.map((purpose) => key.sign(possessionMessage(chain, id, purpose, 0n))),
  }
}

export function newValidator(chain: string, member: string, power: bigint, key: TestKey = testKey()) {
  const raw = ed25519Raw(key.key)
  return { member, key: raw, power, possession: key.sign(validatorPossessionMessage(chain, member, raw)) }
}

export function memberOf(id: string, key: TestKey): TestMember {
  const signer = { kind: 'member', subject: utf8(id), key: key.key, sign: key.sign }
  return { id, name: id, roles: [], keys: [], signer }
}
