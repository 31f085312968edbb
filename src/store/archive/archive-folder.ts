/** The folder of archive files: how they are named, and how one comes into being. */
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { durably, syncFile, syncFolder, takeName } from '../../durable/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { storeError } from '../errors.ts'
import { systemCode } from './archive-file.ts'

/** Heights have as many digits as a chain of a block a second needs for thirty thousand years. */
const digits = 12
const ending = '.archive'
const draftEnding = '.new'
const form = new RegExp(`^blocks-(\\d{${digits}})-(\\d{${digits}})\\${ending}$`)

export type FileRange = { readonly first: bigint; readonly last: bigint }

export function archivePath(folder: string, { first, last }: FileRange): string {
  return join(folder, archiveName({ first, last }))
}

export function archiveName({ first, last }: FileRange): string {
  return `blocks-${padded(first)}-${padded(last)}${ending}`
}

/** The archive files of a folder by their names, in order; none when there is no folder. */
export async function archivesIn(folder: string): Promise<readonly FileRange[]> {
  const found = (await namesIn(folder)).flatMap((name) => {
    const [, first, last] = form.exec(name) ?? []
    return first === undefined || last === undefined ? [] : [{ first: BigInt(first), last: BigInt(last) }]
  })
  return found.sort((a, b) => Number(a.first - b.first))
}

/** Removes what writers that were killed have left. */
export async function removeDrafts(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!name.endsWith(ending + draftEnding)) continue
    await writing(folder, () => rm(join(folder, name), { force: true }))
  }
}

export async function removeArchive(folder: string, range: FileRange): Promise<void> {
  const path = archivePath(folder, range)
  await writing(path, () => rm(path, { force: true }))
}

/**
 * Writes a file so that it is there, whole and durable, or not at all. `write` is given a function that appends.
 * @throws store.archive-unwritable
 */
export async function writeArchive(
  folder: string,
  range: FileRange,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const path = archivePath(folder, range)
  await writing(path, async () => {
    await makeFolder(folder)
    const handle = await open(path + draftEnding, 'w', 0o600)
    try {
      await write((bytes) => durably('archive.write', () => handle.writeFile(bytes)))
      await syncFile(handle)
    } finally {
      await handle.close()
    }
    await takeName(path + draftEnding, path)
  })
}

/** The folder's own name must be durable, too. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncFolder(join(made, '..'))
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const reason = systemCode(error)
    if (reason === 'ENOENT') return []
    if (reason === undefined) throw error
    throw storeError('archive-unreadable', { file: basename(folder), reason }, error)
  }
}

async function writing<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const reason = systemCode(error)
    if (error instanceof CommonrootError || reason === undefined) throw error
    throw storeError('archive-unwritable', { file: basename(path), reason }, error)
  }
}

function padded(height: bigint): string {
  return height.toString().padStart(digits, '0')
}
