/** The start of a solo chain: brings application, signing state and header store to the same height. */
import { equalBytes } from '../../codec/index.ts'
import { voteVerifier } from '../../crypto/index.ts'
import { emptyHash, resultsHash, type SignedHeader, verifySignedHeader } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { Application, GenesisInput, TransactionOutput } from '../port.ts'
import { checkAppHash } from './block-contract.ts'
import { blockIdOf, buildHeader, genesisPosition, type Position, positionAfter } from './header.ts'
import { resumption } from './resume.ts'
import type { PreparedBlock } from './signing-state.ts'
import type { SignedBlock, Voter } from './voter.ts'

/** Where signed headers are kept. `put` is idempotent and resolves when the header is durable. */
export type HeaderStore = {
  put(signed: SignedHeader): Promise<void>
  get(height: bigint): Promise<SignedHeader | undefined>
}

/**
 * Takes the database as it is when the signing state is lost: the results of its newest block are needed for the next
 * header. Whoever gives it vouches that this key signed nothing beyond that block.
 */
export type Adoption = { readonly lastResults: readonly TransactionOutput[] }

/** Where the chain stands: the place of the next block, and the newest signed one. */
export type Standing = { readonly position: Position; readonly last: SignedBlock | undefined }

/** What a start needs to know. */
export type Opening = {
  readonly application: Application
  readonly genesis: GenesisInput
  readonly voter: Voter
  readonly headers: HeaderStore
  readonly adopt: Adoption | undefined
}

/** @throws see `SoloEngine.start` */
export async function openChain(opening: Opening): Promise<Standing> {
  const { application, voter } = opening
  const found = resumption(await voter.read(), await application.info(), voter.chain, voter.file)
  switch (found.kind) {
    case 'begin':
      return begin(opening)
    case 'continue':
      return standAfter(opening, found.block)
    case 'sign':
      return standAfter(opening, await voteForPrepared(opening, found.prepared, found.previous))
    case 'missing':
      return standAfter(opening, await adoptedBlock(opening))
  }
}

async function standAfter({ voter, headers }: Opening, last: SignedBlock): Promise<Standing> {
  await headers.put(last.signed)
  return { position: positionAfter(last.signed, voter.chain, last.outcome), last }
}

async function begin({ application, genesis, voter }: Opening): Promise<Standing> {
  const { appHash, validators } = await application.initChain(genesis)
  const [only, ...others] = validators
  const { key, power } = voter.chain.validator
  if (only === undefined || others.length > 0 || only.power !== power || !equalBytes(only.key.spki, key.spki)) {
    throw engineError('solo-validators', { reason: 'the application names others at genesis' })
  }
  checkAppHash(genesis.initialHeight, appHash)
  const { appVersion } = await application.info()
  return { position: genesisPosition(genesis, { resultsHash: emptyHash, appHash, appVersion }), last: undefined }
}

async function voteForPrepared(
  { genesis, voter }: Opening,
  { hash, dataHash, before, outcome }: PreparedBlock,
  previous: SignedHeader | undefined,
): Promise<SignedBlock> {
  const position =
    previous === undefined ? genesisPosition(genesis, before) : positionAfter(previous, voter.chain, before)
  const header = buildHeader(voter.chain, position, dataHash)
  if (!equalBytes(blockIdOf(header).hash, hash)) {
    throw engineError('signing-state-damaged', { file: voter.file, reason: 'its block does not give its own hash' })
  }
  return voter.vote(header, outcome, voter.timeOfVote(header))
}

async function adoptedBlock({ application, voter, headers, adopt }: Opening): Promise<SignedBlock> {
  const { height, appHash, appVersion } = await application.info()
  if (adopt === undefined) throw engineError('signing-state-missing', { height, file: voter.file })
  const signed = await headers.get(height)
  if (signed === undefined) throw engineError('cannot-adopt', { height, reason: 'its header is not stored' })
  try {
    verifySignedHeader(signed, [voter.chain.validator], voter.chain.chainId, voteVerifier)
  } catch (cause) {
    throw engineError('cannot-adopt', { height, reason: 'this validator did not sign its header' }, cause)
  }
  checkAppHash(height, appHash)
  const block = { signed, outcome: { resultsHash: resultsHash(adopt.lastResults), appHash, appVersion } }
  await voter.record(block)
  return block
}
