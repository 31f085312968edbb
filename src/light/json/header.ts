import { type Fields, utf8 } from '../../codec/index.ts'
import { maximumHeight } from '../limits.ts'
import type { Header } from '../types.ts'
import {
  addressLength,
  blockIdOrNothing,
  digestLength,
  digestOrNothing,
  formatTime,
  hexOf,
  hexUpTo,
  renderBlockId,
  timeOf,
  toUpperHex,
} from './values.ts'

const maximumUnsigned64 = 2n ** 64n - 1n

/** CometBFT bounds a chain's id, but not which characters it has; in UTF-8. */
const maximumChainIdBytes = 50

/** CometBFT leaves the length of an app hash to the application. */
const maximumAppHashBytes = 64

/** A header as CometBFT prints it. What it means is checked by who follows it. @throws what `header` complains with */
export function headerOf(header: Fields): Header {
  header.only(
    'version',
    'chain_id',
    'height',
    'time',
    'last_block_id',
    'last_commit_hash',
    'data_hash',
    'validators_hash',
    'next_validators_hash',
    'consensus_hash',
    'app_hash',
    'last_results_hash',
    'evidence_hash',
    'proposer_address',
  )
  const lastBlockId = blockIdOrNothing(header, 'last_block_id')
  return {
    version: versionOf(header.record('version')),
    chainId: chainIdOf(header),
    height: header.integer('height', 1n, maximumHeight),
    time: timeOf(header, 'time'),
    ...(lastBlockId === undefined ? {} : { lastBlockId }),
    lastCommitHash: digestOrNothing(header, 'last_commit_hash'),
    dataHash: digestOrNothing(header, 'data_hash'),
    validatorsHash: hexOf(header, 'validators_hash', digestLength),
    nextValidatorsHash: hexOf(header, 'next_validators_hash', digestLength),
    consensusHash: digestOrNothing(header, 'consensus_hash'),
    appHash: hexUpTo(header, 'app_hash', maximumAppHashBytes),
    lastResultsHash: digestOrNothing(header, 'last_results_hash'),
    evidenceHash: digestOrNothing(header, 'evidence_hash'),
    proposerAddress: hexOf(header, 'proposer_address', addressLength),
  }
}

export function renderHeader(header: Header) {
  const { version, lastBlockId } = header
  return {
    version: { block: version.block.toString(), app: version.app.toString() },
    chain_id: header.chainId,
    height: header.height.toString(),
    time: formatTime(header.time),
    last_block_id: lastBlockId === undefined ? null : renderBlockId(lastBlockId),
    last_commit_hash: toUpperHex(header.lastCommitHash),
    data_hash: toUpperHex(header.dataHash),
    validators_hash: toUpperHex(header.validatorsHash),
    next_validators_hash: toUpperHex(header.nextValidatorsHash),
    consensus_hash: toUpperHex(header.consensusHash),
    app_hash: toUpperHex(header.appHash),
    last_results_hash: toUpperHex(header.lastResultsHash),
    evidence_hash: toUpperHex(header.evidenceHash),
    proposer_address: toUpperHex(header.proposerAddress),
  }
}

/** Go leaves a zero out here. */
function versionOf(version: Fields): Header['version'] {
  version.only('block', 'app')
  const number = (name: string) => (version.has(name) ? version.integer(name, 0n, maximumUnsigned64) : 0n)
  return { block: number('block'), app: number('app') }
}

export function chainIdOf(header: Fields): string {
  const text = header.text('chain_id')
  const { length } = utf8(text)
  if (length === 0 || length > maximumChainIdBytes) {
    throw header.complain('chain_id', `1 to ${maximumChainIdBytes} bytes of text`)
  }
  return text
}
