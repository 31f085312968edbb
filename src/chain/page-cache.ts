/** The upper levels of both trees in memory: every block goes through them, and they change with every block. */
import { toHex } from '../codec/index.ts'
import { type PageChange, type PageReader, upperDepth } from '../state/index.ts'

/** A page's key is its tree's number and its path. */
const keptKeyLength = 1 + upperDepth

/** For the one writer: between two commits nobody else changes a page. */
export class PageCache {
  readonly #read: PageReader
  readonly #kept = new Map<string, Uint8Array | null>()

  constructor(read: PageReader) {
    this.#read = read
  }

  readonly read: PageReader = async (keys) => {
    const found = new Map<string, Uint8Array>()
    const wanted: Uint8Array[] = []
    for (const key of keys) {
      const kept = key.length > keptKeyLength ? undefined : this.#kept.get(toHex(key))
      if (kept === undefined) wanted.push(key)
      else if (kept !== null) found.set(toHex(key), kept)
    }
    if (wanted.length === 0) return found
    const stored = await this.#read(wanted)
    for (const key of wanted) {
      const id = toHex(key)
      const bytes = stored.get(id)
      if (bytes !== undefined) found.set(id, bytes)
      if (key.length <= keptKeyLength) this.#kept.set(id, bytes ?? null)
    }
    return found
  }

  /** Somebody else has changed pages. */
  forget(): void {
    this.#kept.clear()
  }

  /** Takes over what a committed block wrote. */
  apply(changes: readonly PageChange[]): void {
    for (const { key, after } of changes) {
      if (key.length <= keptKeyLength) this.#kept.set(toHex(key), after)
    }
  }
}
