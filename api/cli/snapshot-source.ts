/** What the commands about a snapshot's folder share: where it is, and whom to believe. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import { voteVerifier } from '../../src/crypto/index.ts'
import { decodeTrust, maximumTrustBytes } from '../../src/light/index.ts'
import type { TrustedSource } from '../../src/snapshot/index.ts'
import { cliError, readBeginning } from '../client/index.ts'
import type { Progress } from './progress.ts'
import type { Terminal } from './terminal.ts'

export type TrustOptions = { readonly trust: string }

export function trustOption(): Option {
  return new Option('--trust <file>', 'the trust file of the chain').makeOptionMandatory()
}

/** @throws cli.unreadable for a folder that holds no snapshot */
export function folderOf(path: string): string {
  if (!existsSync(join(path, 'manifest')))
    throw cliError('unreadable', { path, reason: 'it is no folder of a snapshot' })
  return path
}

export async function sourceOf(path: string, trust: string): Promise<TrustedSource> {
  const { SnapshotFolder } = await import('../../src/snapshot/index.ts')
  const { protocols } = await import('../protocols.ts')
  return {
    snapshot: new SnapshotFolder(path),
    protocols,
    // One byte beyond what is allowed is read, so that the parser is the one that refuses it.
    trust: decodeTrust(await readBeginning(trust, maximumTrustBytes + 1)),
    now: BigInt(Date.now()),
    verifier: voteVerifier,
  }
}

/** A bar of the chunks. */
export class Steps {
  readonly #terminal: Terminal
  #bar: Progress | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  readonly to = (done: number, total: number): void => {
    this.#bar ??= this.#terminal.progress('chunks', total)
    this.#bar.to(done)
  }

  readonly end = (): void => this.#bar?.end()
}
