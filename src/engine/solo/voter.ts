/** The validator's hand: whatever it signs is in the signing state, on disk, before anyone else sees it. */
import type { PublicKey } from '../../codec/index.ts'
import { voteVerifier } from '../../crypto/index.ts'
import { durably } from '../../durable/index.ts'
import {
  encodeSignedHeader,
  type Header,
  type SignedHeader,
  type Timestamp,
  timestampFromMilliseconds,
  timestampToMilliseconds,
  validatorAddress,
  verifySignedHeader,
  voteSignBytes,
} from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { Clock } from './clock.ts'
import { blockIdOf, type Outcome, type SoloChain, soloRound } from './header.ts'
import { type FoundSigningState, type SigningState, SigningStateFile } from './signing-state.ts'

/** The validator's key: an Ed25519 key whose private half stays with its holder. */
export type SoloKey = { readonly key: PublicKey; sign(message: Uint8Array): Promise<Uint8Array> }

/** A signed header with what its block left behind. */
export type SignedBlock = { readonly signed: SignedHeader; readonly outcome: Outcome }

export class Voter {
  readonly chain: SoloChain
  readonly #file: SigningStateFile
  readonly #key: SoloKey
  readonly #clock: Clock

  constructor(chain: SoloChain, key: SoloKey, file: string, clock: Clock) {
    this.chain = chain
    this.#file = new SigningStateFile(file)
    this.#key = key
    this.#clock = clock
  }

  /** The path of the signing state. */
  get file(): string {
    return this.#file.path
  }

  /** @throws engine.signing-state-damaged */
  read(): Promise<FoundSigningState | undefined> {
    return this.#file.read()
  }

  /** Writes down what is needed to vote for the block should the process die right after the application's commit. */
  async prepare(last: SignedBlock | undefined, header: Header, before: Outcome, outcome: Outcome): Promise<void> {
    const { height, dataHash } = header
    const prepared = { height, hash: blockIdOf(header).hash, dataHash, before, outcome }
    const signed = last === undefined ? {} : { signed: signedField(last) }
    await durably('signing-state.prepare', () => this.#write({ ...signed, prepared }))
  }

  /**
   * The time of the vote for a block: CometBFT's rule, the clock, but at least a millisecond after the block, however far
   * back the clock has jumped. It is the next block's time, so it can be chosen before the vote is given.
   */
  timeOfVote({ time }: Header): Timestamp {
    const now = this.#clock.now()
    const earliest = timestampToMilliseconds(time) + 1n
    return timestampFromMilliseconds(now > earliest ? now : earliest)
  }

  /** Votes for a committed block. @throws engine.wrong-signature */
  async vote(header: Header, outcome: Outcome, time: Timestamp): Promise<SignedBlock> {
    const { chainId, validator } = this.chain
    const { height } = header
    const blockId = blockIdOf(header)
    const signature = await this.#key.sign(voteSignBytes(chainId, height, soloRound, blockId, time))
    const signed = { header, round: soloRound, blockId, votes: [{ validator: 0, time, signature }] }
    try {
      verifySignedHeader(signed, [validator], chainId, voteVerifier)
    } catch (cause) {
      throw engineError('wrong-signature', { height }, cause)
    }
    const block = { signed, outcome }
    await this.record(block)
    return block
  }

  /** Makes a block the newest one that was signed. */
  async record(block: SignedBlock): Promise<void> {
    await durably('signing-state.sign', () => this.#write({ signed: signedField(block) }))
  }

  async #write(blocks: Pick<SigningState, 'signed' | 'prepared'>): Promise<void> {
    const { chainId, validator } = this.chain
    await this.#file.write({
      format: 1,
      chain: chainId,
      validator: validatorAddress(validator.key),
      ...blocks,
    })
  }
}

function signedField({ signed, outcome }: SignedBlock): NonNullable<SigningState['signed']> {
  return { header: encodeSignedHeader(signed), outcome }
}
