/**
 * The embedded engine: one validator in this process. The steps of a block, and what a crash between two of them
 * leaves behind, are tabulated in `docs/reference/engine.md`.
 */
import { equalBytes } from '../../codec/index.ts'
import {
  type Header,
  type SignedHeader,
  type Timestamp,
  timestampToMilliseconds,
  transactionsHash,
  type Validator,
  validatorAddress,
} from '../../light/index.ts'
import { engineError } from '../errors.ts'
import { checkGenesis } from '../genesis.ts'
import type { Application, Engine, GenesisInput } from '../port.ts'
import { blockInput, bytesOf, checkProposal, outcomeOf, votesBefore } from './block-contract.ts'
import { type Clock, systemClock } from './clock.ts'
import { buildHeader, type Outcome, type Position, positionAfter, type SoloChain } from './header.ts'
import { Mempool, type MempoolLimits } from './mempool.ts'
import { type Adoption, type HeaderStore, openChain, type Standing } from './opening.ts'
import { type BlockReason, defaultIdleInterval, Pace } from './pace.ts'
import { type SoloKey, Voter } from './voter.ts'

/** Bytes of transactions in a block, if there are more: while it is committed, the next one can then be worked out. */
const preferredBytes = 3 * 1024 * 1024

/**
 * Bytes of waiting transactions, at least, for which a block is worked out while the one before is being committed: this
 * much, and half of what that one holds. Fewer gain more by waiting for others.
 */
const worthAnticipating = 256 * 1024

export type SoloOptions = {
  readonly genesis: GenesisInput
  readonly validator: SoloKey
  /** Path of the signing state: outside the database, and in no backup that is ever restored. */
  readonly signingState: string
  readonly headers: HeaderStore
  /** Milliseconds between blocks of an idle chain. */
  readonly idleInterval?: number
  readonly mempool?: MempoolLimits
  readonly clock?: Clock
  readonly adopt?: Adoption
}

export class SoloEngine implements Engine {
  readonly name = 'solo'
  readonly #options: SoloOptions
  readonly #clock: Clock
  readonly #mempool: Mempool
  #running: Running | undefined

  constructor(options: SoloOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#mempool = new Mempool(options.mempool)
  }

  /**
   * Brings application, signing state and headers together, then makes blocks until `stop`.
   * @throws engine.genesis-unfit, engine.solo-validators, engine.behind-signing-state, engine.signing-state-missing,
   *   engine.signing-state-damaged, engine.signing-state-foreign, engine.signing-state-stale,
   *   engine.application-diverged, engine.cannot-adopt
   */
  async start(application: Application, onFailure: (error: unknown) => void): Promise<void> {
    if (this.#running !== undefined) throw new TypeError('the engine runs already')
    const { genesis, validator, signingState, headers, adopt, idleInterval = defaultIdleInterval } = this.#options
    const voter = new Voter(soloChain(this.#options), validator, signingState, this.#clock)
    const standing = await openChain({ application, genesis, voter, headers, adopt })
    const pace = new Pace(this.#clock, idleInterval)
    // Whether the newest block still lacks its proof is not known here: one more block settles it.
    const done = Promise.resolve()
    const running: Running = {
      application,
      voter,
      pace,
      standing,
      next: standing.position,
      needsProof: true,
      worthAnticipating,
      signed: done,
      stored: done,
      ended: done,
    }
    this.#running = running
    running.ended = this.#run(running).catch((error: unknown) => {
      if (this.#running === running) this.#running = undefined
      onFailure(error)
    })
  }

  /** @throws engine.stopped, engine.duplicate-transaction, engine.too-large, engine.mempool-full */
  async submit(transaction: Uint8Array): Promise<void> {
    const { pace } = this.#now()
    this.#mempool.add(transaction)
    pace.arrived()
  }

  async signedHeader(height: bigint): Promise<SignedHeader> {
    const last = this.#running?.standing.last?.signed
    const signed = last?.header.height === height ? last : await this.#options.headers.get(height)
    if (signed === undefined) throw engineError('no-header', { height })
    return signed
  }

  async validators(height: bigint): Promise<readonly Validator[]> {
    const { voter, standing } = this.#now()
    if (height < this.#options.genesis.initialHeight || height > standing.position.height) {
      throw engineError('no-header', { height })
    }
    return [voter.chain.validator]
  }

  async status(): ReturnType<Engine['status']> {
    const { last } = this.#now().standing
    const { initialHeight: earliest } = this.#options.genesis
    return { height: last?.signed.header.height ?? 0n, earliest, catchingUp: false, peers: 0 }
  }

  /** Finishes the block that is being made. What waits in the mempool is lost, as it is in a crash. */
  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    running.pace.stop()
    await running.ended
    await running.stored
    if (this.#running === running) this.#running = undefined
  }

  async #run(running: Running): Promise<void> {
    const look = () => ({
      hasCandidates: this.#mempool.hasCandidates,
      needsProof: running.needsProof,
      due: dueAfter(running),
    })
    for (;;) {
      await Promise.race([running.signed, this.#mempool.reaches(running.worthAnticipating)])
      const reason = await running.pace.next(look)
      if (reason === undefined) return running.signed
      await this.#makeBlock(running, reason)
    }
  }

  /** Executes a block while the one before it is committed and signed, and then begins to do the same with it. */
  async #makeBlock(running: Running, reason: BlockReason): Promise<void> {
    const { application, voter, pace } = running
    const { height, time } = running.next
    const candidates = this.#mempool.candidates()
    const maximumBytes = Math.max(preferredBytes, candidates[0]?.length ?? 0)
    const transactions = await application.prepareProposal({ height, time, candidates, maximumBytes })
    if (reason === 'transactions' && transactions.length === 0) {
      pace.noneChosen()
      return
    }
    checkProposal(height, transactions)
    const { initialHeight } = this.#options.genesis
    const votedLast = votesBefore(height, validatorAddress(voter.chain.validator.key), initialHeight)
    application.anticipate?.({ height, time, transactions, misbehaviour: [], votedLast })
    await running.signed
    const { position } = running.standing
    const header = buildHeader(voter.chain, position, transactionsHash(transactions))
    const block = blockInput(header, transactions, initialHeight)
    if (!(await application.processProposal(block))) throw engineError('own-proposal-refused', { height })
    const outcome = outcomeOf(block, await application.finalizeBlock(block), position.outcome)
    this.#mempool.take(transactions)
    running.worthAnticipating = Math.max(worthAnticipating, bytesOf(transactions) / 2)
    const finalised = { header, transactions, outcome, timeOfVote: voter.timeOfVote(header) }
    running.next = { height: height + 1n, time: finalised.timeOfVote }
    running.needsProof = !equalBytes(outcome.appHash, position.outcome.appHash)
    running.signed = this.#sign(running, finalised)
    // The next block, or the end of the work, meets a failure.
    running.signed.catch(() => {})
  }

  async #sign(running: Running, { header, transactions, outcome, timeOfVote }: FinalisedBlock): Promise<void> {
    const { application, voter, standing, pace } = running
    // The signing state is about to forget the header before: from here on the store alone has it.
    await running.stored
    await voter.prepare(standing.last, header, standing.position.outcome, outcome)
    await application.commit()
    const last = await voter.vote(header, outcome, timeOfVote)
    running.stored = this.#options.headers.put(last.signed)
    running.stored.catch(() => {})
    running.standing = { position: positionAfter(last.signed, voter.chain, outcome), last }
    pace.blockMade()
    await this.#mempool.settle(transactions, application)
  }

  #now(): Running {
    if (this.#running === undefined) throw engineError('stopped')
    return this.#running
  }
}

type FinalisedBlock = {
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
  readonly outcome: Outcome
  readonly timeOfVote: Timestamp
}

type Running = {
  readonly application: Application
  readonly voter: Voter
  readonly pace: Pace
  /** After the newest signed block. */
  standing: Standing
  /** The block that comes after the newest finalised one. */
  next: Pick<Position, 'height' | 'time'>
  needsProof: boolean
  worthAnticipating: number
  /** The newest finalised block on its way to being committed and signed, while the next block is worked out. */
  signed: Promise<void>
  /** The newest signed header on its way into the store, while the next block is worked out. */
  stored: Promise<void>
  ended: Promise<void>
}

/** @throws engine.genesis-unfit, engine.solo-validators */
function soloChain({ genesis, validator }: SoloOptions): SoloChain {
  const [only, ...others] = checkGenesis(genesis)
  if (only === undefined || others.length > 0) {
    throw engineError('solo-validators', { reason: `the genesis has ${others.length + 1}` })
  }
  if (!equalBytes(only.key.spki, validator.key.spki)) {
    throw engineError('solo-validators', { reason: 'the genesis has another key' })
  }
  return { chainId: genesis.chainId, validator: only }
}

/** Work that was due in the last block already has had its chance: if it is still there, it waits for its turn. */
function dueAfter({ application, standing }: Running): bigint | undefined {
  const due = application.nextDue?.()
  if (due === undefined || standing.last === undefined) return due
  return due > timestampToMilliseconds(standing.last.signed.header.time) ? due : undefined
}
