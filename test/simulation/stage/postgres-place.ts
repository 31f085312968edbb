/** A place in a real database. Its pages are lost by a statement, and mended by `fsck`. */
import { type ChainProtocols, chainIdOf, type Genesis } from '../../../src/chain/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { archiveComplaint, type FsckReport, fsck } from '../../../src/fsck/index.ts'
import {
  minimumKeptBlocks,
  openStore,
  pruneBlocks,
  type Store,
  type StoreTable,
  Tables,
} from '../../../src/store/index.ts'
import { withClient } from '../../postgres.ts'
import type { Place } from './place.ts'

const portion = 2000

export type PostgresPlace = Place & {
  readonly connection: string
  /** Looks at everything that is kept. The store that is open is closed before. */
  check(genesis: Genesis, repair?: boolean): Promise<FsckReport>
}

/** All rows of a table, key and value in hexadecimal. */
export async function rowsIn(
  connection: string,
  chain: string,
  table: StoreTable,
): Promise<ReadonlyMap<string, string>> {
  const tables = Tables.open({ connection, chain })
  try {
    const rows = new Map<string, string>()
    for (let after: Uint8Array | undefined; ; ) {
      const found = await tables.scan(table, after, portion)
      for (const { key, value } of found) rows.set(toHex(key), toHex(value))
      after = found.at(-1)?.key
      if (found.length < portion) return rows
    }
  } finally {
    await tables.close()
  }
}

/** @param archive the folder of archive files */
export function postgresPlace(connection: string, archive: string, protocols: ChainProtocols): PostgresPlace {
  let store: Store | undefined
  let chain = ''

  const close = async () => {
    await store?.close()
    store = undefined
  }
  const check = async (genesis: Genesis, repair = false) => {
    await close()
    const opened = await openStore({ connection, chain: chainIdOf(genesis), archive })
    const tables = Tables.open({ connection, chain: chainIdOf(genesis), archive })
    try {
      return await fsck({ store: opened, tables, genesis, protocols, repair })
    } finally {
      await tables.close()
      await opened.close()
    }
  }

  return {
    name: 'postgres',
    connection,
    check,
    close,
    open: async (genesis) => {
      await close()
      chain = chainIdOf(genesis)
      store = await openStore({ connection, chain, archive })
      return store
    },
    rows: (table) => rowsIn(connection, chain, table),
    rebuildPages: async (genesis) => {
      await close()
      await withClient(connection, (sql) => sql`delete from ${sql(`chain_${chainIdOf(genesis)}`)}.page`)
      const { findings } = await check(genesis, true)
      const left = findings.filter(({ repaired }) => !repaired)
      if (left.length > 0) throw new Error(`not mended: ${JSON.stringify(left)}`)
    },
    archiveOldBlocks: async () => {
      const settings = { connection, chain, folder: archive, keep: minimumKeptBlocks, complaint: archiveComplaint }
      await pruneBlocks({ ...settings, partial: true })
    },
    cutConnections: () =>
      withClient(connection, async (sql) => {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`
      }),
  }
}
