/** From join files to the genesis: the same files in any order give the same bytes, or are refused with the same code. */
import { chainIdOf, engineGenesis, executeGenesis, type Genesis } from '../../src/chain/index.ts'
import {
  Bytes,
  compareBytes,
  decodeAs,
  encodeAs,
  encodeUnknown,
  List,
  Row,
  toHex,
  utf8,
  Word,
} from '../../src/codec/index.ts'
import { ed25519Spki } from '../../src/crypto/index.ts'
import { checkGenesis, nodeIdOf } from '../../src/engine/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { authority } from '../../src/governance/index.ts'
import { protocols } from '../protocols.ts'
import { networkError } from './errors.ts'
import { decodeJoin, type Join, keysOf, verifyJoin } from './join-file.ts'
import {
  maximumClockLead,
  maximumJoinBytes,
  maximumJoins,
  maximumNetworkBytes,
  maximumValidators,
  smallestConsortium,
} from './limits.ts'

/** A validator's node as its peers find it: `id@host:port`. */
export type Peer = { readonly organisation: string; readonly id: string; readonly address: string }

/** What join files make together. */
export type Network = {
  readonly joins: readonly Join[]
  readonly genesis: Genesis
  readonly chain: string
  /** In the order of the organisations. */
  readonly peers: readonly Peer[]
}

/** The form of a network file: the join files, in the order of the organisations. All else follows from them. */
const NetworkFile = Row({
  kind: Word('commonroot network'),
  joins: List(Bytes({ minimum: 1, maximum: maximumJoinBytes }), { minimum: 1, maximum: maximumJoins }),
})

/**
 * Checks join files one by one and against each other, executes the genesis that they give, and returns it.
 * @throws network.join-signature, network.other-network, network.repeated, network.power, network.no-validators,
 *   network.ungovernable; chain.*, governance.* and engine.genesis-unfit for what those parts refuse
 */
export async function assembleNetwork(given: readonly Join[]): Promise<Network> {
  const joins = given.toSorted((a, b) => compareBytes(utf8(a.terms.organisation.id), utf8(b.terms.organisation.id)))
  for (const join of joins) await verifyJoin(join)
  requireOneNetwork(joins)
  requireDistinct(joins)
  requireSoundPower(joins)
  const genesis = genesisOf(joins)
  const chain = chainIdOf(genesis)
  checkGenesis(engineGenesis(genesis))
  await executeGenesis(chain, protocols, engineGenesis(genesis))
  return { joins, genesis, chain, peers: peersOf(joins) }
}

/** The network begins at the newest file's time, so that none may lie in the future. @throws network.join-time */
export function requirePast(joins: readonly Join[], now: bigint): void {
  const late = joins.find(({ terms }) => terms.time > now + maximumClockLead)
  if (late === undefined) return
  throw networkError('join-time', { file: late.name, time: instantOf(late.terms.time) })
}

export function encodeNetwork({ joins }: Pick<Network, 'joins'>): Uint8Array {
  return encodeAs(NetworkFile, { kind: 'commonroot network', joins: joins.map(({ bytes }) => bytes) })
}

/** Reads a network file and assembles it anew: whoever gives it is not trusted. @throws network.network-malformed, what `assembleNetwork` throws */
export async function decodeNetwork(name: string, bytes: Uint8Array): Promise<Network> {
  const malformed = (reason: string, cause?: unknown) =>
    networkError('network-malformed', { file: name, reason }, cause)
  if (bytes.length > maximumNetworkBytes) throw malformed(`it has more than ${maximumNetworkBytes} bytes`)
  let joins: readonly Join[]
  try {
    joins = decodeAs(NetworkFile, bytes).joins.map((join, index) => decodeJoin(`${name}[${index}]`, join))
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    throw malformed(error.message, error)
  }
  const network = await assembleNetwork(joins)
  if (network.joins.some((join, index) => join !== joins[index])) throw malformed('its join files are not in order')
  return network
}

function genesisOf(joins: readonly Join[]): Genesis {
  const [{ terms }] = nonEmpty(joins)
  return {
    name: terms.network,
    time: newestTime(joins),
    protocol: terms.protocol,
    members: joins.map((join) => join.terms.organisation),
    parameters: [authorityOf(joins)],
    validators: joins.flatMap(({ terms: { node, organisation } }) =>
      node === undefined ? [] : [{ key: node.validator, power: node.power, member: organisation.id }],
    ),
    engine: 'cometbft',
  }
}

function newestTime(joins: readonly Join[]): bigint {
  const times = joins.map(({ terms }) => terms.time).sort((a, b) => (a < b ? 1 : -1))
  return times[0] ?? 0n
}

/** More than two thirds of the organisations that have a say decide: the default is for a network whose size is not known. */
function authorityOf(joins: readonly Join[]): Genesis['parameters'][number] {
  const { roles } = authority.initial
  const voices = joins.filter(({ terms }) => terms.organisation.roles.some((role) => roles.includes(role))).length
  if (voices === 0) throw networkError('ungovernable', { roles: roles.join(', ') })
  const value = { ...authority.initial, members: Math.floor((2 * voices) / 3) + 1 }
  return { module: authority.module, name: authority.name, value: encodeUnknown(authority.schema, value) }
}

function peersOf(joins: readonly Join[]): readonly Peer[] {
  return joins.flatMap(({ terms: { organisation, node } }) =>
    node === undefined
      ? []
      : [{ organisation: organisation.id, id: nodeIdOf(ed25519Spki(node.peer)), address: node.address }],
  )
}

function requireOneNetwork(joins: readonly Join[]): void {
  const [first] = nonEmpty(joins)
  const expected = nameOf(first)
  const other = joins.find((join) => nameOf(join) !== expected)
  if (other !== undefined) throw networkError('other-network', { file: other.name, found: nameOf(other), expected })
}

function nameOf({ terms }: Join): string {
  return `${terms.network}, protocol ${terms.protocol}`
}

/** Ids, keys and addresses stand in one join file only. */
function requireDistinct(joins: readonly Join[]): void {
  const owners = new Map<string, string>()
  for (const { name, terms } of joins) {
    const things = [
      `organisation ${terms.organisation.id}`,
      ...keysOf(terms).map(({ key }) => `key ${toHex(key.spki).slice(-16)}`),
      ...(terms.node === undefined ? [] : [`address ${terms.node.address}`]),
    ]
    for (const what of things) {
      const first = owners.get(what)
      if (first !== undefined) throw networkError('repeated', { what, first, second: name })
      owners.set(what, name)
    }
  }
}

function requireSoundPower(joins: readonly Join[]): void {
  const validators = joins.flatMap(({ terms: { organisation, node } }) =>
    node === undefined ? [] : [{ organisation: organisation.id, power: node.power }],
  )
  const count = validators.length
  if (count === 0 || count > maximumValidators) {
    throw networkError('no-validators', { count, limit: maximumValidators })
  }
  const total = validators.reduce((sum, { power }) => sum + power, 0n)
  const [reference] = validators
  for (const { organisation, power } of validators) {
    if (power === 0n) throw networkError('power', { organisation, power, reason: 'it is zero' })
    if (count >= smallestConsortium && 3n * power >= total) {
      throw networkError('power', { organisation, power, reason: `it is a third or more of ${total}` })
    }
    if (count < smallestConsortium && power !== reference?.power) {
      throw networkError('power', { organisation, power, reason: 'so few validators have equal power' })
    }
  }
}

function nonEmpty(joins: readonly Join[]): readonly [Join, ...Join[]] {
  const [first, ...others] = joins
  if (first === undefined) throw networkError('no-validators', { count: 0, limit: maximumValidators })
  return [first, ...others]
}

function instantOf(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds))
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString()
}
