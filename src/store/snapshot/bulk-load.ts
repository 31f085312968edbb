/**
 * Fills the empty database of a chain with a state, in one transaction: after a crash there is all of it or nothing. For
 * whoever holds the store open, so that no node writes meanwhile.
 */
import { durably } from '../../durable/index.ts'
import { type CopyValue, copyRows } from '../copy-rows.ts'
import { storeError } from '../errors.ts'
import { writeTimeout } from '../limits.ts'
import type { Head } from '../port.ts'
import { schemaOf } from '../schema.ts'
import { Session } from '../session.ts'

const columns = {
  record: ['key', 'value'],
  index_entry: ['key', 'value'],
  page: ['key', 'value'],
  snapshot_blob: ['digest', 'bytes'],
  transaction_id: ['id', 'height', 'position'],
} as const

/** A table of the state, as it is filled row by row. */
export type LoadedTable = keyof typeof columns

/** What a state that is to be replaced has beside these. */
const others = ['snapshot_base', 'signed_header', 'header_wanted', 'before_image', 'blob']

/** Indexes that are made again when all rows are there: sorting them once costs less than finding a place for each. */
const indexes = [
  { drop: 'alter table record drop constraint record_pkey', make: 'alter table record add primary key (key)' },
  {
    drop: 'alter table index_entry drop constraint index_entry_pkey',
    make: 'alter table index_entry add primary key (key)',
  },
  { drop: 'alter table page drop constraint page_pkey', make: 'alter table page add primary key (key)' },
  {
    drop: 'drop index snapshot_blob_digest',
    make: 'create index snapshot_blob_digest on snapshot_blob (digest)',
  },
]

export class BulkLoad {
  readonly #session: Session
  readonly #end = Promise.withResolvers<void>()
  /** Resolves when the transaction is committed, rejects when it was undone. */
  readonly #committed: Promise<void>

  private constructor(session: Session, begun: PromiseWithResolvers<void>) {
    this.#session = session
    this.#committed = session.transaction(async () => {
      await clear(session)
      for (const { drop } of indexes) await session.query((sql) => sql.unsafe(drop))
      begun.resolve()
      await this.#end.promise
      for (const { make } of indexes) await session.query((sql) => sql.unsafe(make))
    })
    this.#committed.catch((error: unknown) => begun.reject(error))
  }

  /**
   * Begins the transaction. Until it ends, nobody else can read the state's tables. A state that came from a snapshot, and on which no block was built, is replaced.
   * @throws store.blocks-stored, store.unavailable
   */
  static async begin({
    connection,
    chain,
  }: {
    readonly connection: string
    readonly chain: string
  }): Promise<BulkLoad> {
    const session = new Session({ url: connection, schema: schemaOf(chain), statementTimeout: 60 * writeTimeout })
    const begun = Promise.withResolvers<void>()
    const load = new BulkLoad(session, begun)
    try {
      await begun.promise
    } catch (error) {
      await session.end()
      throw error
    }
    return load
  }

  /** Puts rows into a table; the values of a row in the order of its columns. @throws store.unavailable */
  async copy(table: LoadedTable, rows: Iterable<readonly CopyValue[]>): Promise<void> {
    await durably('snapshot.load', () => this.#session.copy(table, columns[table], copyRows(rows)))
  }

  /** Says what the state is, and makes it durable. */
  async commit({ height, time, root }: Head): Promise<void> {
    try {
      await durably('snapshot.base', () =>
        this.#session.query(
          (sql) => sql`insert into snapshot_base (height, time, root) values (${height}, ${time}, ${root})`,
        ),
      )
      this.#end.resolve()
      await this.#committed
    } finally {
      await this.abort()
    }
  }

  /** Undoes everything, unless it is committed. May be called again. */
  async abort(): Promise<void> {
    this.#end.reject(new Error('the load was given up'))
    await this.#committed.catch(() => undefined)
    await this.#session.end()
  }
}

/** @throws store.blocks-stored */
async function clear(session: Session): Promise<void> {
  const [row] = await session.query((sql) => sql<{ height: bigint | null }[]>`select max(height) as height from block`)
  const height = row?.height ?? undefined
  if (height !== undefined) throw storeError('blocks-stored', { height })
  for (const table of [...Object.keys(columns), ...others]) {
    await durably('snapshot.clear', () => session.query((sql) => sql`delete from ${sql(table)}`))
  }
}
