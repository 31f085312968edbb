/** A disk of a few megabytes that a test fills to its last byte, or takes the right to write from: a tmpfs of its own. */
import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'commonroot-test-disk-'

/** Bytes that are written at once, from large to small: the last ones fill the last page. */
const portions = [1024 * 1024, 4096, 1]

const ballastName = 'ballast'

export class SmallDisk {
  readonly folder: string
  #ballast: number | undefined
  #written = 0
  readonly #removeAtExit = () => this.#remove()

  /** @param megabytes how much it holds */
  constructor(megabytes: number) {
    removeAbandoned()
    this.folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
    try {
      mount(['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'tmpfs', this.folder])
    } catch (error) {
      rmdirSync(this.folder)
      throw error
    }
    process.once('exit', this.#removeAtExit)
  }

  /** Takes every byte that is free, also what has become free since the last time. @returns how many */
  fill(): number {
    this.#ballast ??= openSync(join(this.folder, ballastName), 'w')
    const before = this.#written
    for (const portion of portions) {
      const bytes = Buffer.alloc(portion)
      while (this.#append(this.#ballast, bytes)) {
        // Until nothing fits any more.
      }
    }
    return this.#written - before
  }

  free(): void {
    if (this.#ballast === undefined) return
    ftruncateSync(this.#ballast)
    closeSync(this.#ballast)
    this.#ballast = undefined
    this.#written = 0
  }

  /** Nobody can write any more; refused by the system while a file is open for writing. */
  makeReadOnly(): void {
    mount(['-o', 'remount,ro', this.folder])
  }

  makeWritable(): void {
    mount(['-o', 'remount,rw', this.folder])
  }

  discard(): void {
    process.removeListener('exit', this.#removeAtExit)
    this.#remove()
  }

  #append(file: number, bytes: Uint8Array): boolean {
    try {
      this.#written += writeSync(file, bytes)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
      throw error
    }
  }

  #remove(): void {
    if (this.#ballast !== undefined) closeSync(this.#ballast)
    this.#ballast = undefined
    unmount(this.folder)
  }
}

/** @throws one sentence on what is missing */
function mount(words: readonly string[]): void {
  const { status, stderr, error } = spawnSync('mount', words, { encoding: 'utf8' })
  if (status === 0) return
  const reason = error?.message ?? stderr.trim()
  throw new Error(
    `tests of full and read-only disks mount a tmpfs: run them as root with CAP_SYS_ADMIN (in a container, --cap-add SYS_ADMIN); ${reason}`,
  )
}

/** Lazily: whoever still has a file open there keeps it, and nobody finds it any more. */
function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder])
  try {
    rmdirSync(folder)
  } catch {
    // The next run removes it.
  }
}

/** A run that was killed leaves its disks mounted, in memory. */
function removeAbandoned(): void {
  const mine = join(tmpdir(), prefix)
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [, folder = ''] = line.split(' ')
    if (!folder.startsWith(mine)) continue
    const [owner] = folder.slice(mine.length).split('-')
    if (!isRunning(Number(owner))) unmount(folder)
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
