/** The stored part of a sandbox's ledger, without a node: for whoever checks it, mends it, copies it. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { chainIdOf, Genesis } from '../../src/chain/index.ts'
import { decodeAs } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { findEmbeddedPostgres, openStore, type Store, startEmbeddedPostgres, Tables } from '../../src/store/index.ts'
import { cliError, readBounded } from '../client/index.ts'
import { inspectFolder, takeFolder } from './data-folder.ts'
import { type Layout, layoutOf } from './layout.ts'
import { maximumOwnFile } from './limits.ts'

export type StoredLedger = {
  readonly folder: string
  readonly genesis: Genesis
  readonly chain: string
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
  await inspectFolder(layout)
  const genesis = await genesisOf(layout)
  const chain = chainIdOf(genesis)
  await using stack = new AsyncDisposableStack()
  const lock = await takeFolder(layout)
  stack.defer(() => lock.release())
  const connection = await openDatabase(stack, layout, place.database)
  const store = await openStore({ connection, chain })
  stack.defer(() => store.close())
  const tables = Tables.open({ connection, chain })
  stack.defer(() => tables.close())
  return await work({ folder: layout.folder, genesis, chain, store, tables })
}

/** Reads the tables, whether or not a node runs; a Postgres that nobody runs is started for it. @throws as `withStoredLedger` */
export async function withRunningStore<Result>(
  place: Place,
  work: (ledger: Pick<StoredLedger, 'chain' | 'tables'>) => Promise<Result>,
): Promise<Result> {
  const layout = layoutOf(resolve(place.folder))
  const connection = place.database ?? findEmbeddedPostgres({ folder: layout.postgres })
  if (connection === undefined) return withStoredLedger(place, work)
  const chain = chainIdOf(await genesisOf(layout))
  const tables = Tables.open({ connection, chain })
  try {
    return await work({ chain, tables })
  } finally {
    await tables.close()
  }
}

async function genesisOf(layout: Layout): Promise<Genesis> {
  if (!existsSync(layout.genesis)) {
    throw cliError('not-a-sandbox', { folder: layout.folder, mark: 'genesis.cbor' })
  }
  try {
    return decodeAs(Genesis, await readBounded(layout.genesis, maximumOwnFile))
  } catch (cause) {
    if (!(cause instanceof CommonrootError) || cause.code.startsWith('cli.')) throw cause
    throw cliError('data-damaged', { path: layout.genesis, reason: cause.message }, cause)
  }
}

async function openDatabase(
  stack: AsyncDisposableStack,
  { postgres }: Layout,
  database: string | undefined,
): Promise<string> {
  if (database !== undefined) return database
  const server = await startEmbeddedPostgres({ folder: postgres })
  stack.defer(() => server.stop())
  return server.connection
}
