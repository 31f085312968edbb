/**
 * The state after a block that is finalised and perhaps not committed yet: what the block changed, over what is stored. The
 * store may commit it at any moment between two reads; what it did not change is the same before and after.
 */
import { compareBytes, toHex } from '../codec/index.ts'
import type { StateReader } from '../host/index.ts'
import type { PageReader } from '../state/index.ts'
import type { BlockWrite, Change } from '../store/index.ts'

/** What a block is executed over: rows for its rules, pages for its trees. */
export type StateBefore = { readonly rows: StateReader; readonly pages: PageReader }

type Changes = Pick<BlockWrite, 'records' | 'indexes' | 'pages' | 'transactions'>

export function stateAfter(block: Changes, stored: StateBefore): StateBefore {
  const after = {
    records: latest(block.records),
    indexes: latest(block.indexes),
    pages: latest(block.pages),
  }
  const ids = new Set(block.transactions.map(({ id }) => toHex(id)))
  const rows: StateReader = {
    fetch: (table, keys) => readOver(after[table], keys, (rest) => stored.rows.fetch(table, rest)),
    scan: async (from, until, limit) => {
      const changed = block.records.filter(({ key }) => compareBytes(key, from) >= 0 && compareBytes(key, until) < 0)
      // Each changed row may be one of those that the store gives, and be gone.
      const found = await stored.rows.scan(from, until, limit + changed.length)
      const untouched = found.filter(({ key }) => !after.records.has(toHex(key)))
      const present = changed.flatMap(({ key, after: value }) => (value === null ? [] : [{ key, value }]))
      return [...untouched, ...present].sort((a, b) => compareBytes(a.key, b.key)).slice(0, limit)
    },
    executedAmong: async (wanted) => {
      const executed = new Set(await stored.rows.executedAmong(wanted))
      for (const id of wanted) if (ids.has(toHex(id))) executed.add(toHex(id))
      return executed
    },
  }
  return { rows, pages: (keys) => readOver(after.pages, keys, stored.pages) }
}

function latest(changes: readonly Change[]): ReadonlyMap<string, Uint8Array | null> {
  return new Map(changes.map(({ key, after }) => [toHex(key), after]))
}

async function readOver(
  changed: ReadonlyMap<string, Uint8Array | null>,
  keys: readonly Uint8Array[],
  read: PageReader,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const rest: Uint8Array[] = []
  for (const key of keys) {
    const id = toHex(key)
    const value = changed.get(id)
    if (value === undefined) rest.push(key)
    else if (value !== null) found.set(id, value)
  }
  if (rest.length === 0) return found
  if (rest.length === keys.length) return read(keys)
  for (const [id, value] of await read(rest)) found.set(id, value)
  return found
}
