/**
 * The transaction of a block. Its rows travel at once to a table of the session, and go to their places from there, so that
 * the tables see plain inserts and updates: those of a large block in a COPY, of which the server parses no text, those of
 * a small one as parameters.
 */
import postgres from 'postgres'
import { compareBytes, equalBytes } from '../codec/index.ts'
import { durably } from '../durable/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { encodeBeforeImages } from './before-images.ts'
import { copyRows } from './copy-rows.ts'
import { storeError } from './errors.ts'
import { viewWindow } from './limits.ts'
import type { BlockWrite, Change, StoreTable } from './port.ts'
import { stateTables } from './schema.ts'
import type { Session } from './session.ts'

/** What is to be done with a row of the session's table. */
const action = { insert: 0, update: 1, delete: 2 } as const

const arrivals = ['part', 'action', 'key', 'value', 'number', 'length']

/** A row of the session's table. */
type Arrival = readonly [
  part: number,
  action: number,
  key: Uint8Array,
  value: Uint8Array | null,
  number: number | null,
  length: number | null,
]

/** Bytes of a block below which its rows are sent as parameters: a COPY costs three round trips, their text form twice the bytes. */
const smallBlock = 256 * 1024

const blobPart = 4
const transactionPart = 5

/**
 * Makes the session's table, and keeps the planner from reading a whole table of the state to find a block's thousand
 * keys: it knows nothing of the size of a table that has just been filled.
 */
export async function prepareBlockTransactions(session: Session): Promise<void> {
  await session.query(
    (sql) => sql`
      create temporary table arrived (
        part integer not null, action integer not null, key bytea not null, value bytea, number integer, length integer
      ) on commit delete rows`,
  )
  await session.query((sql) => sql`alter table arrived alter column value set storage external`)
  for (const setting of ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) {
    await session.query((sql) => sql`set ${sql(setting)} = off`)
  }
}

/** @returns the block's before-images. @throws store.not-next, store.duplicate-transaction, store.other-before */
export async function writeBlock(session: Session, given: BlockWrite): Promise<Uint8Array> {
  const block = { ...given, ...inKeyOrder(given) }
  const beforeImages = encodeBeforeImages(block)
  const rows = [...stateRows(block), ...blobRows(block), ...transactionRows(block)]
  const isSmall = block.block.length + beforeImages.length + bytesOf(rows) < smallBlock
  await session.transaction(async () => {
    await requireNext(session, block.height)
    await durably('block.row', () => (isSmall ? insertBlock : copyBlock)(session, block, beforeImages))
    await durably('block.arrivals', () => (isSmall ? insertArrivals : copyArrivals)(session, rows))
    // Each waits for the answer to the one before: what a lost connection leaves in the driver's queue, it may run on
    // the next connection, outside of this transaction.
    await durably('block.header-wanted', () => wantHeader(session, block.height))
    await durably('block.records', () => applyChanges(session, 'records', block))
    await durably('block.indexes', () => applyChanges(session, 'indexes', block))
    await durably('block.pages', () => applyChanges(session, 'pages', block))
    if (block.blobs.length > 0) await durably('block.blobs', () => insertBlobs(session, block.height))
    if (block.transactions.length > 0) await durably('block.ids', () => insertTransactions(session, block.height))
    await durably('block.before-images', () => dropBeforeImages(session, block.height - viewWindow))
  })
  return beforeImages
}

type StateChanges = Readonly<Record<StoreTable, readonly Change[]>>

/** Neighbours in the index stay together, and before-images can be searched. */
function inKeyOrder(block: StateChanges): StateChanges {
  const sorted = (table: StoreTable) => {
    const list = block[table].toSorted((a, b) => compareBytes(a.key, b.key))
    list.forEach(({ key }, index) => {
      const next = list[index + 1]
      if (next !== undefined && equalBytes(key, next.key)) throw new TypeError(`a key changes twice in ${table}`)
    })
    return list
  }
  return { records: sorted('records'), indexes: sorted('indexes'), pages: sorted('pages') }
}

function bytesOf(rows: readonly Arrival[]): number {
  let size = 0
  for (const [, , key, value] of rows) size += key.length + (value?.length ?? 0)
  return size
}

function stateRows(block: StateChanges): readonly Arrival[] {
  return (['records', 'indexes', 'pages'] as const).flatMap((table) =>
    block[table]
      .filter(({ before, after }) => before !== null || after !== null)
      .map((change): Arrival => [stateTables[table].part, actionOf(change), change.key, change.after, null, null]),
  )
}

function actionOf({ before, after }: Change): number {
  if (after === null) return action.delete
  return before === null ? action.insert : action.update
}

/** Equal digests are equal bytes: the first place counts. */
function blobRows({ block, blobs }: BlockWrite): readonly Arrival[] {
  const rows = new Map<string, Arrival>()
  for (const { digest, offset, length } of blobs) {
    if (!(offset >= 0 && length >= 0 && offset + length <= block.length)) {
      throw new TypeError('a blob reaches beyond its block')
    }
    const id = digest.toHex()
    if (!rows.has(id)) rows.set(id, [blobPart, action.insert, digest, null, offset, length])
  }
  return [...rows.values()]
}

function transactionRows({ transactions }: BlockWrite): readonly Arrival[] {
  return transactions.map(({ id, position }) => [transactionPart, action.insert, id, null, position, null])
}

async function dropBeforeImages(session: Session, until: bigint): Promise<void> {
  await session.query((sql) => sql`delete from before_image where height <= ${until}`)
}

/** The first block may have any height, unless the state began with a snapshot. The lock keeps others away; should it fail, the block's primary key still does. */
async function requireNext(session: Session, height: bigint): Promise<void> {
  const [row] = await session.query((sql) => sql<{ head: bigint | null }[]>`select max(height) as head from block`)
  const head = row?.head ?? (await baseHeight(session))
  if (head !== undefined && height !== head + 1n) throw storeError('not-next', { height, head })
}

async function baseHeight(session: Session): Promise<bigint | undefined> {
  const [row] = await session.query((sql) => sql<{ height: bigint }[]>`select height from snapshot_base`)
  return row?.height
}

async function copyBlock(session: Session, block: BlockWrite, beforeImages: Uint8Array): Promise<void> {
  const { height, time, root, block: bytes, results, events } = block
  await session.copy(
    'block',
    ['height', 'time', 'root', 'bytes', 'results', 'events'],
    copyRows([[height, time, root, bytes, results, events]]),
  )
  await session.copy('before_image', ['height', 'bytes'], copyRows([[height, beforeImages]]))
}

async function insertBlock(session: Session, block: BlockWrite, beforeImages: Uint8Array): Promise<void> {
  const { height, time, root, block: bytes, results, events } = block
  await session.query(
    (sql) => sql`
      with block as (
        insert into block (height, time, root, bytes, results, events)
        values (${height}, ${time}, ${root}, ${bytes}, ${results}, ${events})
      )
      insert into before_image (height, bytes) values (${height}, ${beforeImages})`,
  )
}

async function copyArrivals(session: Session, rows: readonly Arrival[]): Promise<void> {
  if (rows.length > 0) await session.copy('arrived', arrivals, copyRows(rows))
}

async function insertArrivals(session: Session, rows: readonly Arrival[]): Promise<void> {
  if (rows.length === 0) return
  const whole = (column: 0 | 1 | 4 | 5) => rows.map((row) => row[column] ?? 0)
  await session.query(
    (sql) => sql`
      insert into arrived (part, action, key, value, number, length)
      select * from unnest(
        ${sql.typed.integerList(whole(0))}::integer[], ${sql.typed.integerList(whole(1))}::integer[],
        ${sql.typed.bytesList(rows.map((row) => row[2]))}::bytea[],
        ${sql.typed.bytesList(rows.map((row) => row[3]))}::bytea[],
        ${sql.typed.integerList(whole(4))}::integer[], ${sql.typed.integerList(whole(5))}::integer[])`,
  )
}

async function wantHeader(session: Session, height: bigint): Promise<void> {
  await session.query(
    (sql) => sql`
      insert into header_wanted
      select ${height}::bigint where not exists (select from signed_header where height = ${height})`,
  )
}

/** @throws store.other-before */
async function applyChanges(session: Session, table: StoreTable, block: BlockWrite): Promise<void> {
  const { name, part } = stateTables[table]
  const counts = [0, 0, 0]
  for (const change of block[table]) {
    if (change.before === null && change.after === null) continue
    const kind = actionOf(change)
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  const [inserts = 0, updates = 0, deletes = 0] = counts
  if (inserts > 0) {
    await session.query(
      (sql) => sql`
        insert into ${sql(name)} (key, value)
        select key, value from arrived where part = ${part} and action = ${action.insert}`,
    )
  }
  if (updates > 0) {
    const { count } = await session.query(
      (sql) => sql`
        update ${sql(name)} as stored set value = arrived.value
        from arrived where arrived.part = ${part} and arrived.action = ${action.update} and stored.key = arrived.key`,
    )
    if (count !== updates) throw storeError('other-before', { height: block.height, table })
  }
  if (deletes > 0) {
    const { count } = await session.query(
      (sql) => sql`
        delete from ${sql(name)} as stored
        using arrived where arrived.part = ${part} and arrived.action = ${action.delete} and stored.key = arrived.key`,
    )
    if (count !== deletes) throw storeError('other-before', { height: block.height, table })
  }
}

/** A blob that came before keeps its place. Nobody else writes, so looking first is enough, and cheaper than `on conflict`. */
async function insertBlobs(session: Session, height: bigint): Promise<void> {
  await session.query(
    (sql) => sql`
      insert into blob (digest, height, "offset", length)
      select key, ${height}, number, length from arrived
      where part = ${blobPart} and not exists (select from blob where blob.digest = arrived.key)`,
  )
}

/** @throws store.duplicate-transaction */
async function insertTransactions(session: Session, height: bigint): Promise<void> {
  try {
    await session.query(
      (sql) => sql`
        insert into transaction_id (id, height, position)
        select key, ${height}, number from arrived where part = ${transactionPart}`,
    )
  } catch (error) {
    if (isUniqueViolation(error)) throw storeError('duplicate-transaction', { height }, error)
    throw error
  }
}

/** SQLSTATE 23505. */
function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof CommonrootError && error.cause instanceof postgres.PostgresError && error.cause.code === '23505'
  )
}
