/** A map that keeps only the most recently used entries. */
export class RecentMap<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #maximum: number

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  get(name: string): Value | undefined {
    const value = this.#entries.get(name)
    if (value !== undefined) this.set(name, value)
    return value
  }

  set(name: string, value: Value): void {
    this.#entries.delete(name)
    this.#entries.set(name, value)
    if (this.#entries.size <= this.#maximum) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }

  clear(): void {
    this.#entries.clear()
  }
}
