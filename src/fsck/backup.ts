/**
 * Backups: all tables of one chain as they were at one moment, in one file with a checksum at its end. Archive files are
 * named, with their digests: they never change, so that each is copied once. A validator's signing state lies outside the
 * database, and so never in a backup.
 *
 *     file  = "commonroot backup\n" | frames | 00000000 | SHA-256 of everything before it
 *     frame = length (4 bytes, big-endian, not 0) | CBOR
 *
 * The first frame is the manifest `[format, store format, chain, height]`, each of the others `[table, rows]`.
 */
import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { type CborValue, concat, decodeCbor, encodeCbor, equalBytes, utf8 } from '../codec/index.ts'
import { durably, syncFile, takeName } from '../durable/index.ts'
import { CommonrootError } from '../errors/index.ts'
import {
  type ArchiveEntry,
  archiveName,
  type ColumnValue,
  type CopiedTable,
  copiedTables,
  isArchiveDamage,
  type Store,
  storeFormat,
  type Tables,
} from '../store/index.ts'
import { fsckError } from './errors.ts'
import { maximumFrameBytes } from './limits.ts'

const magic = utf8('commonroot backup\n')
const format = 1
const lengthBytes = 4
const checksumBytes = 32

const tableNames = Object.keys(copiedTables) as CopiedTable[]

export type BackupManifest = { readonly chain: string; readonly height: bigint }

export type BackupSummary = BackupManifest & {
  readonly rows: number
  readonly bytes: number
  /** Files that the tables do without, and a restoration does not. */
  readonly archives: readonly ArchiveEntry[]
}

/**
 * Copies a chain into a file, from one snapshot: the node may go on meanwhile. The file is there when it is whole.
 * @throws fsck.nothing-stored
 */
export async function writeBackup(options: {
  readonly tables: Tables
  readonly chain: string
  readonly file: string
  readonly onProgress?: (rows: number) => void
  readonly signal?: AbortSignal
}): Promise<BackupSummary> {
  const { tables, chain, file } = options
  const draft = `${file}.${process.pid}.new`
  const handle = await open(draft, 'wx', 0o600)
  try {
    const summary = await tables.inSnapshot(() => writeFrames(handle, options))
    await syncFile(handle)
    await handle.close()
    await takeName(draft, file)
    return { ...summary, chain }
  } catch (error) {
    await handle.close()
    await rm(draft, { force: true })
    throw error
  }
}

async function writeFrames(
  handle: FileHandle,
  { tables, chain, onProgress, signal }: Parameters<typeof writeBackup>[0],
): Promise<Omit<BackupSummary, 'chain'>> {
  const hash = createHash('sha256')
  let bytes = 0
  const write = async (...parts: readonly Uint8Array[]) => {
    const whole = concat(...parts)
    hash.update(whole)
    bytes += whole.length
    await durably('backup.write', () => handle.writeFile(whole))
  }
  const height = await tables.headHeight()
  if (height === undefined) throw fsckError('nothing-stored', { chain })
  await write(magic)
  const manifest = encodeCbor([format, storeFormat, chain, height])
  await write(uint32(manifest.length), manifest)
  let rows = 0
  for (const [table, name] of tableNames.entries()) {
    for await (const portion of tables.rows(name)) {
      signal?.throwIfAborted()
      const frame = encodeCbor([table, portion])
      await write(uint32(frame.length), frame)
      rows += portion.length
      onProgress?.(rows)
    }
  }
  await write(uint32(0))
  await durably('backup.seal', () => handle.writeFile(hash.digest()))
  return { height, rows, bytes: bytes + checksumBytes, archives: await tables.archive.entries() }
}

/**
 * Puts a backup into the empty store of its chain, all or nothing. The checksum is verified before anything is written;
 * the archive files that it names must be there.
 * @throws fsck.backup-form, fsck.backup-damaged, fsck.other-chain, fsck.not-empty, fsck.archive-incomplete
 */
export async function restoreBackup(options: {
  readonly store: Store
  readonly tables: Tables
  readonly chain: string
  readonly file: string
  readonly onProgress?: (rows: number) => void
  readonly signal?: AbortSignal
}): Promise<BackupSummary> {
  const { store, tables, chain, file, onProgress, signal } = options
  const head = await store.head()
  if (head !== undefined) throw fsckError('not-empty', { chain, height: head.height })
  const handle = await open(file, 'r')
  try {
    const { manifest, bytes } = await verify(handle, signal)
    if (manifest.chain !== chain) throw fsckError('other-chain', { found: manifest.chain, expected: chain })
    let rows = 0
    const archives = await tables.inTransaction(async () => {
      let isFirst = true
      for await (const frame of framesOf(handle, createHash('sha256'))) {
        signal?.throwIfAborted()
        if (!isFirst) {
          const { table, portion } = readPortion(frame)
          await tables.addRows(table, portion)
          rows += portion.length
          onProgress?.(rows)
        }
        isFirst = false
      }
      return await presentArchives(tables)
    })
    return { ...manifest, rows, bytes, archives }
  } finally {
    await handle.close()
  }
}

/** The archive files that the tables name. `fsck` reads them whole; here they are known by their digests. */
async function presentArchives(tables: Tables): Promise<readonly ArchiveEntry[]> {
  const entries = await tables.archive.entries()
  const missing: string[] = []
  for (const entry of entries) {
    try {
      await tables.archive.open(entry)
    } catch (error) {
      if (!isArchiveDamage(error)) throw error
      missing.push(archiveName(entry))
    }
  }
  const [first] = missing
  if (first !== undefined) throw fsckError('archive-incomplete', { first, count: missing.length })
  return entries
}

/** Reads the whole file once. */
async function verify(
  handle: FileHandle,
  signal: AbortSignal | undefined,
): Promise<{ readonly manifest: BackupManifest; readonly bytes: number }> {
  const hash = createHash('sha256')
  let manifest: BackupManifest | undefined
  let bytes = magic.length + lengthBytes
  for await (const frame of framesOf(handle, hash)) {
    signal?.throwIfAborted()
    manifest ??= readManifest(frame)
    bytes += lengthBytes + frame.length
  }
  const checksum = await readAt(handle, bytes, checksumBytes)
  if (!equalBytes(checksum, new Uint8Array(hash.digest()))) throw fsckError('backup-damaged')
  if ((await handle.stat()).size !== bytes + checksumBytes) refuse('bytes follow its checksum')
  if (manifest === undefined) refuse('it has no manifest')
  return { manifest, bytes: bytes + checksumBytes }
}

/** The frames from the beginning of the file; everything before the checksum goes into `hash`. */
async function* framesOf(handle: FileHandle, hash: Hash): AsyncGenerator<Uint8Array> {
  if (!equalBytes(await readAt(handle, 0, magic.length), magic)) refuse('it does not begin like one')
  hash.update(magic)
  for (let position = magic.length; ; ) {
    const head = await readAt(handle, position, lengthBytes)
    hash.update(head)
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    if (length === 0) return
    // A length is believed only as far as a backup of ours goes.
    if (length > maximumFrameBytes) throw fsckError('backup-damaged')
    const frame = await readAt(handle, position + lengthBytes, length)
    hash.update(frame)
    yield frame
    position += lengthBytes + length
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const { bytesRead } = await handle.read(bytes, 0, length, position)
  if (bytesRead < length) refuse('it is cut')
  return bytes
}

function readManifest(frame: Uint8Array): BackupManifest {
  const [found, stored, chain, height] = listOf(decode(frame))
  if (found !== format) refuse(`its format is ${String(found)}`)
  if (stored !== storeFormat) refuse(`its tables have format ${String(stored)}, these have format ${storeFormat}`)
  if (typeof chain !== 'string' || (typeof height !== 'number' && typeof height !== 'bigint')) {
    refuse('its manifest can not be read')
  }
  return { chain, height: BigInt(height) }
}

function readPortion(frame: Uint8Array): { table: CopiedTable; portion: readonly (readonly ColumnValue[])[] } {
  const [table, rows] = listOf(decode(frame))
  const name = typeof table === 'number' ? tableNames[table] : undefined
  if (name === undefined) refuse('it has a table that is not known')
  return { table: name, portion: listOf(rows).map((row) => listOf(row).map(columnOf)) }
}

/** A manifest may be damaged, since it is read before the checksum is known. */
function decode(frame: Uint8Array): CborValue {
  try {
    return decodeCbor(frame)
  } catch (cause) {
    if (!(cause instanceof CommonrootError)) throw cause
    throw fsckError('backup-damaged', {}, cause)
  }
}

function listOf(value: CborValue | undefined): readonly CborValue[] {
  if (!Array.isArray(value)) refuse('a list is missing')
  return value
}

function columnOf(value: CborValue): ColumnValue {
  if (value === null || value instanceof Uint8Array || typeof value === 'number' || typeof value === 'bigint')
    return value
  return refuse('a column has a value of another type')
}

function refuse(reason: string): never {
  throw fsckError('backup-form', { reason })
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
