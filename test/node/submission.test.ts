import { afterAll, expect, it } from 'vitest'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'

const vendor = testMember('vendor-a', ['vendor'])
const ledger = await startTestLedger({ database: await testDatabase(), members: [vendor] })
afterAll(() => ledger.stop())

it('the same bytes again, before or after their block, get the answer of the first', async () => {
  const { certificate } = await testDevice(ledger.chain.id, vendor.id, 'S1')
  const bytes = await ledger.sign([['pki', 'publish', [{ certificate }]]], [vendor.signer])
  const { submissions } = ledger.node
  const [first, meanwhile] = await Promise.all([submissions.submit(bytes), submissions.submit(bytes)])
  expect(meanwhile).toEqual(first)
  expect(await submissions.submit(bytes)).toEqual(first)
  expect(first.result).toEqual({ code: 0, operations: [{ verdicts: [0] }] })
})
