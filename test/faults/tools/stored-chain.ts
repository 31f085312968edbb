/** A chain in a database as the tools beside this file open it: `TOOL.ts DATABASE_URL CHAIN FILE GENESIS_FILE`. */
import { openStore, type Store, Tables } from '../../../src/store/index.ts'

export type StoredChain = {
  readonly store: Store
  readonly tables: Tables
  readonly chain: string
  readonly file: string
  readonly genesisFile: string
}

export async function withStoredChain(work: (open: StoredChain) => Promise<unknown>): Promise<void> {
  const [, , connection = '', chain = '', file = '', genesisFile = ''] = process.argv
  const store = await openStore({ connection, chain })
  const tables = Tables.open({ connection, chain })
  try {
    await work({ store, tables, chain, file, genesisFile })
  } finally {
    await tables.close()
    await store.close()
  }
}
