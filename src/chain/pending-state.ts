/**
 * The state after a block that is finalised and perhaps not committed yet: what the block changed, over what is stored. The
 * store may commit it at any moment between two reads; what it did not change is the same before and after.
 */
import { compareBytes, toHex } from '../codec/index.ts'
import type { ExecutedBlock, StateReader } from '../host/index.ts'
import type { PageReader } from '../state/index.ts'
import type { BlockWrite } from '../store/index.ts'

/** What a block is executed over: rows for its rules, pages for its trees. */
export type StateBefore = { readonly rows: StateReader; readonly pages: PageReader }

/** A block that is executed, and what is to be written for it. */
type FinalisedBlock = {
  readonly executed: Pick<ExecutedBlock, 'records' | 'indexes' | 'executed'>
  readonly write: Pick<BlockWrite, 'pages'>
}

export function stateAfter({ executed, write }: FinalisedBlock, stored: StateBefore): StateBefore {
  const rows = { records: latest(executed.records), indexes: latest(executed.indexes) }
  const pages = new Map(write.pages.map(({ key, after }) => [toHex(key), after]))
  const ids = new Set(executed.executed.map(({ id }) => toHex(id)))
  return {
    rows: {
      fetch: (table, keys) => readOver(rows[table], keys, (rest) => stored.rows.fetch(table, rest)),
      scan: async (from, until, limit) => {
        const changed = executed.records.filter(
          ({ key }) => compareBytes(key, from) >= 0 && compareBytes(key, until) < 0,
        )
        // Each changed row may be one of those that the store gives, and be gone.
        const found = await stored.rows.scan(from, until, limit + changed.length)
        const untouched = found.filter(({ key }) => !rows.records.has(toHex(key)))
        const present = changed.flatMap(({ key, after: value }) => (value === null ? [] : [{ key, value }]))
        return [...untouched, ...present].sort((a, b) => compareBytes(a.key, b.key)).slice(0, limit)
      },
      executedAmong: async (wanted) => {
        const found = new Set(await stored.rows.executedAmong(wanted))
        for (const id of wanted) if (ids.has(toHex(id))) found.add(toHex(id))
        return found
      },
    },
    pages: (keys) => {
      const wanted = new Map(keys.map((key) => [toHex(key), key]))
      return readOver(pages, wanted, (rest) => stored.pages([...rest.values()]))
    },
  }
}

type Values = ReadonlyMap<string, Uint8Array>

function latest(changes: ExecutedBlock['indexes']): ReadonlyMap<string, Uint8Array | null> {
  const values = new Map<string, Uint8Array | null>()
  for (const { id, after } of changes) values.set(id, after)
  return values
}

async function readOver(
  changed: ReadonlyMap<string, Uint8Array | null>,
  keys: Values,
  read: (keys: Values) => Promise<Values>,
): Promise<Values> {
  const found = new Map<string, Uint8Array>()
  const rest = new Map<string, Uint8Array>()
  for (const [id, key] of keys) {
    const value = changed.get(id)
    if (value === undefined) rest.set(id, key)
    else if (value !== null) found.set(id, value)
  }
  if (rest.size === 0) return found
  if (found.size === 0) return read(rest)
  for (const [id, value] of await read(rest)) found.set(id, value)
  return found
}
