/**
 * Strict readers for what a foreign process hands over as a loose record: each names the path that disappoints it.
 * protobuf and JSON readers share them; only the error differs.
 */
export type Complain = (path: string, expected: string) => Error

/** One record with the path that leads to it. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #path: string
  readonly #complain: Complain

  constructor(value: unknown, path: string, complain: Complain) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw complain(path, 'an object')
    this.#record = { ...value }
    this.#path = path
    this.#complain = complain
  }

  /** Refuses fields of any other name: what nobody reads may mean something to somebody else. */
  only(...names: readonly string[]): void {
    const other = Object.keys(this.#record).find((name) => !names.includes(name))
    if (other !== undefined) throw this.complain(other, 'no such field')
  }

  /** Whether the field is there and null. */
  isNull(name: string): boolean {
    return this.#record[name] === null
  }

  /** Whether the field has a value other than null. */
  has(name: string): boolean {
    return this.#record[name] !== undefined && this.#record[name] !== null
  }

  record(name: string): Fields {
    return new Fields(this.#record[name], this.pathOf(name), this.#complain)
  }

  records(name: string, maximum = Number.POSITIVE_INFINITY): readonly Fields[] {
    const items = this.#list(name)
    if (items.length > maximum) throw this.complain(name, `at most ${maximum} items`)
    return items.map((item, index) => new Fields(item, `${this.pathOf(name)}[${index}]`, this.#complain))
  }

  text(name: string): string {
    const value = this.#record[name]
    if (typeof value !== 'string') throw this.complain(name, 'a text')
    return value
  }

  flag(name: string): boolean {
    const value = this.#record[name]
    if (typeof value !== 'boolean') throw this.complain(name, 'true or false')
    return value
  }

  /** A small integer that came as a number. */
  small(name: string, minimum: number, maximum: number): number {
    const value = this.#record[name]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
      throw this.complain(name, `an integer from ${minimum} to ${maximum}`)
    }
    return value
  }

  /** A 64-bit integer that came as a bigint, or as decimal text. */
  integer(name: string, minimum: bigint, maximum: bigint): bigint {
    const raw = this.#record[name]
    const value = typeof raw === 'string' && /^(?:0|-?[1-9][0-9]{0,18})$/.test(raw) ? BigInt(raw) : raw
    if (typeof value !== 'bigint' || value < minimum || value > maximum) {
      throw this.complain(name, `an integer from ${minimum} to ${maximum}`)
    }
    return value
  }

  /** Bytes as a plain view: not a Buffer, whose methods differ. */
  bytes(name: string, lengths?: readonly number[]): Uint8Array {
    return this.#bytes(this.#record[name], name, lengths)
  }

  byteList(name: string): readonly Uint8Array[] {
    return this.#list(name).map((item, index) => this.#bytes(item, `${name}[${index}]`))
  }

  pathOf(name: string): string {
    return `${this.#path}.${name}`
  }

  complain(name: string, expected: string): Error {
    return this.#complain(this.pathOf(name), expected)
  }

  #list(name: string): readonly unknown[] {
    const value = this.#record[name]
    if (!Array.isArray(value)) throw this.complain(name, 'a list')
    return value
  }

  #bytes(value: unknown, name: string, lengths?: readonly number[]): Uint8Array {
    if (!(value instanceof Uint8Array)) throw this.complain(name, 'bytes')
    if (lengths !== undefined && !lengths.includes(value.length)) {
      throw this.complain(name, `${lengths.join(' or ')} bytes`)
    }
    return new Uint8Array(value.buffer, value.byteOffset, value.length)
  }
}
