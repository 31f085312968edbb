/** The stored part of a ledger, a sandbox's or that of a node of a network, without a node: for whoever checks it, mends it, copies it. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { chainIdOf, type Genesis } from '../../src/chain/index.ts'
import { findEmbeddedPostgres, openStore, type Store, startEmbeddedPostgres, Tables } from '../../src/store/index.ts'
import { homeOf, networkError, runningIn } from '../ceremony/index.ts'
import { cliError } from '../client/index.ts'
import { takeLock } from '../ledger/index.ts'
import { inspectFolder, takeFolder } from './data-folder.ts'
import { readGenesis } from './genesis.ts'
import { type Layout, layoutOf } from './layout.ts'

export type StoredLedger = {
  readonly folder: string
  readonly genesis: Genesis
  readonly chain: string
  /** The connection URL of the database. */
  readonly connection: string
  /** The folder of archive files. */
  readonly archive: string
  readonly store: Store
  readonly tables: Tables
}

type Place = {
  readonly folder: string
  /** The connection URL of a server; without it the embedded one of the folder is used. */
  readonly database: string | undefined
}

/**
 * Opens everything as a node would, which keeps nodes away, and closes it again.
 * @throws cli.sandbox-running, cli.not-a-sandbox and their kin; what starting Postgres and opening the store throw
 */
export async function withStoredLedger<Result>(
  place: Place,
  work: (ledger: StoredLedger) => Promise<Result>,
): Promise<Result> {
  const layout = layoutOf(resolve(place.folder))
  if (!isNodeHome(layout)) await inspectFolder(layout)
  const genesis = await genesisOf(layout)
  const chain = chainIdOf(genesis)
  await using stack = new AsyncDisposableStack()
  const lock = isNodeHome(layout) ? takeLock(layout.lock, runningIn(layout)) : await takeFolder(layout)
  stack.defer(() => lock.release())
  const connection = await openDatabase(stack, layout, place.database)
  const archive = layout.archive
  const store = await openStore({ connection, chain, archive })
  stack.defer(() => store.close())
  const tables = Tables.open({ connection, chain, archive })
  stack.defer(() => tables.close())
  return await work({ folder: layout.folder, genesis, chain, connection, archive, store, tables })
}

/** Reads the tables, whether or not a node runs; a Postgres that nobody runs is started for it. @throws as `withStoredLedger` */
export async function withRunningStore<Result>(
  place: Place,
  work: (ledger: Pick<StoredLedger, 'genesis' | 'chain' | 'connection' | 'archive' | 'tables'>) => Promise<Result>,
): Promise<Result> {
  const layout = layoutOf(resolve(place.folder))
  const connection = place.database ?? findEmbeddedPostgres({ folder: layout.postgres })
  if (connection === undefined) return withStoredLedger(place, work)
  const genesis = await genesisOf(layout)
  const chain = chainIdOf(genesis)
  const { archive } = layout
  const tables = Tables.open({ connection, chain, archive })
  try {
    return await work({ genesis, chain, connection, archive, tables })
  } finally {
    await tables.close()
  }
}

/** The folder of a node of a network has genesis, archive and lock in the same places, and never a database of its own. */
function isNodeHome({ folder }: Layout): boolean {
  return existsSync(homeOf(folder).settings)
}

async function genesisOf(layout: Layout): Promise<Genesis> {
  if (!existsSync(layout.genesis)) {
    throw cliError('not-a-sandbox', { folder: layout.folder, mark: 'genesis.cbor' })
  }
  return readGenesis(layout)
}

async function openDatabase(
  stack: AsyncDisposableStack,
  layout: Layout,
  database: string | undefined,
): Promise<string> {
  if (database !== undefined) return database
  if (isNodeHome(layout)) throw networkError('no-database')
  const server = await startEmbeddedPostgres({ folder: layout.postgres })
  stack.defer(() => server.stop())
  return server.connection
}
