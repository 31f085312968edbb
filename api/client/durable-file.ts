/** Files that are whole or absent, whatever happens while they are written. */
import { randomBytes } from 'node:crypto'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { toHex } from '../../src/codec/index.ts'
import { cliError } from './errors.ts'

const ownerOnly = 0o600
const readableByAll = 0o644

/** For a caller whose file may be read by everybody, or by its owner only. */
export type Audience = 'owner' | 'everybody'

/** Writes a file, replacing one that is there. @throws cli.unwritable */
export async function writeWhole(path: string, content: string | Uint8Array, audience: Audience): Promise<void> {
  await write(path, content, audience, rename)
}

/** Writes a file that must not exist yet. @throws cli.file-exists, cli.unwritable */
export async function createWhole(path: string, content: string | Uint8Array, audience: Audience): Promise<void> {
  await write(path, content, audience, async (draft, target) => {
    await link(draft, target)
    await rm(draft)
  })
}

/** The bytes of a file of at most `limit` bytes. @throws cli.unreadable */
export async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  const bytes = await readBeginning(path, limit + 1)
  if (bytes.length > limit) throw cliError('unreadable', { path, reason: `it has more than ${limit} bytes` })
  return bytes
}

/** At most the first `limit` bytes of a file: for a reader that refuses longer ones itself. @throws cli.unreadable */
export async function readBeginning(path: string, limit: number): Promise<Uint8Array> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const parts: Uint8Array[] = []
    for await (const part of handle.createReadStream({ autoClose: false, start: 0, end: limit - 1 })) parts.push(part)
    return new Uint8Array(Buffer.concat(parts))
  } catch (cause) {
    throw cliError('unreadable', { path, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  } finally {
    await handle?.close()
  }
}

/** What the system says about a file, for a person; undefined for an error that is not the system's. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (!('syscall' in error)) return undefined
  return reasons.get(error.code) ?? error.code
}

const reasons = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'this user may not'],
  ['EPERM', 'this user may not'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is no folder'],
])

async function write(
  path: string,
  content: string | Uint8Array,
  audience: Audience,
  name: (draft: string, path: string) => Promise<void>,
): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${toHex(randomBytes(4))}.new`)
  try {
    const handle = await open(draft, 'wx', audience === 'owner' ? ownerOnly : readableByAll)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await name(draft, path)
  } catch (cause) {
    await rm(draft, { force: true })
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')
      throw cliError('file-exists', { path }, cause)
    throw cliError('unwritable', { path, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
}
