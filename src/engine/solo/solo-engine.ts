/**
 * The embedded engine: one validator in this process. The steps of a block, and what a crash between two of them
 * leaves behind, are tabulated in `docs/reference/engine.md`.
 */
import { equalBytes } from '../../codec/index.ts'
import { type SignedHeader, timestampToMilliseconds, transactionsHash, type Validator } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import { checkGenesis } from '../genesis.ts'
import type { Application, Engine, GenesisInput } from '../port.ts'
import { blockInput, checkProposal, outcomeOf } from './block-contract.ts'
import { type Clock, systemClock } from './clock.ts'
import { buildHeader, positionAfter, type SoloChain } from './header.ts'
import { Mempool, type MempoolLimits, maximumTransactionsBytes } from './mempool.ts'
import { type Adoption, type HeaderStore, openChain, type Standing } from './opening.ts'
import { type BlockReason, defaultIdleInterval, Pace } from './pace.ts'
import { type SoloKey, Voter } from './voter.ts'

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
    const running: Running = { application, voter, pace, standing, needsProof: true, stored: done, ended: done }
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
      hasCandidates: this.#mempool.count > 0,
      needsProof: running.needsProof,
      due: dueAfter(running),
    })
    for (;;) {
      const reason = await running.pace.next(look)
      if (reason === undefined) return
      await this.#makeBlock(running, reason)
    }
  }

  async #makeBlock(running: Running, reason: BlockReason): Promise<void> {
    const { application, voter, standing, pace } = running
    const { position } = standing
    const { height, time } = position
    const transactions = await application.prepareProposal({
      height,
      time,
      candidates: this.#mempool.candidates(),
      maximumBytes: maximumTransactionsBytes,
    })
    if (reason === 'transactions' && transactions.length === 0) {
      pace.noneChosen()
      return
    }
    checkProposal(height, transactions)
    const header = buildHeader(voter.chain, position, transactionsHash(transactions))
    const block = blockInput(header, transactions, this.#options.genesis.initialHeight)
    if (!(await application.processProposal(block))) throw engineError('own-proposal-refused', { height })
    const outcome = outcomeOf(block, await application.finalizeBlock(block), position.outcome)

    // The signing state is about to forget the header before: from here on the store alone has it.
    await running.stored
    await voter.prepare(standing.last, header, position.outcome, outcome)
    await application.commit()
    const last = await voter.vote(header, outcome)
    running.stored = this.#options.headers.put(last.signed)
    // The next block, or the end of the work, meets a failure.
    running.stored.catch(() => {})

    running.standing = { position: positionAfter(last.signed, voter.chain, outcome), last }
    running.needsProof = !equalBytes(outcome.appHash, position.outcome.appHash)
    pace.blockMade()
    await this.#mempool.settle(transactions, application)
  }

  #now(): Running {
    if (this.#running === undefined) throw engineError('stopped')
    return this.#running
  }
}

type Running = {
  readonly application: Application
  readonly voter: Voter
  readonly pace: Pace
  standing: Standing
  needsProof: boolean
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
