/** The proof of a real ledger: no flipped bit, no foreign ledger and no old absence makes it say more than it does. */
import { afterAll, describe, expect, it } from 'vitest'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { type VerificationInput, verifyCertificate } from '../../../pki/status/index.ts'
import { decodeProof } from '../../../src/light/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger, type TestLedger } from '../../ledger/ledger.ts'
import { testMember } from '../../ledger/members.ts'
import { proofOf } from '../../ledger/proofs.ts'
import { quickVerifier } from '../../light/bit-flips.ts'
import { testDatabase } from '../../postgres.ts'

const vendor = testMember('vendor-a', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
const start = async () => startTestLedger({ database: await testDatabase(), members: [vendor, regulator] })
const [ledger, foreign] = await Promise.all([start(), start()])
afterAll(() => Promise.all([ledger.stop(), foreign.stop()]))

const { certificate } = await testDevice(ledger.chain.id, vendor.id, 'S1')
const publish = (to: TestLedger) => to.submit([['pki', 'publish', [{ certificate }]]], [vendor.signer])
const absence = await proofOf(ledger, certificate)
await publish(ledger)
const proof = await proofOf(ledger, certificate)
const trust = await ledger.node.trust()
const verifier = quickVerifier(decodeProof(proof).signed)
const now = BigInt(Date.now())
const sound: VerificationInput = { certificate, proof, trust, now, verifier }

/** All verdicts over the input with one bit flipped, each bit in turn. */
function verdictsOfFlips(field: 'certificate' | 'proof' | 'trust'): ReadonlyMap<string, number> {
  const bytes = sound[field]
  const counts = new Map<string, number>()
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
    const { verdict } = verifyCertificate({ ...sound, [field]: flipped })
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  }
  return counts
}

describe('a proof, a trust file and a certificate', () => {
  it('say "valid" as they are', () => {
    expect(verifyCertificate(sound)).toMatchObject({ verdict: 'valid' })
    expect(proof.length).toBeLessThan(2000)
  })

  it.each(['proof', 'trust', 'certificate'] as const)('are invalid for each single flipped bit of the %s', (field) => {
    expect(verdictsOfFlips(field)).toEqual(new Map([['invalid', 8 * sound[field].length]]))
  })

  it('are invalid when either file is cut anywhere', () => {
    for (const field of ['proof', 'trust', 'certificate'] as const) {
      for (let size = 0; size < sound[field].length; size++) {
        expect(verifyCertificate({ ...sound, [field]: sound[field].subarray(0, size) }).verdict).toBe('invalid')
      }
    }
  })
})

describe('another ledger', () => {
  it('proves nothing of this one, not even the absence of a certificate, nor does its trust file help', async () => {
    const elsewhere = await proofOf(foreign, certificate)
    const itsTrust = await foreign.node.trust()
    const verify = (given: Partial<VerificationInput>) =>
      verifyCertificate({ certificate, proof, trust, now: BigInt(Date.now()), ...given })
    expect(verify({ proof: elsewhere })).toMatchObject({ verdict: 'invalid', code: 'light.foreign-chain' })
    expect(verify({ trust: itsTrust })).toMatchObject({ verdict: 'invalid', code: 'light.foreign-chain' })
    expect(verify({ proof: elsewhere, trust: itsTrust })).toMatchObject({ verdict: 'never-published' })
    const { operations } = (await publish(foreign)).result
    expect(operations[0]?.verdicts?.[0]).not.toBe(0)
  })
})

describe('a proof of before', () => {
  it('a publication says "never published" with the time of its header, and is stale for who asks for fresh ones', () => {
    const old = { ...sound, proof: absence, verifier: quickVerifier(decodeProof(absence).signed) }
    const verdict = verifyCertificate(old)
    expect(verdict.verdict).toBe('never-published')
    const { headerTime } = verifyCertificate(sound)
    expect(verdict.headerTime).toBeLessThan(headerTime!)
    expect(verifyCertificate({ ...old, maximumAge: now - headerTime! })).toMatchObject({ code: 'proof.stale' })
    expect(verifyCertificate({ ...sound, maximumAge: now - headerTime! })).toMatchObject({ verdict: 'valid' })
  })

  it('a revocation says "valid" of its own time only; today\'s proof says both', async () => {
    const { fingerprint } = parseCertificate(certificate)
    const revocation = ['pki', 'revoke', [{ fingerprint, reason: 'key-compromise' }]] as const
    const revoked = await ledger.submit([revocation], [regulator.signer])
    const fresh = { ...sound, proof: await proofOf(ledger, certificate), now: BigInt(Date.now()) }
    const { verifier: _, ...input } = fresh
    expect(verifyCertificate(input)).toMatchObject({ verdict: 'revoked', code: 'certificate.revoked' })
    expect(verifyCertificate({ ...input, at: revoked.time })).toMatchObject({ verdict: 'revoked' })
    expect(verifyCertificate({ ...input, at: revoked.time - 1n })).toMatchObject({ verdict: 'valid' })
    expect(verifyCertificate(sound).headerTime).toBeLessThan(revoked.time)
  })
})
