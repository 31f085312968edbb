/** A history of a real chain whose old blocks are in an archive file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { archiveComplaint } from '../../../src/fsck/index.ts'
import { type PruneReport, pruneBlocks } from '../../../src/store/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger } from '../../ledger/ledger.ts'
import { testMember } from '../../ledger/members.ts'
import { type History, withStore } from '../history.ts'

export type ArchivedHistory = History & { readonly archive: string }

/** Publishes 60 certificates in three blocks, and lets the chain run on without work until old blocks can be archived. */
export async function makeHistory(database: string): Promise<ArchivedHistory> {
  const vendor = testMember('vendor-a', ['vendor'])
  const ledger = await startTestLedger({ database, members: [vendor], idleInterval: 1 })
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
  return { database, genesis, chain, archive: join(home, 'archive'), certificates }
}

/** The last block that is archived. */
const lastArchived = 70n

/** Archives blocks 0 to 70, 20 in a file. */
export async function archiveOldBlocks(history: ArchivedHistory): Promise<PruneReport> {
  const { database: connection, chain, archive } = history
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
