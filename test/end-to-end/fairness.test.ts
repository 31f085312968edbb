/** A member floods a real chain, and the certificates of another are in the next blocks all the same. */
import { afterAll, expect, it } from 'vitest'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'

/** Certificates in one batch of the flood, and batches. */
const [batch, batches] = [100, 60]

const flooder = testMember('vendor-a', ['vendor'])
const honest = testMember('vendor-b', ['vendor'])
const ledger = await startTestLedger({
  database: await testDatabase(),
  members: [flooder, honest],
  cometbft: installCometbft(),
})
afterAll(() => ledger.stop())

it('a flood by one member starves nobody', { timeout: 120_000 }, async () => {
  const { chain, node } = ledger
  const items: { certificate: Uint8Array }[] = []
  for (let serial = 0; serial < batch; serial++) {
    items.push({ certificate: (await testDevice(chain.id, flooder.id, `F${serial}`)).certificate })
  }
  const flood = await Promise.all(
    Array.from({ length: batches }, () => ledger.sign([['pki', 'publish', items]], [flooder.signer])),
  )
  const flooding = Promise.all(flood.map((bytes) => node.submissions.submit(bytes)))
  for (const serial of ['H1', 'H2', 'H3']) {
    const { certificate } = await testDevice(chain.id, honest.id, serial)
    const before = chain.head!.height
    const { height, result } = await ledger.submit([['pki', 'publish', [{ certificate }]]], [honest.signer])
    expect(result.operations).toEqual([{ verdicts: [0] }])
    // The block that is being made when it arrives, and the next one; one more when it arrives between the two.
    expect(height - before).toBeLessThanOrEqual(3n)
  }
  // The flood is no error: it is done in its turn.
  const results = await flooding
  expect(results.map(({ result }) => result.code)).toEqual(flood.map(() => 0))
})
