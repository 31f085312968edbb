/** Snapshots that a node makes by itself while it goes on. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { genesisValidators } from '../../src/chain/index.ts'
import { trimVotes } from '../../src/light/index.ts'
import { listSnapshots, SnapshotSchedule, verifySnapshot } from '../../src/snapshot/index.ts'
import { until } from '../engine/following.ts'
import { testDatabase } from '../postgres.ts'
import { ledgerWithCertificates, sourceOf, testFolder } from './exported.ts'

const source = await ledgerWithCertificates(await testDatabase(), 60)
const { ledger, database } = source
afterAll(() => ledger.stop())
const folder = join(await testFolder(), 'snapshots')

it('makes one of every third height while blocks go on, keeps the newest two, and clears away what a crash has left', async () => {
  mkdirSync(join(folder, 'snapshot-1.new'), { recursive: true })
  writeFileSync(join(folder, 'snapshot-1.new', 'chunk-00000'), 'half')
  const faults: unknown[] = []
  const made: bigint[] = []
  const validators = genesisValidators(ledger.genesis)
  const schedule = new SnapshotSchedule({
    chain: ledger.chain,
    connection: database,
    protocols,
    folder,
    interval: 3n,
    signedHeader: async (height) => {
      const signed = await ledger.node.signedHeader(height)
      return signed === undefined ? undefined : trimVotes(signed, validators)
    },
    onMade: ({ height }) => made.push(height),
    onFault: (error) => faults.push(error),
  })
  await until('three snapshots', () => made.length >= 3)
  await source.publish(20)
  await schedule.stop()
  expect(faults).toEqual([])
  expect(made.every((height) => height % 3n === 0n)).toBe(true)
  const listed = await listSnapshots(folder)
  expect(listed.map(({ height }) => height)).toEqual(made.slice(-2))
  for (const { path, height } of listed) {
    expect(await verifySnapshot(await sourceOf(ledger, path))).toMatchObject({ height })
  }
})
