import { afterAll, expect, it } from 'vitest'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { verdictOf } from '../ledger/proofs.ts'
import { testDatabase } from '../postgres.ts'

const vendor = testMember('vendor-a', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
const ledger = await startTestLedger({ database: await testDatabase(), members: [vendor, regulator] })
afterAll(() => ledger.stop())

it('issues, publishes, revokes, proves, and verifies offline', async () => {
  const chain = ledger.chain.id
  const good = await testDevice(chain, vendor.id, 'S1')
  const bad = await testDevice(chain, vendor.id, 'S2')
  const unknown = await testDevice(chain, vendor.id, 'S3')
  const items = [good, bad].map(({ certificate }) => ({ certificate }))
  const published = await ledger.submit([['pki', 'publish', items]], [vendor.signer])
  expect(published.result).toEqual({ code: 0, operations: [{ verdicts: [0, 0] }] })

  const { fingerprint } = parseCertificate(bad.certificate)
  const revocation = [{ fingerprint, reason: 'key-compromise' }]
  const revoked = await ledger.submit([['pki', 'revoke', revocation]], [regulator.signer])
  expect(revoked.result).toEqual({ code: 0, operations: [{ verdicts: [0] }] })

  expect(await verdictOf(ledger, good.certificate)).toMatchObject({ verdict: 'valid', code: 'certificate.valid' })
  expect(await verdictOf(ledger, bad.certificate)).toMatchObject({ verdict: 'revoked', code: 'certificate.revoked' })
  expect(await verdictOf(ledger, unknown.certificate)).toMatchObject({ verdict: 'never-published' })

  const kept = await ledger.chain.store.blob(fingerprint)
  expect(toHex(kept ?? new Uint8Array())).toBe(toHex(bad.certificate))
})
