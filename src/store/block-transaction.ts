/**
 * The transaction of a block. A small block is one statement, a transaction by itself, with its rows as parameters; the rows
 * of a large one travel in COPYs, of which the server parses no text, to a table of the session, and go to their places
 * from there.
 */
import postgres from 'postgres'
import { compareBytes, equalBytes } from '../codec/index.ts'
import { durably } from '../durable/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { encodeBeforeImages } from './before-images.ts'
import { arrivedColumns, blockStates, groupName, groupNames } from './block-functions.ts'
import { type CopyValue, copyRows } from './copy-rows.ts'
import { storeError } from './errors.ts'
import type { BlockWrite, Change, StoreTable } from './port.ts'
import type { Session } from './session.ts'

/** Bytes of a block below which its rows are sent as parameters: a COPY costs three round trips, their text form twice the bytes. */
const smallBlock = 256 * 1024

/** A row of one of the groups. `place` is a blob's offset or a transaction's position. */
type Row = {
  readonly key: Uint8Array
  readonly value?: Uint8Array
  readonly place?: number
  readonly length?: number
}

/** The rows of a block in the order of their groups, and how many there are up to the end of each: the first of them is 0. */
type Rows = { readonly rows: readonly Row[]; readonly ends: readonly number[] }

/** @returns the block's before-images. @throws store.not-next, store.duplicate-transaction, store.other-before */
export async function writeBlock(session: Session, given: BlockWrite): Promise<Uint8Array> {
  const block = { ...given, ...inKeyOrder(given) }
  const beforeImages = encodeBeforeImages(block)
  const rows = rowsOf(block)
  const size = rows.rows.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0)
  const isSmall = block.block.length + beforeImages.length + size < smallBlock
  try {
    await (isSmall ? writeAtOnce : writeInCopies)(session, block, beforeImages, rows)
  } catch (error) {
    throw refusalOf(error, block.height)
  }
  return beforeImages
}

async function writeAtOnce(
  session: Session,
  block: BlockWrite,
  images: Uint8Array,
  { rows, ends }: Rows,
): Promise<void> {
  const { height, time, root, block: bytes, results, events } = block
  const blobs = rows.filter(({ length }) => length !== undefined)
  const state = rows.slice(0, ends[groupNames.indexOf('blobs')])
  await durably('block.write', () =>
    session.query(
      (sql) => sql`
        select pg_temp.write_rows(
          ${height}, ${time}, ${root}, ${bytes}, ${results}, ${events}, ${images}, ${sql.typed.integerList(ends)},
          ${sql.typed.bytesList(rows.map(({ key }) => key))}, ${sql.typed.bytesList(state.map(({ value = null }) => value))},
          ${sql.typed.integerList(blobs.map(({ place = 0 }) => place))},
          ${sql.typed.integerList(blobs.map(({ length = 0 }) => length))},
          ${sql.typed.integerList(block.transactions.map(({ position }) => position))})`,
    ),
  )
}

async function writeInCopies(
  session: Session,
  block: BlockWrite,
  images: Uint8Array,
  { rows, ends }: Rows,
): Promise<void> {
  const { height, time, root, block: bytes, results, events } = block
  await session.transaction(async () => {
    // Each waits for the answer to the one before: what a lost connection leaves in the driver's queue, it may run on
    // the next connection, outside of this transaction.
    await session.query((sql) => sql`select pg_temp.require_next(${height})`)
    await durably('block.row', async () => {
      const columns = ['height', 'time', 'root', 'bytes', 'results', 'events']
      await session.copy('block', columns, copyRows([[height, time, root, bytes, results, events]]))
      await session.copy('before_image', ['height', 'bytes'], copyRows([[height, images]]))
    })
    await durably('block.arrivals', () => session.copy('arrived', arrivedColumns, copyRows(arrivals({ rows, ends }))))
    await durably('block.apply', () =>
      session.query((sql) => sql`select pg_temp.apply_arrived(${height}, ${sql.typed.integerList(ends)})`),
    )
  })
}

function* arrivals({ rows, ends }: Rows): Generator<readonly CopyValue[]> {
  let group = 0
  for (const [index, { key, value = null, place = null, length = null }] of rows.entries()) {
    while (index >= (ends[group + 1] ?? rows.length)) group++
    yield [group, key, value, place, length]
  }
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

function rowsOf(block: BlockWrite): Rows {
  const inGroups = new Map<string, Row[]>(groupNames.map((name) => [name, []]))
  const add = (group: string, row: Row) => inGroups.get(group)?.push(row)
  for (const table of ['records', 'indexes', 'pages'] as const) {
    for (const { key, before, after } of block[table]) {
      if (after !== null)
        add(groupName({ table, action: before === null ? 'insert' : 'update' }), { key, value: after })
      else if (before !== null) add(groupName({ table, action: 'delete' }), { key })
    }
  }
  for (const blob of blobRows(block)) add('blobs', blob)
  for (const { id, position } of block.transactions) add('transactions', { key: id, place: position })
  const ends = [0]
  for (const group of inGroups.values()) ends.push((ends.at(-1) ?? 0) + group.length)
  return { rows: [...inGroups.values()].flat(), ends }
}

/** Equal digests are equal bytes: the first place counts. */
function blobRows({ block, blobs }: BlockWrite): Iterable<Row> {
  const rows = new Map<string, Row>()
  for (const { digest, offset, length } of blobs) {
    if (!(offset >= 0 && length >= 0 && offset + length <= block.length)) {
      throw new TypeError('a blob reaches beyond its block')
    }
    const id = digest.toHex()
    if (!rows.has(id)) rows.set(id, { key: digest, place: offset, length })
  }
  return rows.values()
}

/** What the server's answer says of the block, where it says more than that something was refused. */
function refusalOf(error: unknown, height: bigint): unknown {
  const cause = error instanceof CommonrootError ? error.cause : undefined
  if (!(cause instanceof postgres.PostgresError)) return error
  const { code, table_name: table = '', detail = '' } = cause
  if (code === blockStates.notNext) return storeError('not-next', { height, head: BigInt(detail) }, error)
  if (code === blockStates.otherBefore) return storeError('other-before', { height, table }, error)
  return code === uniqueViolation && table === 'transaction_id'
    ? storeError('duplicate-transaction', { height }, error)
    : error
}

/** SQLSTATE. */
const uniqueViolation = '23505'
