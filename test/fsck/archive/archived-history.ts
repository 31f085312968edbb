/** A history of a real chain whose old blocks are in an archive file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { protocols } from '../../../api/protocols.ts'
import type { Genesis } from '../../../src/chain/index.ts'
import { archiveComplaint, type FsckOptions, type FsckReport, fsck } from '../../../src/fsck/index.ts'
import { openStore, type PruneReport, pruneBlocks, type Store, Tables } from '../../../src/store/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger } from '../../ledger/ledger.ts'
import { testMember } from '../../ledger/members.ts'

export type ArchivedHistory = {
  readonly connection: string
  readonly genesis: Genesis
  readonly chain: string
  readonly archive: string
  readonly certificates: readonly Uint8Array[]
}

/** Publishes 60 certificates in three blocks, and lets the chain run on without work until old blocks can be archived. */
export async function makeHistory(connection: string): Promise<ArchivedHistory> {
  const vendor = testMember('vendor-a', ['vendor'])
  const ledger = await startTestLedger({ database: connection, members: [vendor], idleInterval: 1 })
  const chain = ledger.chain.id
  const certificates: Uint8Array[] = []
  for (let index = 0; index < 60; index++) {
    certificates.push((await testDevice(chain, vendor.id, `S${index}`)).certificate)
  }
  for (let start = 0; start < 60; start += 20) {
    const items = certificates.slice(start, start + 20).map((certificate) => ({ certificate }))
    await ledger.submit([['pki', 'publish', items]], [vendor.signer])
  }
  while ((ledger.chain.head?.height ?? 0n) < 110n) await sleep(20)
  const { genesis, folder, node } = ledger
  await node.stop()
  await rm(folder, { recursive: true, force: true })
  const home = mkdtempSync(join(tmpdir(), 'commonroot-archived-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  return { connection, genesis, chain, archive: join(home, 'archive'), certificates }
}

/** The last block that is archived. */
const lastArchived = 70n

/** Archives blocks 0 to 70, 20 in a file. */
export async function archiveOldBlocks(history: ArchivedHistory): Promise<PruneReport> {
  const { connection, chain, archive } = history
  const head = (await withStore(history, ({ store }) => store.head()))?.height ?? 0n
  return pruneBlocks({
    connection,
    chain,
    folder: archive,
    keep: head - lastArchived,
    fileHeights: 20,
    partial: true,
    complaint: archiveComplaint,
  })
}

export async function withStore<Result>(
  history: ArchivedHistory,
  work: (open: { readonly store: Store; readonly tables: Tables }) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(history)
  const tables = Tables.open(history)
  try {
    return await work({ store, tables })
  } finally {
    await tables.close()
    await store.close()
  }
}

export function check(
  history: ArchivedHistory,
  options: Omit<FsckOptions, 'store' | 'tables' | 'genesis' | 'protocols'> = {},
): Promise<FsckReport> {
  return withStore(history, ({ store, tables }) =>
    fsck({ store, tables, genesis: history.genesis, protocols, ...options }),
  )
}
