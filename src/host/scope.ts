/** What one run of one rule may still do: reads that it did not declare, bytes that it may write. */
import { concat } from '../codec/index.ts'
import { type Address, addressOf } from '../module/index.ts'
import { transactionError } from './errors.ts'
import { maximumUndeclaredReads, maximumWrittenBytes } from './limits.ts'

/** What stays the same for all rules of a block. */
export type BlockFacts = {
  readonly chain: string
  readonly height: bigint
  readonly time: bigint
  readonly protocol: number
}

/** Above so many, entries are looked up by their names; below, comparing keys is cheaper than making a name. */
const maximumCompared = 32

/** Entries that a rule may read without being charged for it. */
export class DeclaredReads {
  readonly #addresses: readonly Address[]
  #byName: ReadonlyMap<string, Address> | undefined

  constructor(addresses: readonly Address[]) {
    this.#addresses = addresses
  }

  /** The entry whose key is `prefix`, then `key`. */
  find(table: Address['table'], prefix: Uint8Array, key: Uint8Array): Address | undefined {
    if (this.#addresses.length > maximumCompared)
      return this.#names().get(nameOf(addressOf(table, concat(prefix, key))))
    for (const address of this.#addresses) {
      if (address.table === table && isJoined(address.key, prefix, key)) return address
    }
    return undefined
  }

  #names(): ReadonlyMap<string, Address> {
    this.#byName ??= new Map(this.#addresses.map((address) => [nameOf(address), address]))
    return this.#byName
  }
}

function nameOf({ table, id }: Address): string {
  return `${table} ${id}`
}

/** From the end, where keys differ. */
function isJoined(whole: Uint8Array, prefix: Uint8Array, key: Uint8Array): boolean {
  const start = prefix.length
  if (whole.length !== start + key.length) return false
  for (let index = key.length - 1; index >= 0; index--) if (whole[start + index] !== key[index]) return false
  for (let index = 0; index < start; index++) if (whole[index] !== prefix[index]) return false
  return true
}

/** One run of one rule: what it declared, and what it used. A new run starts a new scope. */
export class Scope {
  readonly #declared: DeclaredReads
  readonly #always: DeclaredReads
  readonly #undeclared = new Map<string, Address>()
  readonly position: { readonly transaction: number; readonly operation: number; readonly item: number }
  readonly budget: WriteBudget

  constructor(declared: DeclaredReads, always: DeclaredReads, position: Scope['position'], budget: WriteBudget) {
    this.#declared = declared
    this.#always = always
    this.position = position
    this.budget = budget
  }

  /** The entry that is read, whose key is `prefix`, then `key`. @throws transaction.undeclared-reads */
  read(table: Address['table'], prefix: Uint8Array, key: Uint8Array): Address {
    const declared = this.#declared.find(table, prefix, key) ?? this.#always.find(table, prefix, key)
    if (declared !== undefined) return declared
    const address = addressOf(table, concat(prefix, key))
    const known = this.#undeclared.get(nameOf(address))
    if (known !== undefined) return known
    if (this.#undeclared.size >= maximumUndeclaredReads) {
      throw transactionError('undeclared-reads', { limit: maximumUndeclaredReads })
    }
    this.#undeclared.set(nameOf(address), address)
    return address
  }
}

/** Bytes that one transaction may still write. Undone writes count: the work was done. */
export class WriteBudget {
  #left = maximumWrittenBytes

  get left(): number {
    return this.#left
  }

  /** Takes the budget back to what it was before a run that has to be repeated: repetitions differ between nodes. */
  restore(left: number): void {
    this.#left = left
  }

  /** @throws transaction.too-much-written */
  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw transactionError('too-much-written', { limit: maximumWrittenBytes })
  }
}
