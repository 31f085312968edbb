/** A node that begins with a snapshot goes on as the others do, and lacks nothing but old blocks. */
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates as certificateRecords } from '../../pki/contract/index.ts'
import { Chain, decodeBlock } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { archiveComplaint, restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import { importSnapshot, verifySnapshot } from '../../src/snapshot/index.ts'
import { openStore, pruneBlocks } from '../../src/store/index.ts'
import { until } from '../engine/following.ts'
import { check, withStore } from '../fsck/history.ts'
import { testDatabase } from '../postgres.ts'
import { exportFrom, ledgerWithCertificates, sourceOf, testFolder } from './exported.ts'

const folder = await testFolder()
const archive = join(folder, 'archive')
const database = await testDatabase()
const source = await ledgerWithCertificates(database, 120, { archive, idleInterval: 25 })
const target = await testDatabase()
const { ledger, certificates } = source
afterAll(() => ledger.stop())
const chain = ledger.chain.id
// The first certificates lie in archive files by now.
const kept = 32n
await until('old blocks', () => ledger.chain.head!.height > kept + 10n)
const options = { connection: database, chain, folder: archive, keep: kept, partial: true, complaint: archiveComplaint }
expect((await pruneBlocks(options)).blocks).toBeGreaterThan(3)
const exported = await exportFrom(source, folder, { archive })

describe('a snapshot', () => {
  it('is cut into several chunks and verifies from its folder and a trust file alone', async () => {
    expect(exported.chunks).toBeGreaterThan(5)
    const { height, root, digest, chunks, entries } = exported
    expect(await verifySnapshot(await sourceOf(ledger, exported.path))).toEqual({
      height,
      root,
      digest,
      chunks,
      entries,
    })
  })

  it('fills an empty database, from which the chain goes on with equal roots', async () => {
    const store = await openStore({ connection: target, chain })
    try {
      await importSnapshot({ ...(await sourceOf(ledger, exported.path)), store, connection: target, chain })
      await source.publish(60)
      const imported = await Chain.open({ genesis: ledger.genesis, store, protocols })
      expect(imported.head).toMatchObject({ height: exported.height, root: exported.root })
      expect(await store.base()).toEqual(imported.head)
      const { height: head } = ledger.chain.head!
      for (let height = exported.height + 1n; height <= head; height++) {
        const { block, root } = (await ledger.chain.store.block(height))!
        const { appHash } = await imported.finalizeBlock(decodeBlock(block))
        expect(toHex(appHash)).toBe(toHex(root))
        await imported.commit()
      }
      for (const certificate of certificates) {
        const { fingerprint } = parseCertificate(certificate)
        expect(await store.blob(fingerprint)).toEqual(certificate)
      }
      const view = await imported.view('head')
      const { fingerprint } = parseCertificate(certificates[0]!)
      expect(await view.get(certificateRecords, fingerprint)).toMatchObject({ serial: 'S0' })
      await view.close()
    } finally {
      await store.close()
    }
  })

  it('gives a database that is backed up and restored like any other', async () => {
    const file = join(folder, 'imported.backup')
    const again = await testDatabase()
    await withStore({ database: target, chain }, ({ tables }) => writeBackup({ tables, chain, file }))
    await withStore({ database: again, chain }, ({ store, tables }) => restoreBackup({ store, tables, chain, file }))
    expect((await check({ database: again, genesis: ledger.genesis, chain })).findings).toEqual([])
  })

  it('gives a database that the check of everything finds whole', async () => {
    const report = await check({ database: target, genesis: ledger.genesis, chain })
    expect(report.findings).toEqual([])
  })
})
