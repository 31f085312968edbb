import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sha256 } from '../../src/crypto/index.ts'
import { BackgroundPruning } from '../../src/node/index.ts'
import type { PruneReport } from '../../src/store/index.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { verdictOf } from '../ledger/proofs.ts'
import { testDatabase } from '../postgres.ts'

const vendor = testMember('vendor-a', ['vendor'])
const database = await testDatabase()
const home = await mkdtemp(join(tmpdir(), 'commonroot-pruning-'))
const archive = join(home, 'archive')
const ledger = await startTestLedger({ database, members: [vendor], idleInterval: 1, archive })
const { chain, node } = ledger
const { certificate } = await testDevice(chain.id, vendor.id, 'S1')
const bytes = await ledger.sign([['pki', 'publish', [{ certificate }]]], [vendor.signer])
const published = await node.submissions.submit(bytes)
const faults: unknown[] = []
afterAll(async () => {
  await ledger.stop()
  await rm(home, { recursive: true })
})

function begin(onArchived: (report: PruneReport) => void): BackgroundPruning {
  const onFault = (error: unknown) => faults.push(error)
  return new BackgroundPruning({
    chain,
    connection: database,
    archive,
    keep: 32n,
    fileHeights: 20,
    onArchived,
    onFault,
  })
}

beforeAll(async () => {
  const { promise, resolve } = Promise.withResolvers<PruneReport>()
  const pruning = begin(resolve)
  // It looks when it begins, and then every 256 blocks.
  await promise
  await pruning.stop()
}, 60_000)

it('a node archives full files while it makes blocks, and answers from them as before', async () => {
  expect(faults).toEqual([])
  expect(readdirSync(archive)).toContain('blocks-000000000000-000000000019.archive')
  expect(published.height).toBeLessThan(20n)
  expect(await chain.store.blob(sha256(certificate))).toEqual(certificate)
  expect(await verdictOf(ledger, certificate)).toMatchObject({ verdict: 'valid' })
  expect(await node.submissions.submit(bytes)).toEqual(published)
})

it('a node that stops leaves a file that is being written to the next start', async () => {
  const pruning = begin(() => undefined)
  await pruning.stop()
  expect(faults).toEqual([])
})
