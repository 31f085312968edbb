import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Readable by its owner only: what is written here is a validator's. */
const ownerOnly = 0o600

/**
 * Replaces a file so that after a crash at any point, power loss included, it holds either the old or the new bytes:
 * a new file is written and synced, takes the name, and then the folder is synced, which makes the name durable.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', ownerOnly)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
