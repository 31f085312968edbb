/** Archive files: each is there, is the one that the database names, and every byte of it is what was written. */
import {
  type ArchiveDamage,
  type ArchiveEntry,
  type ArchiveFile,
  archiveName,
  archivesIn,
  entryOf,
  examineChunk,
  examineFrame,
  type FileRange,
  removeArchive,
  type Tables,
} from '../store/index.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { oneAhead } from './one-ahead.ts'

export type ArchiveCheckOptions = {
  readonly tables: Tables
  readonly findings: Findings
  readonly repair: boolean
  /** Heights, both included: only files that hold some of them. */
  readonly from: bigint
  readonly to: bigint
  readonly onProgress: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** @returns how many files were looked at */
export async function checkArchive(options: ArchiveCheckOptions): Promise<number> {
  const { tables, from, to, onProgress, signal } = options
  const check = new ArchiveCheck(options)
  await check.place()
  const entries = (await tables.archive.entries()).filter(({ first, last }) => first <= to && last >= from)
  for (const [done, entry] of entries.entries()) {
    signal?.throwIfAborted()
    await check.file(entry)
    onProgress(done + 1, entries.length)
  }
  // What is mended, or damaged, may have been read before.
  tables.archive.forget()
  return entries.length
}

class ArchiveCheck {
  readonly #options: ArchiveCheckOptions

  constructor(options: ArchiveCheckOptions) {
    this.#options = options
  }

  /** Files that the database does not name, or names wrongly: by what they say of themselves, they tell where they belong. */
  async place(): Promise<void> {
    const { tables } = this.#options
    const { folder } = tables.archive
    const head = await tables.headHeight()
    if (folder === undefined || head === undefined) return
    const entries = await tables.archive.entries()
    for (const range of await archivesIn(folder)) {
      // After an older backup was restored: once the node has caught up, it takes the file, or replaces it.
      if (range.last > head) continue
      const own = entries.find(({ first, last }) => first === range.first && last === range.last)
      const sound = await entryOf(folder, range, tables.archive.chain)
      if (sound === undefined) {
        if (own === undefined) await this.#stray(folder, range, 'the database does not name it, and it is damaged')
      } else if (own === undefined) {
        const former = entries.find(({ digest, first }) => same(digest, sound.digest) || first === sound.first)
        await this.#unnamed(folder, sound, former)
      } else if (!same(own.digest, sound.digest) || own.bytes !== sound.bytes || own.time !== sound.time) {
        await this.#rename(sound, own.first, 'the database has other marks of it')
      }
    }
  }

  async file(entry: ArchiveEntry): Promise<void> {
    const { archive } = this.#options.tables
    const name = archiveName(entry)
    const path = archive.pathOf(entry)
    let frame = await examineFrame(archive.chain, entry, path)
    if ('damage' in frame) {
      if (!(await this.#damage(name, frame.damage))) return
      frame = await examineFrame(archive.chain, entry, path)
    }
    if ('file' in frame) await this.#chunks(name, frame.file)
  }

  async #chunks(name: string, file: ArchiveFile): Promise<void> {
    for await (const damage of oneAhead(file.chunks, (chunk) => examineChunk(file, chunk))) {
      this.#options.signal?.throwIfAborted()
      if (damage !== undefined) await this.#damage(name, damage)
    }
  }

  /** @returns whether it was mended */
  async #damage(where: string, { what, mend }: ArchiveDamage): Promise<boolean> {
    const { findings, repair } = this.#options
    const isMended = repair && mend !== undefined
    findings.add('archive', where, what, mend === undefined ? beyondRepair : { repairable: true, repaired: repair })
    if (isMended) await mend()
    return isMended
  }

  async #unnamed(folder: string, sound: ArchiveEntry, former: ArchiveEntry | undefined): Promise<void> {
    const { tables } = this.#options
    if (former !== undefined) return await this.#rename(sound, former.first, 'the database names it wrongly')
    // Its blocks are elsewhere, unless a row of the database is gone.
    for (const height of [sound.first, sound.last]) {
      if ((await tables.blocks(height, 1))[0]?.height !== height) {
        return await this.#rename(sound, undefined, 'it holds blocks that are nowhere else')
      }
    }
    await this.#stray(folder, sound, 'the database does not name it, and has its blocks elsewhere')
  }

  async #rename(sound: ArchiveEntry, former: bigint | undefined, what: string): Promise<void> {
    const { tables } = this.#options
    await this.#damage(archiveName(sound), { what, mend: () => tables.putArchive(former, sound) })
  }

  async #stray(folder: string, range: FileRange, what: string): Promise<void> {
    await this.#damage(archiveName(range), { what, mend: () => removeArchive(folder, range) })
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.toHex() === other.toHex()
}
