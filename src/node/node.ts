/** A running node: a chain, an engine, and what people ask of them. */

import {
  type Chain,
  chainError,
  chainIdOf,
  type Genesis,
  genesisDigest,
  isOutage,
  type StateView,
} from '../chain/index.ts'
import { equalBytes } from '../codec/index.ts'
import { voteVerifier } from '../crypto/index.ts'
import type { Engine } from '../engine/index.ts'
import { quickCheck } from '../fsck/index.ts'
import {
  compareLeaves,
  defaultTrustingPeriod,
  encodeProof,
  encodeTrust,
  type LightBlock,
  type Proof,
  type SignedHeader,
  trimVotes,
  trustFrom,
} from '../light/index.ts'
import { type Proven, stateRoot, treeNumber } from '../state/index.ts'
import { withCode } from './disk-failure.ts'
import { nodeError } from './errors.ts'
import { SignedHeaders } from './headers.ts'
import { LightBlocks, type ReaderTrust } from './light-blocks.ts'
import { Submissions } from './submission.ts'

export type NodeOptions = {
  readonly chain: Chain
  readonly engine: Engine
  readonly genesis: Genesis
  /** The node can't go on: the process should end and be started again by whoever supervises it. */
  readonly onFailure: (error: unknown) => void
}

/** The state at the provable height, with the signed header that carries its root. */
export type ProvableState = { readonly signed: SignedHeader; readonly view: StateView }

export class LedgerNode {
  readonly chain: Chain
  readonly engine: Engine
  readonly submissions: Submissions
  readonly #genesis: Genesis
  readonly #headers: SignedHeaders
  readonly #lightBlocks: LightBlocks
  /** The newest block that changed the state: a proof covers it, so that nobody misses what was acknowledged. */
  #acknowledged: bigint
  #isStopping = false

  private constructor({ chain, engine, genesis }: NodeOptions) {
    this.chain = chain
    this.engine = engine
    this.submissions = new Submissions(chain, engine)
    this.#genesis = genesis
    this.#headers = new SignedHeaders(chain.store, engine)
    this.#lightBlocks = new LightBlocks(this.#headers, engine)
    this.#acknowledged = chain.head?.height ?? 0n
    chain.onCommit(({ height, executed }) => {
      if (executed.records.length > 0) this.#acknowledged = height
      // Its votes are in the next block, and the engine gives them only then for certain; solo stores its headers itself.
      if (engine.name === 'cometbft' && height > 1n) this.#headers.follow(height - 1n)
    })
  }

  /**
   * Looks at the store, starts the engine over the chain; resolves when it works on blocks. A store that goes away from then
   * on is waited for.
   * @throws chain.genesis for another engine than the genesis names; fsck.root-differs, fsck.block-damaged,
   *   fsck.record-differs, node.disk-failed
   */
  static async start(options: NodeOptions): Promise<LedgerNode> {
    requireEngine(options)
    await quickCheck(options.chain.store)
    const node = new LedgerNode(options)
    await node.#startEngine(options.onFailure)
    try {
      await options.chain.recovery.persist(() => node.#headers.backfill(node.#head()))
      return node
    } catch (error) {
      await node.#endWork()
      throw error
    }
  }

  get chainId(): string {
    return chainIdOf(this.#genesis)
  }

  /**
   * The newest state that can be proven, covering everything that this node has acknowledged. The caller closes the view.
   * @throws node.proof-timeout
   */
  async provableState(): Promise<ProvableState> {
    const signed = await this.#headers.newest(this.#acknowledged + 1n, () => this.#head())
    return { signed, view: await this.chain.view(signed.header.height - 1n) }
  }

  /**
   * A proof file of the leaves that `choose` takes from the provable state, for `reader` with the headers that lead from
   * its trust file.
   * @throws node.proof-timeout, node.root-differs when the store does not have what the chain decided, engine.no-header
   *   and light.too-many-headers when no headers lead there
   */
  async proof(choose: (view: StateView) => Promise<readonly Proven[]>, reader?: ReaderTrust): Promise<Uint8Array> {
    const { signed, view } = await this.provableState()
    try {
      const proven = [...(await choose(view))].sort(compareLeaves)
      const [standing, records] = [await view.root('standing'), await view.root('records')]
      if (!equalBytes(stateRoot(standing, records), signed.header.appHash)) {
        throw nodeError('root-differs', { height: view.height })
      }
      return encodeProof({
        signed: await this.#trimmed(signed),
        proven,
        via: reader === undefined ? [] : await this.#lightBlocks.leading(reader, signed),
        ...otherRoot(proven, standing, records),
      })
    } finally {
      await view.close()
    }
  }

  /** A trust file that pins the newest signed header. Whoever takes it from a node trusts that node once. */
  async trust(): Promise<Uint8Array> {
    const signed = await this.#trimmed(await this.#headers.newest(1n, () => this.#head()))
    const validators = await this.engine.validators(signed.header.height)
    const eras = [{ genesis: genesisDigest(this.#genesis), from: 1n }]
    return encodeTrust(trustFrom({ signed, validators, eras, trustingPeriod: defaultTrustingPeriod }, voteVerifier))
  }

  /** The signed header of a height; undefined when there is none (yet). */
  signedHeader(height: bigint): Promise<SignedHeader | undefined> {
    return this.#headers.get(height)
  }

  /** The same with the validators of the height and of the next one. */
  lightBlock(height: bigint): Promise<LightBlock | undefined> {
    return this.#lightBlocks.get(height)
  }

  /** Finishes the block that is being made, unless it waits for a store that is away: then it is made after the next start. */
  async stop(): Promise<void> {
    try {
      await this.#endWork()
    } finally {
      await this.chain.store.close()
    }
  }

  async #endWork(): Promise<void> {
    this.#isStopping = true
    this.submissions.stop()
    this.chain.recovery.giveUp()
    await this.#headers.stop()
    try {
      await this.engine.stop()
    } catch (error) {
      // A signed header that waits for the store is in the signing state as well, and is stored after the next start.
      if (!isOutage(error)) throw error
    }
  }

  async #startEngine(onFailure: (error: unknown) => void): Promise<void> {
    try {
      await this.engine.start(this.chain, (error) => {
        // Who stops no longer waits for the store: that ends the engine, and is no failure.
        if (!(this.#isStopping && isOutage(error))) onFailure(withCode(error))
      })
    } catch (error) {
      throw withCode(error)
    }
  }

  async #trimmed(signed: SignedHeader): Promise<SignedHeader> {
    return trimVotes(signed, await this.engine.validators(signed.header.height))
  }

  #head(): bigint {
    return this.chain.head?.height ?? 0n
  }
}

function otherRoot(proven: readonly Proven[], standing: Uint8Array, records: Uint8Array): Pick<Proof, 'otherRoot'> {
  const has = (tree: number) => proven.some((leaf) => leaf.tree === tree)
  if (!has(treeNumber.standing)) return { otherRoot: standing }
  return has(treeNumber.records) ? {} : { otherRoot: records }
}

/** A decision that one engine can carry out would stop the other one. */
function requireEngine({ genesis: { engine: named }, engine: { name } }: NodeOptions): void {
  if (named !== undefined && named !== name) {
    throw chainError('genesis', { reason: `it is for the engine ${named}, this is ${name}` })
  }
}
