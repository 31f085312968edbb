import { compareBytes } from '../codec/index.ts'
import type { ScannedRecords } from '../governance/index.ts'
import type { Tables } from '../store/index.ts'

/** Records in key order, `from` inclusive: tables scan from behind a key. */
export function scannedRecords(tables: Pick<Tables, 'scan'>): ScannedRecords {
  return {
    scan: async (from, until, limit) => {
      const found: { readonly key: Uint8Array; readonly value: Uint8Array }[] = []
      // The shorter key comes before `from`, and so may a few others.
      for (let after = from.subarray(0, -1); found.length < limit; ) {
        const rows = await tables.scan('records', after, limit)
        for (const row of rows) {
          if (compareBytes(row.key, until) >= 0) return found
          if (compareBytes(row.key, from) >= 0 && found.length < limit) found.push(row)
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < limit) return found
        after = last.key
      }
      return found
    },
  }
}
