/** Answers by key. */
import type { Freshness } from './freshness.ts'

/** Answers that are kept at most. */
const maximumKept = 2_048

/** Whoever asks for more keys at once prepares a block, and most likely never asks for them again. */
const maximumAsked = 96

export type KeyChange<Value> = { readonly key: Uint8Array; readonly after: Value | null }

export class KnownAnswers<Value> {
  readonly #freshness: Freshness
  /** By hexadecimal key, what was asked for last at the end; `null` is known absence. */
  readonly #known = new Map<string, Value | null>()

  constructor(freshness: Freshness) {
    this.#freshness = freshness
  }

  /** Answers what is known, and asks for the rest; by hexadecimal key, present ones only. */
  async read(
    keys: readonly Uint8Array[],
    ask: (keys: readonly Uint8Array[]) => Promise<ReadonlyMap<string, Value>>,
  ): Promise<ReadonlyMap<string, Value>> {
    if (keys.length > maximumAsked) return ask(keys)
    const found = new Map<string, Value>()
    const unknown = keys.filter((key) => {
      const id = key.toHex()
      const known = this.#known.get(id)
      if (known === undefined) return true
      this.#keep(id, known)
      if (known !== null) found.set(id, known)
      return false
    })
    if (unknown.length === 0) return found
    const { moment } = this.#freshness
    const answer = await ask(unknown)
    for (const [id, value] of answer) found.set(id, value)
    if (moment !== undefined && moment === this.#freshness.moment) {
      for (const key of unknown) this.#keep(key.toHex(), answer.get(key.toHex()) ?? null)
    }
    return found
  }

  apply(changes: readonly KeyChange<Value>[]): void {
    // Going through so many would cost more than asking again for what is kept.
    if (changes.length > maximumKept) this.clear()
    else
      for (const { key, after } of changes) {
        const id = key.toHex()
        if (this.#known.has(id)) this.#known.set(id, after)
      }
  }

  clear(): void {
    this.#known.clear()
  }

  #keep(id: string, value: Value | null): void {
    this.#known.delete(id)
    this.#known.set(id, value)
    if (this.#known.size <= maximumKept) return
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      break
    }
  }
}
