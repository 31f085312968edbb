/** One run: a world makes blocks, a chain that is not spared executes them, a model says what must have come of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { protocols as shipped } from '../../api/protocols.ts'
import { pkiModule } from '../../pki/contract/index.ts'
import { type ChainProtocols, chainIdOf, defineProtocols, isOutage } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import type { BlockInput } from '../../src/engine/index.ts'
import { timestampFromMilliseconds } from '../../src/light/index.ts'
import { viewWindow } from '../../src/store/index.ts'
import { SeededRandom } from '../faults/seeded-random.ts'
import type { Model, ModelBlock } from './model/ledger.ts'
import { copyOf } from './model/state.ts'
import { seedVariable } from './seed.ts'
import { Actor } from './stage/actor.ts'
import { compareAdmission, compareProposal } from './stage/admission.ts'
import { compareBlock, compareLookups, compareOutput, compareTables, compareView, type Past } from './stage/compare.ts'
import { requireSame } from './stage/difference.ts'
import type { Place } from './stage/place.ts'
import { type SimulatedBlock, World } from './world/world.ts'

/** What ships, and later versions with the same modules, so that protocols are switched on the way. */
export const simulatedProtocols = defineProtocols(
  Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((version) => [
      version,
      { governance: 1, modules: [pkiModule], vectors: shipped.vectors.get(1) ?? '' },
    ]),
  ),
)

export type SimulationOptions = {
  readonly seed: number
  readonly blocks: number
  readonly place: Place
  /** Where faults come from; by default from the seed. The blocks are the same whatever it is. */
  readonly faultSeed?: number
  /** Without any fault. */
  readonly isCalm?: boolean
  /** All tables are compared every so many blocks. */
  readonly tablesEvery?: number
  readonly protocols?: ChainProtocols
}

export type Simulation = {
  readonly world: World
  readonly model: Model
  readonly actor: Actor
  /** After each height, from the genesis on. */
  readonly roots: readonly string[]
  /** How often each verdict was given, to transactions and to items. */
  readonly verdicts: ReadonlyMap<string, number>
  readonly transactions: number
  /** Goes on for some blocks. */
  go(blocks: number): Promise<void>
}

/** @throws Error that names seed and height when chain and model differ */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const { seed, place, isCalm = false, protocols = simulatedProtocols } = options
  const content = new SeededRandom(seed)
  const faults = new SeededRandom(options.faultSeed ?? seed + 1)
  const looks = faults.fork()
  const world = new World(content.fork(), protocols)
  const model = world.model(chainIdOf(world.genesis))
  const actor = await Actor.start({ place, genesis: world.genesis, protocols, random: faults, isCalm })
  const run = new Run(world, model, actor, looks, options.tablesEvery ?? 1)
  await named(
    seed,
    0n,
    () => 'none',
    () => run.begin(),
  )
  const simulation: Simulation = {
    world,
    model,
    actor,
    roots: run.roots,
    verdicts: run.verdicts,
    get transactions() {
      return run.transactions
    },
    go: async (blocks) => {
      for (let block = 0; block < blocks; block++) {
        const height = model.head.height + 1n
        await named(
          seed,
          height,
          () => actor.fault,
          () => run.step(),
        )
      }
      await named(
        seed,
        model.head.height,
        () => actor.fault,
        () => compareTables(actor, model),
      )
    },
  }
  await simulation.go(options.blocks)
  return simulation
}

class Run {
  readonly roots: string[] = []
  readonly verdicts = new Map<string, number>()
  transactions = 0
  readonly #world: World
  readonly #model: Model
  readonly #actor: Actor
  readonly #random: SeededRandom
  readonly #tablesEvery: number
  readonly #past = new Map<bigint, Past>()

  constructor(world: World, model: Model, actor: Actor, random: SeededRandom, tablesEvery: number) {
    this.#world = world
    this.#model = model
    this.#actor = actor
    this.#random = random
    this.#tablesEvery = tablesEvery
  }

  async begin(): Promise<void> {
    requireSame('the root', Buffer.from(this.#actor.chain.head?.root ?? []).toString('hex'), this.#model.root())
    this.roots.push(this.#model.root())
    this.#remember(this.#model.root())
  }

  async step(): Promise<void> {
    const model = this.#model
    const actor = this.#actor
    const block = await this.#world.nextBlock(model)
    await patiently(() => compareAdmission(actor, model, block, this.#random))
    await patiently(() => compareProposal(actor, model, block, this.#random))
    const expected = model.block(
      block.time,
      block.transactions.map(({ described }) => described),
    )
    this.#count(expected)
    const outputs = await actor.execute(inputOf(block, model.head.height))
    for (const output of outputs) compareOutput(output, expected)
    await patiently(() => compareBlock(actor, model, expected))
    requireSame('defects of rules', actor.defects.map(String), [])
    this.roots.push(expected.root)
    this.#remember(expected.root)
    if (model.head.height % BigInt(this.#tablesEvery) === 0n) await compareTables(actor, model)
    await patiently(() => compareLookups(actor, model, this.#world.certificates, this.#random))
    await patiently(() => this.#look('head'))
    const back = this.#random.chance(0.2) ? viewWindow : BigInt(this.#random.whole(Number(viewWindow)))
    await patiently(() => this.#look(model.head.height - back))
  }

  async #look(at: 'head' | bigint): Promise<void> {
    const height = at === 'head' ? this.#model.head.height : at
    const past = this.#past.get(height)
    const present = this.#past.get(this.#model.head.height)
    if (past === undefined || present === undefined) return
    const view = await this.#actor.chain.view(at)
    try {
      await compareView(view, past, present, this.#world.certificates, this.#random)
    } finally {
      await view.close()
    }
  }

  #remember(root: string): void {
    const { height } = this.#model.head
    this.#past.set(height, { leaves: this.#model.leaves(), root, state: copyOf(this.#model.state) })
    this.#past.delete(height - viewWindow - 1n)
  }

  #count({ results }: ModelBlock): void {
    this.transactions += results.length
    for (const { code, operations } of results) {
      for (const verdict of [code, ...operations.flatMap((verdicts) => verdicts ?? [])]) {
        this.verdicts.set(verdict, (this.verdicts.get(verdict) ?? 0) + 1)
      }
    }
  }
}

/** Connections that were cut fail once, each for whoever asks through it next: that is an answer, and no difference. */
async function patiently(look: () => Promise<void>): Promise<void> {
  for (let left = 20; ; left--) {
    try {
      return await look()
    } catch (error) {
      if (!isOutage(error) || left === 0) throw error
      await sleep(20)
    }
  }
}

export function inputOf({ time, transactions }: SimulatedBlock, height: bigint): BlockInput {
  return {
    height,
    hash: sha256(utf8(`block ${height}`)),
    time: timestampFromMilliseconds(time),
    transactions: transactions.map(({ bytes }) => bytes),
    proposer: new Uint8Array(20),
    misbehaviour: [],
    votedLast: [],
  }
}

async function named(seed: number, height: bigint, fault: () => string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const again = `the same run again: ${seedVariable}=${seed}`
    throw new Error(`seed ${seed}, block ${height}, fault ${fault()}: ${reason} (${again})`, { cause })
  }
}
