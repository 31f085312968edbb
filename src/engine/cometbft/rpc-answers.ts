/**
 * What CometBFT's RPC answers, as our types. The process is ours, but what it says came from peers: every field is
 * checked for form here; `src/light` checks what it means.
 */
import type { Fields } from '../../codec/index.ts'
import {
  type Header,
  maximumHeight,
  maximumRound,
  maximumTotalPower,
  type SignedHeader,
  signedHeaderFromJson,
  type Validator,
  validatorFromJson,
} from '../../light/index.ts'

const digestLength = 32

/** The result of `/commit`. @throws engine.rpc-answer, light.block-hash */
export function signedHeaderOf(result: Fields): SignedHeader {
  const signed = signedHeaderFromJson(result.record('signed_header'))
  if (!isComplete(signed.header)) throw result.complain('signed_header', 'all hashes')
  return signed
}

/** One page of `/validators`. @throws engine.rpc-answer */
export function validatorsOf(result: Fields): { readonly total: number; readonly page: readonly Validator[] } {
  return {
    total: Number(result.integer('total', 1n, BigInt(maximumRound))),
    page: result.records('validators').map(validatorOf),
  }
}

function validatorOf(fields: Fields): Validator {
  const validator = validatorFromJson(fields)
  if (validator.power === 0n) throw fields.complain('voting_power', 'a power')
  return validator
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

/** Other chains leave hashes out; ours has them all. */
function isComplete(header: Header): boolean {
  const { lastCommitHash, dataHash, consensusHash, appHash, lastResultsHash, evidenceHash } = header
  const digests = [lastCommitHash, dataHash, consensusHash, appHash, lastResultsHash, evidenceHash]
  return digests.every(({ length }) => length === digestLength)
}
