import { afterAll, expect, it } from 'vitest'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { verifyCertificate } from '../../pki/status/index.ts'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { standings, withdrawnAlgorithms } from '../../src/governance/index.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'

const vendor = testMember('vendor-a', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
const ledger = await startTestLedger({ database: await testDatabase(), members: [vendor, regulator] })
afterAll(() => ledger.stop())

async function verdictOf(certificate: Uint8Array, trust: Uint8Array) {
  const { fingerprint } = parseCertificate(certificate)
  const proof = await ledger.node.proof(async (view) => {
    const record = await view.prove(certificates, fingerprint)
    if (record.value === undefined) return [record]
    const { manufacturer } = certificates.decode(record.value)
    return [
      record,
      await view.prove(standings, utf8(manufacturer)),
      await view.prove(withdrawnAlgorithms, new Uint8Array(0)),
    ]
  })
  return verifyCertificate({ certificate, proof, trust, now: BigInt(Date.now()) })
}

it('issues, publishes, revokes, proves, and verifies offline', async () => {
  const chain = ledger.chain.id
  const [good, bad, unknown] = await Promise.all(
    ['S1', 'S2', 'S3'].map((serial) => testDevice(chain, vendor.id, serial)),
  )
  const items = [good!, bad!].map(({ certificate }) => ({ certificate }))
  const published = await ledger.submit([['pki', 'publish', items]], [vendor.signer])
  expect(published.result).toEqual({ code: 0, operations: [{ verdicts: [0, 0] }] })
  const { fingerprint } = parseCertificate(bad!.certificate)
  const revoked = await ledger.submit(
    [['pki', 'revoke', [{ fingerprint, reason: 'key-compromise' }]]],
    [regulator.signer],
  )
  expect(revoked.result).toEqual({ code: 0, operations: [{ verdicts: [0] }] })
  const trust = await ledger.node.trust()
  expect(await verdictOf(good!.certificate, trust)).toMatchObject({ verdict: 'valid', code: 'certificate.valid' })
  expect(await verdictOf(bad!.certificate, trust)).toMatchObject({ verdict: 'revoked' })
  expect(await verdictOf(unknown!.certificate, trust)).toMatchObject({ verdict: 'never-published' })
  const der = await ledger.chain.store.blob(fingerprint)
  expect(toHex(der!)).toBe(toHex(bad!.certificate))
})
