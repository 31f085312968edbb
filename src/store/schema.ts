/**
 * The tables of a chain: one Postgres schema each. Keys and values are `bytea`, whose order is byte order under every
 * locale.
 */
import { storeError } from './errors.ts'
import type { StoreTable } from './port.ts'
import type { Session } from './session.ts'

const schemaPrefix = 'chain_'

/** A chain id has at most 50 characters, a Postgres name 63: each chain has its own schema. */
export function schemaOf(chain: string): string {
  if (!/^[a-z0-9-]{1,50}$/.test(chain)) throw new TypeError('not a chain id')
  return schemaPrefix + chain
}

/** The reverse of `schemaOf`; undefined for the schema of someone else. */
export function chainOf(schema: string): string | undefined {
  return schema.startsWith(schemaPrefix) ? schema.slice(schemaPrefix.length) : undefined
}

/** Where each table of the state is kept. */
export const stateTables: Readonly<Record<StoreTable, string>> = {
  records: 'record',
  indexes: 'index_entry',
  pages: 'page',
}

/**
 * Data formats: step n turns format n into n + 1, and format 0 is an empty schema. Steps never change once released.
 *
 * - `header_wanted` lists heights whose signed header has not arrived.
 * - A block's bytes are stored uncompressed, so that a slice is read without the rest.
 * - From format 2, `before_image` has one row a block (see `before-images.ts`). Those of format 1 are not carried over: for
 *   some blocks after the upgrade, views go back as far as it.
 * - From format 2, a page's table has room for changed pages next to the old ones: no index entry changes then, and the
 *   log has the difference only. Pages are hashes, which nothing compresses.
 * - From format 3, `block_archive` says which blocks lie in files; `time` is that of the last of them, and
 *   `bytes` and `digest` are those of the file.
 * - From format 4, a state may begin with a snapshot: `snapshot_base` has one row then, the height up to which no block
 *   is here, and `snapshot_blob` the kept bytes that came with it. Equal bytes may stand there twice, so that rows can be
 *   copied in without asking.
 */
export const formatSteps: readonly string[] = [
  `
  create table block (
    height bigint primary key,
    time bigint not null,
    root bytea not null,
    bytes bytea not null,
    results bytea not null,
    events bytea not null
  );
  alter table block alter column bytes set storage external;
  create table record (key bytea primary key, value bytea not null);
  create table index_entry (key bytea primary key, value bytea not null);
  create table page (key bytea primary key, value bytea not null);
  create table before_image (
    kind smallint not null,
    key bytea not null,
    height bigint not null,
    value bytea,
    primary key (kind, key, height)
  );
  create index before_image_height on before_image (height);
  create table blob (digest bytea primary key, height bigint not null, "offset" integer not null, length integer not null);
  create table transaction_id (id bytea primary key, height bigint not null, position integer not null);
  create table signed_header (height bigint primary key, bytes bytea not null);
  create table header_wanted (height bigint primary key);
  `,
  `
  drop table before_image;
  create table before_image (height bigint primary key, bytes bytea not null);
  alter table before_image alter column bytes set storage external;
  alter table page alter column value set storage external;
  alter table page set (fillfactor = 70, toast_tuple_target = 8160);
  `,
  `
  create table block_archive (
    first bigint primary key,
    last bigint not null,
    time bigint not null,
    bytes bigint not null,
    digest bytea not null
  );
  `,
  `
  create table snapshot_base (height bigint primary key, time bigint not null, root bytea not null);
  create table snapshot_blob (digest bytea not null, bytes bytea not null);
  alter table snapshot_blob alter column bytes set storage external;
  create index snapshot_blob_digest on snapshot_blob (digest);
  `,
]

/**
 * Brings the schema to the newest format, all steps in one transaction.
 * @throws store.format-newer when a newer program has written it
 */
export async function upgradeFormat(session: Session, chain: string, steps: readonly string[]): Promise<void> {
  const schema = schemaOf(chain)
  await session.transaction(async () => {
    // A role may use a schema that it may not create.
    const existing = await session.query((sql) => sql`select from pg_namespace where nspname = ${schema}`)
    if (existing.length === 0) await session.query((sql) => sql`create schema ${sql(schema)}`)
    const [table] = await session.query(
      (sql) => sql<{ exists: boolean }[]>`
        select exists (select from pg_tables where schemaname = ${schema} and tablename = 'store_format')`,
    )
    if (table?.exists !== true) {
      await session.query((sql) => sql`create table store_format (version integer not null)`)
      await session.query((sql) => sql`insert into store_format values (0)`)
    }
    const [row] = await session.query((sql) => sql<{ version: number }[]>`select version from store_format`)
    const found = row?.version ?? 0
    if (found > steps.length) throw storeError('format-newer', { chain, found, known: steps.length })
    if (found === steps.length) return
    for (const step of steps.slice(found)) await session.query((sql) => sql.unsafe(step))
    await session.query((sql) => sql`update store_format set version = ${steps.length}`)
  })
}
