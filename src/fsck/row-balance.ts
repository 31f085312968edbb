/**
 * Whether the rows that there must be and the rows that are there are the same ones, without holding either: each side is
 * a sum of keyed digests, whatever the order. The key is chosen anew for each check, after the rows were written; other
 * rows give the same sums with probability 2^-64.
 */
import { halfSipHash, type Words } from './half-sip-hash.ts'

/** What a balance is made of, for a check that is interrupted. */
export type BalanceState = { readonly key: Words; readonly sum: Words; readonly rows: number }

export class RowBalance {
  readonly #key: Words
  readonly #sum: Words
  #rows: number
  readonly #digest: Words = { low: 0, high: 0 }

  constructor({ key, sum, rows }: BalanceState = { key: randomKey(), sum: { low: 0, high: 0 }, rows: 0 }) {
    this.#key = { ...key }
    this.#sum = { ...sum }
    this.#rows = rows
  }

  get state(): BalanceState {
    return { key: { ...this.#key }, sum: { ...this.#sum }, rows: this.#rows }
  }

  /** True when each row that was expected was found, as often, and no other. */
  get isEven(): boolean {
    return this.#rows === 0 && this.#sum.low === 0 && this.#sum.high === 0
  }

  expect(key: Uint8Array, value: Uint8Array): void {
    this.#hash(key, value)
    this.#rows += 1
    this.#sum.low = (this.#sum.low + this.#digest.low) >>> 0
    this.#sum.high = (this.#sum.high + this.#digest.high) >>> 0
  }

  find(key: Uint8Array, value: Uint8Array): void {
    this.#hash(key, value)
    this.#rows -= 1
    this.#sum.low = (this.#sum.low - this.#digest.low) >>> 0
    this.#sum.high = (this.#sum.high - this.#digest.high) >>> 0
  }

  /** The digest of the key is the key of the value's: no other pair is written alike. */
  #hash(key: Uint8Array, value: Uint8Array): void {
    halfSipHash(this.#key, key, this.#digest)
    halfSipHash(this.#digest, value, this.#digest)
  }
}

function randomKey(): Words {
  const [low = 0, high = 0] = crypto.getRandomValues(new Uint32Array(2))
  return { low, high }
}
