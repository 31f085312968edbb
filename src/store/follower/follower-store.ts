import { CommonrootError } from '../../errors/index.ts'
import type { Sql } from '../connection.ts'
import { copyRows } from '../copy-rows.ts'
import { writeTimeout } from '../limits.ts'
import { Reader } from '../reader.ts'
import { Session } from '../session.ts'
import { columnNames, definitionOf, type ProjectedRow, type ProjectionTables } from './definition.ts'
import { followerError } from './errors.ts'
import { maximumSearches, searchTimeout } from './limits.ts'
import type { Statement } from './statement.ts'
import { columnsOf, dropTables, isWhole, sameWords } from './structure.ts'

/** The newest block whose rows are in. */
export type Followed = { readonly height: bigint; readonly time: bigint; readonly root: Uint8Array }

/** How far a projection has come; `first` is the first block that it holds rows of. */
export type ProjectionState = Followed & { readonly first: bigint }

export type FoundRows = ProjectionState & { readonly rows: readonly Readonly<Record<string, unknown>>[] }

/** Rows of several blocks, for projections that are at the same height. */
export type Addition = {
  readonly projections: readonly ProjectionTables[]
  readonly from: bigint
  readonly to: Followed
  readonly rows: ReadonlyMap<string, readonly ProjectedRow[]>
}

/** SQLSTATE of a statement that the server has cancelled. */
const cancelled = '57014'

/** SQLSTATE of a schema, table, view or column that is not there. */
const missing: ReadonlySet<string> = new Set(['3F000', '42P01', '42703'])

/** A chain id has at most 50 characters, a Postgres name 63. */
export function followerSchemaOf(chain: string): string {
  if (!/^[a-z0-9-]{1,50}$/.test(chain)) throw new TypeError('not a chain id')
  return `follow_${chain}`
}

/** Where projections note how far they have come: nothing else in the schema is the follower's own. */
const ownTable = [
  'name text',
  'version integer',
  'definition text',
  'first bigint',
  'height bigint',
  'time bigint',
  'root bytea',
  'last jsonb',
]

/**
 * The tables of a chain's projections, in a schema of their own. Rows and the height that they come from are written in
 * one transaction: after any crash each block's rows are there once or not at all.
 *
 * Every call throws `store.unavailable` while Postgres is away, and works again once it is back.
 */
export class FollowerStore {
  readonly #schema: string
  readonly #url: string
  readonly #searches: Reader
  #session: Session | undefined

  /** Nothing is read or made yet. */
  constructor({ connection, chain }: { readonly connection: string; readonly chain: string }) {
    this.#schema = followerSchemaOf(chain)
    this.#url = connection
    const settings = { url: connection, schema: this.#schema, statementTimeout: searchTimeout }
    this.#searches = new Reader(settings, maximumSearches)
  }

  /**
   * How far each projection has come; undefined for one that must be built from the first block: it is new, declared
   * otherwise than before, or its tables are not as they were left.
   */
  async states(projections: readonly ProjectionTables[]): Promise<ReadonlyMap<string, ProjectionState | undefined>> {
    const session = this.#writer()
    return await session.transaction(async () => {
      await this.#prepareSchema(session)
      const states = new Map<string, ProjectionState | undefined>()
      for (const projection of projections) states.set(projection.name, await this.#stateOf(session, projection))
      return states
    })
  }

  /** Makes the tables of a projection anew, without a row; the next block is `first`, until then it is of `time`. */
  async reset(projection: ProjectionTables, first: bigint, time: bigint): Promise<ProjectionState> {
    const session = this.#writer()
    const definition = definitionOf(projection)
    await session.transaction(async () => {
      await this.#prepareSchema(session)
      await session.query((sql) => sql`delete from projection where name = ${projection.name}`)
      await dropTables(session, this.#schema, projection.name)
      for (const text of definition) await session.query((sql) => sql.unsafe(text))
      await session.query(
        (sql) => sql`
          insert into projection values (
            ${projection.name}, ${projection.version}, ${definition.join(';')}, ${first}, ${first - 1n}, ${time}, '', '{}')`,
      )
    })
    return { first, height: first - 1n, time, root: new Uint8Array(0) }
  }

  /**
   * Adds the rows of the blocks behind `from` up to `to`, for projections that have all come as far as `from`.
   * @param rows by the name of their table
   * @throws follower.moved when one of the projections has come to another height
   */
  async append({ projections, from, to, rows }: Addition): Promise<void> {
    const session = this.#writer()
    await session.transaction(async () => {
      // What a power cut takes away is read from the blocks again: nobody waits for the disk.
      await session.query((sql) => sql`set local synchronous_commit = off`)
      for (const { name, tables } of projections) {
        const last = lastPlaces(tables.map((table) => [table.name, highest(rows.get(table.name) ?? [])]))
        const moved = await session.query(
          (sql) => sql`
            update projection set height = ${to.height}, time = ${to.time}, root = ${to.root},
              last = last || ${last}::text::jsonb
            where name = ${name} and height = ${from}`,
        )
        if (moved.count !== 1) throw followerError('moved', { projection: name, height: from })
      }
      for (const table of projections.flatMap(({ tables }) => tables)) {
        const added = rows.get(table.name) ?? []
        if (added.length === 0) continue
        await session.copy(table.name, columnNames(table), copyRows(added.map(({ values }) => values)))
      }
    })
  }

  /** Counts rows anew for the planner of searches: after many were added. */
  async analyze({ tables }: ProjectionTables): Promise<void> {
    for (const { name } of tables) await this.#writer().query((sql) => sql`analyze ${sql(name)}`)
  }

  /**
   * Runs a query over a projection's tables, which must give a column `place` that is never null.
   * @returns undefined when the projection has no tables yet
   * @throws follower.search-timeout, store.unavailable, store.refused
   */
  async search(projection: string, query: Statement): Promise<FoundRows | undefined> {
    // One statement is one snapshot: the height is the one that the rows are of.
    const text = `
      select own.first as "followed first", own.height as "followed height", own.time as "followed time",
        own.root as "followed root", found.*
      from projection as own left join lateral (${query.text}) as found on true
      where own.name = $${query.values.length + 1}`
    const rows = await this.#searched((sql) =>
      sql.unsafe<Record<string, unknown>[]>(text, [...query.values, projection]),
    )
    const state = rows?.[0] === undefined ? undefined : stateIn(rows[0])
    if (rows === undefined || state === undefined) return undefined
    return { ...state, rows: rows.filter(({ place }) => place !== null) }
  }

  async close(): Promise<void> {
    await this.#session?.end()
    await this.#searches.end()
  }

  async #searched<Rows>(make: (sql: Sql) => PromiseLike<Rows>): Promise<Rows | undefined> {
    try {
      return await this.#searches.ask(make)
    } catch (error) {
      const state = stateOfRefusal(error)
      if (state === cancelled) throw followerError('search-timeout', { seconds: searchTimeout / 1000 }, error)
      if (state !== undefined && missing.has(state)) return undefined
      throw error
    }
  }

  /** A lost session is replaced: whoever works with it begins its transaction again. */
  #writer(): Session {
    if (this.#session?.isUsable !== true) {
      this.#session = new Session({ url: this.#url, schema: this.#schema, statementTimeout: writeTimeout })
    }
    return this.#session
  }

  /** A table of another form is of another release: everything is built anew. */
  async #prepareSchema(session: Session): Promise<void> {
    const existing = await session.query((sql) => sql`select from pg_namespace where nspname = ${this.#schema}`)
    if (existing.length === 0) await session.query((sql) => sql`create schema ${sql(this.#schema)}`)
    if (sameWords(await columnsOf(session, this.#schema, 'projection'), ownTable)) return
    await session.query((sql) => sql`drop table if exists projection cascade`)
    await session.query((sql) => sql.unsafe(`create table projection (${ownTable.join(', ')}, primary key (name))`))
  }

  async #stateOf(session: Session, projection: ProjectionTables): Promise<ProjectionState | undefined> {
    const definition = definitionOf(projection).join(';')
    const [state] = await session.query(
      (sql) => sql<ProjectionState[]>`
        select first, height, time, root from projection
        where name = ${projection.name} and version = ${projection.version} and definition = ${definition}`,
    )
    if (state === undefined || !(await isWhole(session, this.#schema, projection))) return undefined
    const places: [string, bigint | undefined][] = []
    for (const { name } of projection.tables) {
      const [found] = await session.query(
        (sql) => sql<{ place: bigint | null }[]>`select max(place) as place from ${sql(name)}`,
      )
      places.push([name, found?.place ?? undefined])
    }
    const fitting = await session.query(
      (sql) => sql`
        select from projection where name = ${projection.name} and last = ${lastPlaces(places)}::text::jsonb`,
    )
    return fitting.length === 1 ? state : undefined
  }
}

/** Whether the server says that a table or an index of it is damaged (SQLSTATE XX001, XX002). */
export function reportsDamage(error: unknown): boolean {
  const state = stateOfRefusal(error)
  return state === 'XX001' || state === 'XX002'
}

function highest(rows: readonly ProjectedRow[]): bigint | undefined {
  let last: bigint | undefined
  for (const { place } of rows) if (last === undefined || place > last) last = place
  return last
}

/** The highest place of each table as JSON; tables without one are left out. Places are texts: they may exceed 2^53. */
function lastPlaces(places: readonly (readonly [table: string, place: bigint | undefined])[]): string {
  return JSON.stringify(
    Object.fromEntries(places.flatMap(([table, place]) => (place === undefined ? [] : [[table, String(place)]]))),
  )
}

/** SQLSTATE of what the server said no with. */
function stateOfRefusal(error: unknown): string | undefined {
  if (!(error instanceof CommonrootError) || !(error.cause instanceof Error)) return undefined
  return 'code' in error.cause && typeof error.cause.code === 'string' ? error.cause.code : undefined
}

function stateIn(row: Readonly<Record<string, unknown>>): ProjectionState | undefined {
  const { 'followed first': first, 'followed height': height, 'followed time': time, 'followed root': root } = row
  if (typeof first !== 'bigint' || typeof height !== 'bigint' || typeof time !== 'bigint') return undefined
  return root instanceof Uint8Array ? { first, height, time, root } : undefined
}
