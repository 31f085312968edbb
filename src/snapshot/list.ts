import { SnapshotFolder, snapshotHeights, snapshotPath } from './folder.ts'
import { decodeManifest, manifestDigest } from './manifest.ts'

/** What a snapshot says of itself. */
export type ListedSnapshot = {
  readonly path: string
  readonly chain: string
  readonly height: bigint
  readonly digest: Uint8Array
  readonly chunks: number
  /** Bytes of its files. */
  readonly bytes: number
}

/** The snapshots in a folder, by height. None is verified. @throws as `decodeManifest` for one that can't be read */
export async function listSnapshots(folder: string): Promise<readonly ListedSnapshot[]> {
  const listed: ListedSnapshot[] = []
  for (const height of await snapshotHeights(folder)) {
    const snapshot = new SnapshotFolder(snapshotPath(folder, height))
    const manifest = await snapshot.manifest()
    const { chain, chunks } = decodeManifest(manifest)
    const { path } = snapshot
    const bytes = await snapshot.size()
    listed.push({ path, chain, height, digest: manifestDigest(manifest), chunks: chunks.length, bytes })
  }
  return listed
}
