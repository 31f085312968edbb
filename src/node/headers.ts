/** Signed headers: fetched after each commit, kept in the store, back-filled at the start. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '../engine/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { decodeSignedHeader, encodeSignedHeader, type SignedHeader } from '../light/index.ts'
import type { Store } from '../store/index.ts'
import { nodeError } from './errors.ts'
import { proofTimeout } from './limits.ts'

/** Headers that one round of back-filling asks for. */
const backfillBatch = 100

/** Milliseconds between two looks at whether the next header is there. */
const lookPause = 5

/** The block has no votes yet, or the engine is being started again: both pass. */
const notYet: ReadonlySet<string> = new Set(['engine.no-header', 'engine.rpc-unreachable'])

export class SignedHeaders {
  readonly #store: Store
  readonly #engine: Engine
  #newest: SignedHeader | undefined
  /** Up to here headers were asked for, and up to there they will be. */
  #followed = 0n
  #target = 0n
  #following: Promise<void> | undefined

  constructor(store: Store, engine: Engine) {
    this.#store = store
    this.#engine = engine
  }

  /**
   * Fetches the headers of blocks as they are committed, one after the other, so that they are here when the engine has
   * pruned them. One that can't be had now is back-filled at the next start.
   */
  follow(height: bigint): void {
    if (this.#target === 0n) this.#followed = height - 1n
    this.#target = height
    this.#following ??= this.#catchUp().finally(() => {
      this.#following = undefined
    })
  }

  /** Follows no further. */
  async stop(): Promise<void> {
    this.#target = this.#followed
    await this.#following
  }

  /** Stores the headers of blocks that were committed while nobody asked, up to `head`. */
  async backfill(head: bigint): Promise<void> {
    for (;;) {
      const missing = await this.#store.signedHeaders.missing(backfillBatch)
      const fetched = await Promise.all(
        missing.filter((height) => height > 0n && height <= head).map((height) => this.#fetch(height)),
      )
      // What the engine does not have either would be asked for again and again.
      if (!fetched.some((signed) => signed !== undefined)) return
    }
  }

  /** The header of a height, from the store or the engine; undefined when there is none yet. */
  async get(height: bigint): Promise<SignedHeader | undefined> {
    const stored = await this.#store.signedHeaders.get(height)
    if (stored !== undefined) return decodeSignedHeader(stored)
    return this.#fetch(height)
  }

  /** The newest signed header at or above `least`, waiting for it within bounds. @throws node.proof-timeout */
  async newest(least: bigint, head: () => bigint): Promise<SignedHeader> {
    const until = performance.now() + proofTimeout
    for (;;) {
      const known = this.#newest?.header.height ?? 0n
      for (let height = head(); height >= least && height > known; height--) {
        const signed = await this.get(height)
        if (signed === undefined) continue
        this.#newest = signed
        break
      }
      if (this.#newest !== undefined && this.#newest.header.height >= least) return this.#newest
      if (performance.now() > until)
        throw nodeError('proof-timeout', { height: least - 1n, seconds: proofTimeout / 1000 })
      await sleep(lookPause)
    }
  }

  async #catchUp(): Promise<void> {
    while (this.#followed < this.#target) {
      this.#followed += 1n
      await this.#fetch(this.#followed).catch(() => undefined)
    }
  }

  async #fetch(height: bigint): Promise<SignedHeader | undefined> {
    try {
      const signed = await this.#engine.signedHeader(height)
      await this.#store.signedHeaders.put(height, encodeSignedHeader(signed))
      return signed
    } catch (error) {
      if (error instanceof CommonrootError && notYet.has(error.code)) return undefined
      throw error
    }
  }
}
