import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { durably } from './durably.ts'

/** Readable by its owner only: what is written here is a node's own. */
const ownerOnly = 0o600

/**
 * Replaces a file so that after a crash at any point, power loss included, it holds either the old or the new bytes:
 * a new file is written and synced, takes the name, and then the folder is synced, which makes the name durable.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', ownerOnly)
  try {
    await durably('file.write', () => file.writeFile(bytes))
    await syncFile(file)
  } finally {
    await file.close()
  }
  await takeName(draft, path)
}

/** Resolves when the content of a file would survive a power loss. */
export function syncFile(file: FileHandle): Promise<void> {
  return durably('file.sync', () => file.sync())
}

/** Gives a synced file the name under which it is looked for, instead of the one that had it, and makes that durable. */
export async function takeName(draft: string, path: string): Promise<void> {
  await durably('file.rename', () => rename(draft, path))
  await syncFolder(dirname(path))
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await durably('folder.sync', () => folder.sync())
  } finally {
    await folder.close()
  }
}
