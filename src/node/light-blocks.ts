/** Headers with the sets that they name: what a light client asks a node for. */
import { equalBytes } from '../codec/index.ts'
import { type Engine, engineError } from '../engine/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type Fraction, type LightBlock, leadingHeaders, type Proof, type SignedHeader, walk } from '../light/index.ts'
import type { SignedHeaders } from './headers.ts'

/** What a reader of proofs has: the height of its trust file, and how much of its power has to vouch. */
export type ReaderTrust = { readonly height: bigint; readonly threshold: Fraction }

export class LightBlocks {
  readonly #headers: SignedHeaders
  readonly #engine: Engine

  constructor(headers: SignedHeaders, engine: Engine) {
    this.#headers = headers
    this.#engine = engine
  }

  /** Undefined when this node has no such header (yet, or any more). */
  async get(height: bigint): Promise<LightBlock | undefined> {
    const signed = await this.#headers.get(height)
    if (signed === undefined) return undefined
    try {
      const validators = await this.#engine.validators(height)
      const { validatorsHash: own, nextValidatorsHash: next } = signed.header
      const nextValidators = equalBytes(own, next) ? validators : await this.#engine.validators(height + 1n)
      return { signed, validators, nextValidators }
    } catch (error) {
      if (error instanceof CommonrootError && error.code === 'engine.no-header') return undefined
      throw error
    }
  }

  /**
   * The headers that lead a reader to a newer header.
   * @throws engine.no-header when one of them is not here, light.too-many-headers
   */
  async leading({ height, threshold }: ReaderTrust, signed: SignedHeader): Promise<Proof['via']> {
    if (height >= signed.header.height) return []
    const ask = (wanted: bigint) => this.#ask(wanted)
    return walk(leadingHeaders(await ask(height), threshold, signed), ask)
  }

  /** As a proof carries it, and a trust file: without the next set. */
  async #ask(height: bigint): Promise<LightBlock> {
    const block = await this.get(height)
    if (block === undefined) throw engineError('no-header', { height })
    return { signed: block.signed, validators: block.validators }
  }
}
