/** What the figures were measured on. */
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** A load above this at the start says that somebody else works on the machine. */
export const quietLoad = 1

export type Machine = {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
  readonly kernel: string
  readonly node: string
  readonly openssl: string
  /** The commit that was measured; `null` outside a checkout. */
  readonly commit: string | null
  readonly started: string
  /** Load average of the minute before the run. */
  readonly loadBefore: number
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    kernel: release(),
    node: process.versions.node,
    openssl: process.versions.openssl,
    commit: commit(),
    started: new Date().toISOString(),
    loadBefore: load(),
  }
}

/** Load average of the last minute. */
export function load(): number {
  return Math.round(100 * (loadavg()[0] ?? 0)) / 100
}

function commit(): string | null {
  try {
    const cwd = import.meta.dirname
    const head = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim()
    const changed = execFileSync('git', ['status', '--porcelain', '--', 'src', 'pki', 'api'], { cwd, encoding: 'utf8' })
    return changed === '' ? head : `${head} with changes`
  } catch {
    return null
  }
}
