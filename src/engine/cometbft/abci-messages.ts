/** ABCI requests in, answers out: between CometBFT's protobuf messages and the types of the Engine port. */
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { Fields } from '../../codec/index.ts'
import { ed25519Raw, ed25519Spki } from '../../crypto/index.ts'
import { maximumHeight, type Timestamp, type Validator } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { BlockInput, GenesisInput, Misbehaviour } from '../port.ts'
import { readSnapshotRequest, type SnapshotRequest } from './abci-snapshots.ts'
import { applicationOfState } from './genesis.ts'
import type { StateQuery } from './query.ts'

/** What CometBFT asks. Vote extensions are not offered: their requests carry nothing that is read. */
export type AbciRequest =
  | { readonly kind: 'echo'; readonly message: string }
  | { readonly kind: 'query'; readonly query: StateQuery }
  | { readonly kind: 'init_chain'; readonly genesis: GenesisInput }
  | { readonly kind: 'check_tx'; readonly transaction: Uint8Array; readonly recheck: boolean }
  | {
      readonly kind: 'prepare_proposal'
      readonly height: bigint
      readonly time: Timestamp
      readonly candidates: readonly Uint8Array[]
      readonly maximumBytes: number
    }
  | { readonly kind: 'process_proposal' | 'finalize_block'; readonly block: BlockInput }
  | { readonly kind: 'verify_vote_extension'; readonly isEmpty: boolean }
  | SnapshotRequest
  | { [Kind in PlainKind]: { readonly kind: Kind } }[PlainKind]

const plainKinds = ['flush', 'info', 'commit', 'extend_vote'] as const
type PlainKind = (typeof plainKinds)[number]

/** An answer: the response's field and its content, with the field names of `abci.proto`. */
export type AbciAnswer = { readonly kind: AbciRequest['kind'] | 'exception'; readonly body: object }

const { root } = protobuf.parse(readFileSync(new URL('abci.proto', import.meta.url), 'utf8'), { keepCase: true })
const requestType = root.lookupType('tendermint.abci.Request')
const responseType = root.lookupType('tendermint.abci.Response')

const addressLengths = [20]
const digestLengths = [32]
const keyLengths = [32]
const maximumSeconds = 253_402_300_799n
const maximumNanoseconds = 999_999_999
const recheckType = 1
const absentFlag = 1
const nilFlag = 3

/** Reads one request. @throws engine.abci-message for a damaged one, engine.abci-unknown for one without a known kind */
export function decodeRequest(bytes: Uint8Array): AbciRequest {
  const request = new Fields(unpack(bytes), 'request', complain)
  if (!request.has('value')) throw engineError('abci-unknown')
  const kind = request.text('value')
  const plain = plainKinds.find((known) => known === kind)
  if (plain !== undefined) return { kind: plain }
  const body = request.record(kind)
  const aboutSnapshots = readSnapshotRequest(kind, body)
  if (aboutSnapshots !== undefined) return aboutSnapshots
  switch (kind) {
    case 'echo':
      return { kind, message: body.text('message') }
    case 'query':
      return { kind, query: queryOf(body) }
    case 'init_chain':
      return { kind, genesis: genesisOf(body) }
    case 'check_tx':
      return { kind, transaction: body.bytes('tx'), recheck: body.small('type', 0, recheckType) === recheckType }
    case 'prepare_proposal':
      return {
        kind,
        height: body.integer('height', 1n, maximumHeight),
        time: timeOf(body),
        candidates: body.byteList('txs'),
        maximumBytes: Number(body.integer('max_tx_bytes', 0n, BigInt(Number.MAX_SAFE_INTEGER))),
      }
    case 'process_proposal':
    case 'finalize_block':
      return { kind, block: blockOf(body) }
    case 'verify_vote_extension':
      return { kind, isEmpty: body.bytes('vote_extension').length === 0 }
  }
  throw engineError('abci-unknown')
}

export function encodeAnswer(answer: AbciAnswer): Uint8Array {
  return responseType.encode(responseType.fromObject({ [answer.kind]: answer.body })).finish()
}

/** A validator as an answer carries it. */
export function validatorUpdate(validator: Validator): object {
  return { pub_key: { ed25519: ed25519Raw(validator.key) }, power: validator.power }
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return requestType.toObject(requestType.decode(bytes), {
      longs: BigInt,
      defaults: true,
      arrays: true,
      oneofs: true,
    })
  } catch (cause) {
    throw engineError('abci-message', { reason: 'it is no protobuf message of the protocol' }, cause)
  }
}

function complain(path: string, expected: string): Error {
  return engineError('abci-message', { reason: `${path} is not ${expected}` })
}

function queryOf(body: Fields): StateQuery {
  return {
    path: body.text('path'),
    key: body.bytes('data'),
    height: body.integer('height', 0n, maximumHeight),
    prove: body.flag('prove'),
  }
}

function genesisOf(body: Fields): GenesisInput {
  return {
    chainId: body.text('chain_id'),
    time: timeOf(body),
    validators: body.records('validators').map((update) => ({
      key: ed25519Spki(update.record('pub_key').bytes('ed25519', keyLengths)),
      power: update.integer('power', 1n, maximumHeight),
    })),
    application: applicationOfState(body.bytes('app_state_bytes')),
    initialHeight: body.integer('initial_height', 1n, maximumHeight),
  }
}

function blockOf(body: Fields): BlockInput {
  return {
    height: body.integer('height', 1n, maximumHeight),
    hash: body.bytes('hash', digestLengths),
    time: timeOf(body),
    transactions: body.byteList('txs'),
    proposer: body.bytes('proposer_address', addressLengths),
    misbehaviour: body.records('misbehavior').map(misbehaviourOf),
    votedLast: body
      .record('last_commit')
      .records('votes')
      .map((vote) => ({
        validator: vote.record('validator').bytes('address', addressLengths),
        signed: vote.small('block_id_flag', absentFlag, nilFlag) !== absentFlag,
      })),
  }
}

function misbehaviourOf(evidence: Fields): Misbehaviour {
  const validator = evidence.record('validator')
  return {
    kind: evidence.small('type', 1, 2) === 1 ? 'duplicate-vote' : 'light-client-attack',
    validator: validator.bytes('address', addressLengths),
    power: validator.integer('power', 0n, maximumHeight),
    height: evidence.integer('height', 1n, maximumHeight),
    time: timeOf(evidence),
    totalPower: evidence.integer('total_voting_power', 0n, maximumHeight),
  }
}

/** A message whose time is exactly 1970 has an empty timestamp, which is still written: Go's embedded structs always are. */
function timeOf(body: Fields): Timestamp {
  const time = body.record('time')
  return { seconds: time.integer('seconds', 0n, maximumSeconds), nanos: time.small('nanos', 0, maximumNanoseconds) }
}
