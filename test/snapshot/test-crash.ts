/** The test of exports and imports that end without warning; the short and the long run give different points. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Genesis } from '../../src/chain/index.ts'
import { encodeAs } from '../../src/codec/index.ts'
import { importSnapshot, removeLeftovers, snapshotHeights, verifySnapshot } from '../../src/snapshot/index.ts'
import { openStore } from '../../src/store/index.ts'
import { FaultOrder, nameOfPoint } from '../faults/fault-order.ts'
import type { FaultPoint } from '../faults/fault-point.ts'
import { check } from '../fsck/history.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { exportFrom, ledgerWithCertificates, sourceOf, testFolder } from './exported.ts'

/** @param points where each program is to end */
export async function testCrash(points: {
  readonly exporting: readonly FaultPoint[]
  readonly importing: readonly FaultPoint[]
}): Promise<void> {
  const source = await ledgerWithCertificates(await testDatabase(), 30)
  const target = await testDatabase()
  const { ledger } = source
  const chain = ledger.chain.id
  const folder = await testFolder()
  const [genesisFile, trustFile] = [join(folder, 'genesis'), join(folder, 'trust')]
  writeFileSync(genesisFile, encodeAs(Genesis, ledger.genesis))
  writeFileSync(trustFile, await ledger.node.trust())
  const order = new FaultOrder()
  afterAll(async () => {
    order.discard()
    await ledger.stop()
  })
  const rows = (list: readonly FaultPoint[]) => list.map((point, index) => ({ point, index, name: nameOfPoint(point) }))

  async function endAt(point: FaultPoint, program: string, database: string, place: string): Promise<void> {
    order.give(point)
    const file = join(import.meta.dirname, 'tools', `${program}.ts`)
    const words = ['--import', order.module, file, database, chain, place, genesisFile, trustFile]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
    const [, signal] = await once(child, 'close')
    expect({ signal, isCarriedOut: order.isCarriedOut }).toEqual({ signal: 'SIGKILL', isCarriedOut: true })
  }

  describe('an export', { timeout: 60_000 }, () => {
    it.each(rows(points.exporting))('leaves a whole snapshot or none when it ends $name', async ({ point, index }) => {
      const place = join(folder, `export-${index}`)
      await endAt(point, 'export', source.database, place)
      await removeLeftovers(place)
      if ((await snapshotHeights(place)).length === 0) await exportFrom(source, place)
      const [height] = await snapshotHeights(place)
      const verified = await verifySnapshot(await sourceOf(ledger, join(place, `snapshot-${height}`)))
      expect(verified.height).toBe(height)
    })
  })

  describe('an import', { timeout: 60_000 }, () => {
    it.each(rows(points.importing))('has put in all or nothing when it ends $name', async ({ point, index }) => {
      const place = join(folder, `import-${index}`)
      const exported = await exportFrom(source, place)
      await withClient(target, (sql) => sql.unsafe(`drop schema if exists "chain_${chain}" cascade`))
      await endAt(point, 'import', target, place)
      const store = await openStore({ connection: target, chain })
      const isEmpty = (await store.head()) === undefined
      if (isEmpty)
        await importSnapshot({ ...(await sourceOf(ledger, exported.path)), store, connection: target, chain })
      expect(await store.head()).toMatchObject({ height: exported.height, root: exported.root })
      await store.close()
      expect((await check({ database: target, genesis: ledger.genesis, chain })).findings).toEqual([])
    })
  })
}
