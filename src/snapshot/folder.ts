/**
 * Snapshots as files: one folder each, which has its name only when it is whole.
 *
 *     <folder>/snapshot-<height>/manifest
 *                                proof          a proof file about the protocol record: it carries the signed header
 *                                chunk-00000 ...
 */
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { durably, syncFile, syncFolder, takeName } from '../durable/index.ts'
import { maximumProofBytes } from '../light/index.ts'
import { snapshotError } from './errors.ts'
import { maximumChunkBytes, maximumManifestBytes } from './limits.ts'

const manifestFile = 'manifest'
const proofFile = 'proof'
const ownerOnly = 0o700
const draftEnding = '.new'
const outdatedEnding = '.old'

/** The folder of the snapshot of a height. */
export function snapshotPath(folder: string, height: bigint): string {
  return join(folder, `snapshot-${height}`)
}

/** Heights of the snapshots in a folder, rising; none where there is no folder. */
export async function snapshotHeights(folder: string): Promise<readonly bigint[]> {
  const heights = (await namesIn(folder)).flatMap((name) => {
    const [, height] = /^snapshot-(0|[1-9]\d{0,18})$/.exec(name) ?? []
    return height === undefined ? [] : [BigInt(height)]
  })
  return heights.sort((a, b) => (a < b ? -1 : 1))
}

/** Removes what a crash has left half made or half removed. For the one who makes snapshots in the folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const isLeftover = /^snapshot-\d+\.(?:new|old)$/.test(name)
    if (isLeftover) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Removes a snapshot: first its name, so that nobody finds a part of it. */
export async function removeSnapshot(folder: string, height: bigint): Promise<void> {
  const path = snapshotPath(folder, height)
  const outdated = `${path}${outdatedEnding}`
  await takeName(path, outdated)
  await rm(outdated, { recursive: true, force: true })
}

/** A snapshot that is being written. */
export class SnapshotDraft {
  readonly #path: string
  readonly #draft: string
  #chunks = 0

  private constructor(path: string) {
    this.#path = path
    this.#draft = `${path}${draftEnding}`
  }

  /** @throws snapshot.folder-exists */
  static async begin(folder: string, height: bigint): Promise<SnapshotDraft> {
    const path = snapshotPath(folder, height)
    if (await exists(path)) throw snapshotError('folder-exists', { height })
    const draft = new SnapshotDraft(path)
    await rm(draft.#draft, { recursive: true, force: true })
    await mkdir(draft.#draft, { recursive: true, mode: ownerOnly })
    return draft
  }

  async addChunk(bytes: Uint8Array): Promise<void> {
    await this.#write(chunkFile(this.#chunks), bytes)
    this.#chunks += 1
  }

  /** Makes it durable and gives it its name. @returns the folder */
  async finish(manifest: Uint8Array, proof: Uint8Array): Promise<string> {
    await this.#write(proofFile, proof)
    await this.#write(manifestFile, manifest)
    await syncFolder(this.#draft)
    await takeName(this.#draft, this.#path)
    return this.#path
  }

  async giveUp(): Promise<void> {
    await rm(this.#draft, { recursive: true, force: true })
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const file = await open(join(this.#draft, name), 'w', 0o600)
    try {
      await durably('snapshot.write', () => file.writeFile(bytes))
      await syncFile(file)
    } finally {
      await file.close()
    }
  }
}

/** A snapshot that is there. Whoever reads it trusts no byte of it. */
export class SnapshotFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** @throws snapshot.no-file, snapshot.too-large */
  manifest(): Promise<Uint8Array> {
    return this.#read(manifestFile, maximumManifestBytes)
  }

  /** @throws snapshot.no-file, snapshot.too-large */
  proof(): Promise<Uint8Array> {
    return this.#read(proofFile, maximumProofBytes)
  }

  /** @throws snapshot.no-file, snapshot.too-large */
  chunk(number: number): Promise<Uint8Array> {
    return this.#read(chunkFile(number), maximumChunkBytes)
  }

  /** Bytes of all its files. */
  async size(): Promise<number> {
    let bytes = 0
    for (const name of await namesIn(this.path)) bytes += (await stat(join(this.path, name))).size
    return bytes
  }

  async #read(name: string, limit: number): Promise<Uint8Array> {
    const file = await open(join(this.path, name), 'r').catch((cause: unknown) => {
      throw isAbsent(cause) ? snapshotError('no-file', { file: join(basename(this.path), name) }, cause) : cause
    })
    try {
      const { size } = await file.stat()
      if (size > limit) throw snapshotError('too-large', { what: name, size, limit })
      return new Uint8Array(await file.readFile())
    } finally {
      await file.close()
    }
  }
}

function chunkFile(number: number): string {
  return `chunk-${String(number).padStart(5, '0')}`
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return []
    throw error
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isAbsent(error)) return false
      throw error
    },
  )
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
