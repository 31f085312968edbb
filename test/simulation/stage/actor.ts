/** A process that runs the chain in a place: it can end at any moment, and another one takes over. */
import { Chain, type ChainProtocols, engineGenesis, type Genesis } from '../../../src/chain/index.ts'
import type { BlockInput, BlockOutput } from '../../../src/engine/index.ts'
import type { SeededRandom } from '../../faults/seeded-random.ts'
import { pickWeighted } from '../seed.ts'
import { type FaultyStore, faultyStore, ProcessEnd, type StoreFault } from './faulty-store.ts'
import type { Place } from './place.ts'

/** How often each fault comes, in hundred blocks. */
const faultWeights = {
  none: 46,
  restart: 8,
  'finalized-twice': 7,
  'another-proposal-first': 8,
  'end-after-finalizing': 6,
  'end-while-reading': 8,
  'end-before-write': 4,
  'end-after-write': 6,
  'outage-while-reading': 1.5,
  'outage-before-write': 1,
  'outage-after-write': 1.5,
  'pages-lost': 3,
}

/** Those that a place in memory has not. */
const databaseWeights = { 'connections-cut': 4, 'old-blocks-archived': 5 }
export type FaultName = keyof typeof faultWeights | keyof typeof databaseWeights

export class Actor {
  readonly place: Place
  readonly genesis: Genesis
  /** Of the newest block, and how often each has been. */
  fault: FaultName = 'none'
  readonly faults = new Map<FaultName, number>()
  /** What the rules threw that is no refusal. */
  readonly defects: unknown[] = []
  readonly #protocols: ChainProtocols
  readonly #random: SeededRandom
  readonly #isCalm: boolean
  #chain: Chain
  #store: FaultyStore

  private constructor(options: ActorOptions, chain: Chain, store: FaultyStore) {
    this.place = options.place
    this.genesis = options.genesis
    this.#protocols = options.protocols
    this.#random = options.random
    this.#isCalm = options.isCalm
    this.#chain = chain
    this.#store = store
  }

  static async start(options: ActorOptions): Promise<Actor> {
    const store = faultyStore(await options.place.open(options.genesis))
    const defects: unknown[] = []
    const chain = await Chain.open({ ...options, store, onFault: (error) => defects.push(error) })
    const actor = new Actor(options, chain, store)
    await chain.initChain(engineGenesis(options.genesis))
    return actor
  }

  get chain(): Chain {
    return this.#chain
  }

  get store(): FaultyStore {
    return this.#store
  }

  /** The process ends, and another opens what is kept. */
  async restart(): Promise<void> {
    this.#store = faultyStore(await this.place.open(this.genesis))
    const { genesis } = this
    const onFault = (error: unknown) => this.defects.push(error)
    this.#chain = await Chain.open({ genesis, store: this.#store, protocols: this.#protocols, onFault })
    // Every engine does so when it has nothing to replay from.
    if (this.#random.chance(0.2) && this.#chain.head?.height === 0n) await this.#chain.initChain(engineGenesis(genesis))
  }

  /** Brings one block in, whatever happens meanwhile. @returns what it gave, each time that it was executed */
  async execute(input: BlockInput): Promise<readonly BlockOutput[]> {
    this.fault = this.#isCalm ? 'none' : this.#pickFault()
    this.faults.set(this.fault, (this.faults.get(this.fault) ?? 0) + 1)
    return this.#executeWith(this.fault, input)
  }

  #pickFault(): FaultName {
    if (this.place.name === 'memory') return pickWeighted(this.#random, faultWeights)
    return pickWeighted(this.#random, { ...faultWeights, ...databaseWeights })
  }

  async #executeWith(fault: FaultName, input: BlockInput): Promise<readonly BlockOutput[]> {
    switch (fault) {
      case 'none':
        return [await this.#finalizeAndCommit(input)]
      case 'restart':
        await this.restart()
        return [await this.#finalizeAndCommit(input)]
      case 'pages-lost':
        await this.place.rebuildPages(this.genesis)
        await this.restart()
        return [await this.#finalizeAndCommit(input)]
      case 'finalized-twice':
        return [await this.#chain.finalizeBlock(input), await this.#finalizeAndCommit(input)]
      case 'another-proposal-first':
        await this.#chain.finalizeBlock(this.#otherProposal(input))
        return [await this.#finalizeAndCommit(input)]
      case 'end-after-finalizing': {
        const first = await this.#chain.finalizeBlock(input)
        await this.restart()
        return [first, await this.#finalizeAndCommit(input)]
      }
      case 'end-while-reading':
        return this.#withFault(input, { reads: this.#random.whole(6), as: 'end' })
      case 'end-before-write':
        return this.#withFault(input, { write: 'lost', as: 'end' })
      case 'end-after-write':
        return this.#withFault(input, { write: 'unanswered', as: 'end' })
      case 'outage-while-reading':
        return this.#withFault(input, { reads: this.#random.whole(6), as: 'outage' })
      case 'outage-before-write':
        return this.#withFault(input, { write: 'lost', as: 'outage' })
      case 'outage-after-write':
        return this.#withFault(input, { write: 'unanswered', as: 'outage' })
      case 'old-blocks-archived':
        await this.place.archiveOldBlocks()
        return [await this.#finalizeAndCommit(input)]
      case 'connections-cut': {
        const output = await this.#chain.finalizeBlock(input)
        await Promise.all([this.#chain.commit(), this.place.cutConnections()])
        return [output]
      }
    }
  }

  async #withFault(input: BlockInput, fault: StoreFault): Promise<readonly BlockOutput[]> {
    this.#store.arm(fault)
    try {
      const output = await this.#finalizeAndCommit(input)
      this.#store.disarm()
      return [output]
    } catch (error) {
      if (!(error instanceof ProcessEnd)) throw error
    }
    await this.restart()
    if (this.#chain.head?.height !== input.height) return [await this.#finalizeAndCommit(input)]
    await this.#refuseAgain(input)
    return []
  }

  /** An engine that has not heard of the commit would bring the block once more. */
  async #refuseAgain(input: BlockInput): Promise<void> {
    const again = await this.#chain.finalizeBlock(input).then(
      () => 'nothing',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
    )
    if (again !== 'chain.not-next-block') throw new Error(`a block that is stored was brought again and met ${again}`)
  }

  async #finalizeAndCommit(input: BlockInput): Promise<BlockOutput> {
    const output = await this.#chain.finalizeBlock(input)
    await this.#chain.commit()
    return output
  }

  /** A proposal of a round that failed: other transactions, or the same in another order, a little earlier. */
  #otherProposal(input: BlockInput): BlockInput {
    const transactions = input.transactions.filter(() => this.#random.chance(0.6)).toReversed()
    const time = { ...input.time, nanos: this.#random.chance(0.5) ? 0 : input.time.nanos }
    return { ...input, transactions, time, hash: new Uint8Array(32).fill(1) }
  }
}

export type ActorOptions = {
  readonly place: Place
  readonly genesis: Genesis
  readonly protocols: ChainProtocols
  /** For faults alone: what the blocks hold is chosen elsewhere. */
  readonly random: SeededRandom
  readonly isCalm: boolean
}
