/** Proofs that were put together wrongly never speak for a certificate. */
import { describe, expect, it } from 'vitest'
import { type VerificationInput, verificationError, verifyCertificate } from '../../../pki/status/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import { encodeProof, maximumClockDrift, type Proof } from '../../../src/light/index.ts'
import { genesisTime } from '../../light/chain.ts'
import {
  absentRecord,
  absentStanding,
  absentWithdrawn,
  issueCertificate,
  type Leaf,
  noneWithdrawn,
  proofBytes,
  provingState,
  published,
  recordLeaf,
  recordOf,
  standingLeaf,
  standingOf,
  trustFile,
  withdrawnLeaf,
} from './proving-state.ts'

const [certificate, neighbour, stranger] = [
  await issueCertificate('S1'),
  await issueCertificate('S2'),
  await issueCertificate('S3'),
]
const revoked = { state: 'revoked' as const, height: 60n, time: genesisTime + 60_000n }
const [record, standing, withdrawn] = [
  recordLeaf(recordOf(certificate)),
  standingLeaf(standingOf()),
  withdrawnLeaf(noneWithdrawn),
]
const ended = recordLeaf(recordOf(certificate, { states: [...recordOf(certificate).states, revoked] }))
const other = standingLeaf(standingOf({ member: 'other' }))
const neighbourRecord = recordLeaf(recordOf(neighbour))

const leaves = [record, neighbourRecord, standing, other, withdrawn]
const state = await provingState(leaves)
const after = await provingState([ended, neighbourRecord, standing, other, withdrawn])
const whole = [record, standing, withdrawn]
const trust = trustFile()
const now = genesisTime + 100_500n

const verify = async (proof: Uint8Array | Promise<Uint8Array>, given: Partial<VerificationInput> = {}) =>
  verifyCertificate({ certificate: certificate.der, proof: await proof, trust, now, verifier: voteVerifier, ...given })
const invalid = (code: string) => ({ verdict: 'invalid', code })
const of = (list: readonly Leaf[]) => proofBytes(state, list)

describe('a whole proof', () => {
  it("gives the verdict, the times it is about, and the header's own time", async () => {
    const proof = await of(whole)
    expect(await verify(proof)).toMatchObject({
      verdict: 'valid',
      checkedAt: now,
      headerTime: genesisTime + 100_000n,
      proofBytes: proof.length,
    })
    expect(await verify(proof, { at: published - 1n })).toMatchObject({
      verdict: 'never-published',
      checkedAt: published - 1n,
    })
  })

  it('of absence says that a certificate was never published, and carries no more', async () => {
    expect(await verify(of([absentRecord(stranger)]), { certificate: stranger.der })).toMatchObject({
      verdict: 'never-published',
    })
    const padded = of([absentRecord(stranger), standing])
    expect(await verify(padded, { certificate: stranger.der })).toMatchObject(invalid('verification.leaf-not-wanted'))
  })

  it('by a header older than the pinned one is as good, and its age is told', async () => {
    const proof = proofBytes(state, whole, 10n)
    expect(await verify(proof)).toMatchObject({ verdict: 'valid', headerTime: genesisTime + 10_000n })
    const stale = await verify(proof, { maximumAge: 60_000n })
    expect(stale).toMatchObject({ ...invalid('proof.stale'), headerTime: expect.anything() })
  })
})

describe('a proof about something else', () => {
  it.each<[string, readonly Leaf[], string]>([
    ['another certificate', [neighbourRecord, standing, withdrawn], 'verification.other-certificate'],
    ['the absence of another certificate', [absentRecord(stranger)], 'verification.other-certificate'],
    ['no certificate', [standing, withdrawn], 'verification.other-certificate'],
    ['no standing', [record, withdrawn], 'verification.standing-missing'],
    ['the standing of another member', [record, other, withdrawn], 'verification.standing-missing'],
    ['no algorithms', [record, standing], 'verification.standing-missing'],
    ['the record alone', [record], 'verification.standing-missing'],
    ['a second certificate', [...whole, neighbourRecord], 'verification.leaf-not-wanted'],
    ['a second standing', [...whole, other], 'verification.leaf-not-wanted'],
    ['the absence of another record', [...whole, absentRecord(stranger)], 'verification.leaf-not-wanted'],
  ])('%s', async (_, list, code) => {
    expect(await verify(of(list))).toMatchObject(invalid(code))
  })

  it('or of a state without the standing, proven absent', async () => {
    const bare = await provingState([record])
    const proof = proofBytes(bare, [record, absentStanding('maker'), absentWithdrawn()])
    expect(await verify(proof)).toMatchObject(invalid('verification.standing-missing'))
    const half = await provingState([record, standing])
    expect(await verify(proofBytes(half, [record, standing, absentWithdrawn()]))).toMatchObject(
      invalid('verification.standing-missing'),
    )
  })

  it.each([
    ['another key', recordOf(certificate, { key: new Uint8Array(32) })],
    ['another manufacturer', recordOf(certificate, { manufacturer: 'other' })],
  ])('a record with %s under the fingerprint', async (_, odd) => {
    const forged = await provingState([recordLeaf(odd), standing, other, withdrawn])
    const proof = proofBytes(forged, [recordLeaf(odd), standing, withdrawn])
    expect(await verify(proof)).toMatchObject(invalid('verification.record-differs'))
  })

  it('raises every code of verification in one of these tests, or in those of a known state', () => {
    const raised = ['other-certificate', 'standing-missing', 'leaf-not-wanted', 'record-differs', 'other-state']
    expect(raised.map((name) => `verification.${name}`).sort()).toEqual(
      verificationError.rows.map(({ code }) => code).sort(),
    )
  })
})

describe('a mixed proof', () => {
  const parts = async () => {
    const [old, fresh] = [await state.proof(whole, 55n), await after.proof([ended, standing, withdrawn], 100n)]
    return { old, fresh }
  }
  const leafOf = ({ proven }: Proof, { key }: Leaf) => proven.find((one) => one.key.join() === key.join())!
  const swap = (proof: Proof, from: Proof, leaf: Leaf): Proof => ({
    ...proof,
    proven: proof.proven.map((one) => (one.key.join() === leaf.key.join() ? leafOf(from, leaf) : one)),
  })

  it('with the record of before a revocation under the header of after it is refused', async () => {
    const { old, fresh } = await parts()
    expect(await verify(encodeProof(fresh))).toMatchObject({ verdict: 'revoked' })
    expect(await verify(encodeProof({ ...fresh, proven: old.proven }))).toMatchObject(invalid('proof.root'))
    expect(await verify(encodeProof(swap(fresh, old, record)))).toMatchObject(invalid('proof.root'))
    expect(await verify(encodeProof({ ...old, signed: fresh.signed }))).toMatchObject(invalid('proof.root'))
  })

  it('with a value beside its path, or a value taken away, is refused', async () => {
    const { fresh } = await parts()
    const change = (value: Uint8Array | undefined): Proof => ({
      ...fresh,
      proven: fresh.proven.map((one) => {
        if (one.key.join() !== ended.key.join()) return one
        const { value: _, ...rest } = one
        return value === undefined ? rest : { ...rest, value }
      }),
    })
    expect(await verify(encodeProof(change(record.value!)))).toMatchObject(invalid('proof.root'))
    expect(await verify(encodeProof(change(undefined)))).toMatchObject(invalid('proof.root'))
  })

  it('with the path of the absence of a stranger for a certificate that is published is refused', async () => {
    const absence = await state.proof([absentRecord(stranger)])
    const moved = { ...absence, proven: absence.proven.map((one) => ({ ...one, key: record.key })) }
    expect(await verify(encodeProof(moved))).toMatchObject({
      verdict: 'invalid',
      code: expect.stringMatching(/^(proof\.root|state\.path-form)$/),
    })
  })

  it('with the header of one height and the votes of another is refused', async () => {
    const { old, fresh } = await parts()
    const signed = { ...fresh.signed, votes: old.signed.votes }
    expect(await verify(encodeProof({ ...fresh, signed }))).toMatchObject(invalid('light.vote-signature'))
  })
})

describe('time', () => {
  it('makes a proof stale one millisecond after its greatest age', async () => {
    const proof = await of(whole)
    expect(await verify(proof, { maximumAge: 500n })).toMatchObject({ verdict: 'valid' })
    expect(await verify(proof, { maximumAge: 499n })).toMatchObject(invalid('proof.stale'))
  })

  it('refuses a header from the future, beyond what clocks may differ', async () => {
    const header = genesisTime + 100_000n
    const proof = await of(whole)
    expect(await verify(proof, { now: header - maximumClockDrift + 1n })).toMatchObject({ verdict: 'valid' })
    expect(await verify(proof, { now: header - maximumClockDrift })).toMatchObject(invalid('light.from-the-future'))
  })

  it('ends what a trust file is good for', async () => {
    const until = genesisTime + 50_000n + 86_400_000n
    const proof = await of(whole)
    expect(await verify(proof, { now: until - 1n, at: now })).toMatchObject({ verdict: 'valid' })
    expect(await verify(proof, { now: until, at: now })).toMatchObject(invalid('light.trust-expired'))
  })
})

describe('input that is no input', () => {
  const nothing = new Uint8Array(0)
  it.each<[string, Partial<VerificationInput>, string]>([
    ['no certificate', { certificate: nothing }, 'der.missing'],
    ['a certificate in PEM', { certificate: new TextEncoder().encode('-----BEGIN CERTIFICATE-----') }, 'der.tag'],
    ['no proof', { proof: nothing }, 'codec.truncated'],
    ['no trust file', { trust: nothing }, 'trust.checksum'],
    ['a certificate for a proof', { proof: certificate.der }, 'codec.trailing'],
    ['a trust file for a proof', { proof: trust }, 'codec.trailing'],
  ])('%s is "invalid" and never throws', async (_, given, code) => {
    const verdict = await verify(of(whole), given)
    expect(verdict).toMatchObject(invalid(code))
    expect(verdict.message).toBeTruthy()
  })
})
