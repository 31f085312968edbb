/** The bytes that records name by digest only, and that a state is not whole without. */
import { compareBytes, equalBytes } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { type Owners, recentTransactions } from '../host/index.ts'
import type { Consequences } from '../module/index.ts'

const idBytes = 32

/** What hangs on one leaf. */
export type Hanging = {
  /** Keys of the index entries that lead to the record. */
  readonly indexes: readonly Uint8Array[]
  /** SHA-256 of each attachment. */
  readonly digests: readonly Uint8Array[]
  /** The attachment is the ids of the transactions that this block has executed; undefined for kept bytes. */
  readonly idsOf?: bigint
}

const nothing: Hanging = { indexes: [], digests: [] }

/**
 * What a leaf says must be there beside it; undefined when the rules in force know no such leaf.
 * @throws what reading its value throws
 */
export function hangingOn(owners: Owners, key: Uint8Array, value: Uint8Array): Hanging | undefined {
  const owner = owners.of(key)
  if (owner === undefined) return undefined
  if (owner.part === 'counter') return nothing
  const { collection } = owner
  if (collection.module === recentTransactions.module && collection.name === recentTransactions.name) {
    const { height, ids } = recentTransactions.decode(value)
    return { indexes: [], digests: [ids], idsOf: height }
  }
  const { indexes, blobs }: Consequences = collection.consequences(value)
  return { indexes, digests: blobs }
}

/** The attachment of a leaf of recent ids: the ids side by side, in byte order. */
export function joinIds(ids: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(idBytes * ids.length)
  for (const [index, id] of ids.toSorted(compareBytes).entries()) joined.set(id, idBytes * index)
  return joined
}

/** The reverse; undefined for bytes that `joinIds` does not give. */
export function splitIds(joined: Uint8Array): readonly Uint8Array[] | undefined {
  if (joined.length % idBytes !== 0) return undefined
  const ids: Uint8Array[] = []
  for (let start = 0; start < joined.length; start += idBytes) {
    const id = joined.subarray(start, start + idBytes)
    const before = ids.at(-1)
    if (before !== undefined && compareBytes(before, id) >= 0) return undefined
    ids.push(id)
  }
  return ids
}

/** Whether attachments are exactly those that the digests name. */
export function areNamed(attachments: readonly Uint8Array[], digests: readonly Uint8Array[]): boolean {
  return (
    attachments.length === digests.length &&
    attachments.every((bytes, index) => equalBytes(sha256(bytes), digests[index]!))
  )
}
