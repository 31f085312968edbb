/**
 * What CometBFT's RPC answers, as our types. The process is ours, but what it says came from peers: every field is
 * checked for form here; `src/light` checks what it means.
 */
import { fromHex } from '../../codec/index.ts'
import { ed25519Spki } from '../../crypto/index.ts'
import {
  type BlockId,
  type CommitVote,
  type Header,
  maximumHeight,
  maximumParts,
  maximumRound,
  maximumTotalPower,
  type SignedHeader,
  type Timestamp,
  type Validator,
} from '../../light/index.ts'
import type { Fields } from './fields.ts'
import { parseTime } from './time-text.ts'

const digestLength = 32
const addressLength = 20
const signatureLength = 64
const keyLength = 32
const commitFlag = 2
const nilFlag = 3
const maximumUnsigned64 = 2n ** 64n - 1n
const publicKeyType = 'tendermint/PubKeyEd25519'

/** The result of `/commit`. @throws engine.rpc-answer */
export function signedHeaderOf(result: Fields): SignedHeader {
  const signed = result.record('signed_header')
  const commit = signed.record('commit')
  return {
    header: headerOf(signed.record('header')),
    round: commit.small('round', 0, maximumRound),
    blockId: blockIdOf(commit.record('block_id')),
    votes: commit.records('signatures').flatMap(voteOf),
  }
}

/** One page of `/validators`. @throws engine.rpc-answer */
export function validatorsOf(result: Fields): { readonly total: number; readonly page: readonly Validator[] } {
  return {
    total: Number(result.integer('total', 1n, BigInt(maximumRound))),
    page: result.records('validators').map((validator) => {
      const key = validator.record('pub_key')
      if (key.text('type') !== publicKeyType) throw key.complain('type', publicKeyType)
      return {
        key: ed25519Spki(base64(key, 'value', keyLength)),
        power: validator.integer('voting_power', 1n, maximumTotalPower),
      }
    }),
  }
}

/** The part of `/status` that says how far the node is. @throws engine.rpc-answer */
export function progressOf(result: Fields): {
  readonly height: bigint
  readonly earliest: bigint
  readonly catchingUp: boolean
  readonly power: bigint
} {
  const sync = result.record('sync_info')
  return {
    height: sync.integer('latest_block_height', 0n, maximumHeight),
    earliest: sync.integer('earliest_block_height', 0n, maximumHeight),
    catchingUp: sync.flag('catching_up'),
    power: result.record('validator_info').integer('voting_power', 0n, maximumTotalPower),
  }
}

function headerOf(header: Fields): Header {
  const version = header.record('version')
  const last = header.record('last_block_id')
  return {
    version: {
      block: version.integer('block', 0n, maximumUnsigned64),
      // Go leaves a zero out here.
      app: version.has('app') ? version.integer('app', 0n, maximumUnsigned64) : 0n,
    },
    chainId: header.text('chain_id'),
    height: header.integer('height', 1n, maximumHeight),
    time: timeOf(header, 'time'),
    ...(last.text('hash') === '' ? {} : { lastBlockId: blockIdOf(last) }),
    lastCommitHash: hex(header, 'last_commit_hash', digestLength),
    dataHash: hex(header, 'data_hash', digestLength),
    validatorsHash: hex(header, 'validators_hash', digestLength),
    nextValidatorsHash: hex(header, 'next_validators_hash', digestLength),
    consensusHash: hex(header, 'consensus_hash', digestLength),
    appHash: hex(header, 'app_hash', digestLength),
    lastResultsHash: hex(header, 'last_results_hash', digestLength),
    evidenceHash: hex(header, 'evidence_hash', digestLength),
    proposerAddress: hex(header, 'proposer_address', addressLength),
  }
}

function blockIdOf(blockId: Fields): BlockId {
  const parts = blockId.record('parts')
  return {
    hash: hex(blockId, 'hash', digestLength),
    partsTotal: parts.small('total', 1, maximumParts),
    partsHash: hex(parts, 'hash', digestLength),
  }
}

/** The place in the list is the validator's index; who was absent or voted nil is left out. */
function voteOf(signature: Fields, validator: number): readonly CommitVote[] {
  if (signature.small('block_id_flag', 1, nilFlag) !== commitFlag) return []
  return [
    { validator, time: timeOf(signature, 'timestamp'), signature: base64(signature, 'signature', signatureLength) },
  ]
}

function timeOf(fields: Fields, name: string): Timestamp {
  const time = parseTime(fields.text(name))
  if (time === undefined) throw fields.complain(name, 'a time in UTC')
  return time
}

/** Go prints its HexBytes in upper case. */
function hex(fields: Fields, name: string, length: number): Uint8Array {
  const text = fields.text(name)
  if (!/^[0-9A-F]*$/.test(text) || text.length !== 2 * length) {
    throw fields.complain(name, `${length} bytes in upper-case hexadecimal`)
  }
  return fromHex(text.toLowerCase())
}

function base64(fields: Fields, name: string, length: number): Uint8Array {
  try {
    const bytes = Uint8Array.fromBase64(fields.text(name), { lastChunkHandling: 'strict' })
    if (bytes.length === length) return bytes
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw fields.complain(name, `${length} bytes in base64`)
}
