/** A snapshot in memory, and what a liar makes of it: other chunks, and a manifest that names them. */
import { protocols } from '../../api/protocols.ts'
import { toHex } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import {
  ChunkSequence,
  checkManifest,
  decodeManifest,
  encodeManifest,
  type Manifest,
  manifestRoot,
  SnapshotFolder,
} from '../../src/snapshot/index.ts'

export type HeldSnapshot = {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly root: Uint8Array
  readonly chunks: readonly Uint8Array[]
}

export async function holdSnapshot(path: string): Promise<HeldSnapshot> {
  const folder = new SnapshotFolder(path)
  const bytes = await folder.manifest()
  const manifest = decodeManifest(bytes)
  const chunks = await Promise.all(manifest.chunks.map((_, number) => folder.chunk(number)))
  return { manifest, bytes, root: manifestRoot(manifest), chunks }
}

/** The same snapshot with other chunks, which its manifest names: what is wrong with it, only the root tells. */
export function forge({ manifest, root }: HeldSnapshot, chunks: readonly Uint8Array[]): HeldSnapshot {
  const forged = { ...manifest, chunks: chunks.map(sha256) }
  return { manifest: forged, bytes: encodeManifest(forged), root, chunks }
}

/** What a receiver that knows the root says: how many records there are, or the code of the refusal. */
export function verdictOf({ manifest, root, chunks }: HeldSnapshot): number | string {
  try {
    const sound = checkManifest(manifest, { chain: manifest.chain, root, protocols })
    const sequence = new ChunkSequence(sound)
    let entries = 0
    for (const [number, chunk] of chunks.entries()) entries += sequence.take(number, chunk).chunk.entries.length
    sequence.end()
    return entries
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return error.code
  }
}

/** A copy with one bit of one byte turned. */
export function flipped(bytes: Uint8Array, place: number, bit = 0): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[place % copy.length]! ^= 1 << bit
  return copy
}

export function refusalOf(act: () => unknown): string {
  try {
    return `accepted: ${toHex(new TextEncoder().encode(String(act())))}`
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return error.code
  }
}
