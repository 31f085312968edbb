/** Many certificates against one header: what a whole proof says of a certificate, its record's leaf says too. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type KnownState,
  knownState,
  recordPart,
  verifyCertificate,
  verifyWithKnownState,
} from '../../../pki/status/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { encodeProof } from '../../../src/light/index.ts'
import { quickVerifier } from '../../light/bit-flips.ts'
import { genesisTime } from '../../light/chain.ts'
import {
  absentRecord,
  issueCertificate,
  noneWithdrawn,
  provingState,
  recordLeaf,
  recordOf,
  standingLeaf,
  standingOf,
  trustFile,
  withdrawnLeaf,
} from './proving-state.ts'

const [first, second, revoked, foreign, stranger] = [
  await issueCertificate('S1'),
  await issueCertificate('S2'),
  await issueCertificate('S3'),
  await issueCertificate('S4', { manufacturer: 'other' }),
  await issueCertificate('S5'),
]
const end = { state: 'revoked' as const, height: 60n, time: genesisTime + 60_000n }
const records = [
  recordLeaf(recordOf(first)),
  recordLeaf(recordOf(second)),
  recordLeaf(recordOf(revoked, { states: [...recordOf(revoked).states, end] })),
  recordLeaf(recordOf(foreign)),
]
const [standing, otherStanding] = [standingLeaf(standingOf()), standingLeaf(standingOf({ member: 'other' }))]
const withdrawn = withdrawnLeaf(noneWithdrawn)
const state = await provingState([...records, standing, otherStanding, withdrawn])
const elsewhere = await provingState([records[0]!, standing, otherStanding, withdrawn])
const trust = trustFile()
const now = genesisTime + 100_500n

const whole = await state.proof([records[0]!, standing, withdrawn])
const known = knownState({ proof: encodeProof(whole), trust, now, verifier: voteVerifier })
const partOf = async (index: number, certificate = [first, second, revoked, foreign][index]!) =>
  recordPart(await state.proof([records[index]!]), certificate.der)
const verify = (
  certificate: Uint8Array,
  record: Uint8Array,
  given: { now?: bigint; maximumAge?: bigint; at?: bigint } = {},
) => verifyWithKnownState(known, { certificate, record, now, ...given })
const secondPart = await partOf(1)

describe('a record against a known state', () => {
  it('gives the verdict that the whole proof gives, from a part of its bytes', async () => {
    for (const [index, certificate] of [first, second, revoked].entries()) {
      const proof = encodeProof(await state.proof([records[index]!, standing, withdrawn]))
      const { verdict, code, fingerprint, headerTime } = verifyCertificate({
        certificate: certificate.der,
        proof,
        trust,
        now,
        verifier: voteVerifier,
      })
      const part = await partOf(index)
      expect(verify(certificate.der, part)).toMatchObject({ verdict, code, fingerprint, headerTime })
      expect(part.length).toBeLessThan(proof.length / 2)
    }
  })

  it('answers for an earlier time from the history in the record', async () => {
    const part = await partOf(2)
    expect(verify(revoked.der, part)).toMatchObject({ verdict: 'revoked' })
    expect(verify(revoked.der, part, { at: end.time - 1n })).toMatchObject({ verdict: 'valid' })
  })

  it('proves absence, too', async () => {
    const part = recordPart(await state.proof([absentRecord(stranger)]), stranger.der)
    expect(verify(stranger.der, part)).toMatchObject({ verdict: 'never-published' })
    expect(verify(first.der, part)).toMatchObject({ verdict: 'invalid', code: 'verification.other-certificate' })
  })

  it('is refused when it is of another state', async () => {
    const part = recordPart(await elsewhere.proof([records[0]!]), first.der)
    expect(verify(first.der, part)).toMatchObject({ verdict: 'invalid', code: 'verification.other-state' })
  })

  it('says nothing of a manufacturer whose standing is not known', async () => {
    expect(verify(foreign.der, await partOf(3))).toMatchObject({
      verdict: 'invalid',
      code: 'verification.standing-missing',
    })
  })

  it('is refused once the known state is older than asked for, or its trust has ended', () => {
    expect(verify(second.der, secondPart, { maximumAge: 499n })).toMatchObject({ code: 'proof.stale' })
    expect(verify(second.der, secondPart, { maximumAge: 500n })).toMatchObject({ verdict: 'valid' })
    expect(verify(second.der, secondPart, { now: known.until })).toMatchObject({ code: 'light.trust-expired' })
  })

  it('is invalid for each flipped bit and each cut of record and certificate', () => {
    const bits = fc.nat()
    fc.assert(
      fc.property(bits, bits, (bit, size) => {
        for (const field of ['record', 'certificate'] as const) {
          const bytes = field === 'record' ? secondPart : second.der
          const place = bit % (8 * bytes.length)
          const flipped = bytes.with(place >> 3, bytes[place >> 3]! ^ (1 << (place & 7)))
          for (const changed of [flipped, bytes.subarray(0, size % bytes.length)]) {
            const given = { record: secondPart, certificate: second.der, now, [field]: changed }
            expect(verifyWithKnownState(known, given).verdict).toBe('invalid')
          }
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a state becomes known', () => {
  const learn = (proof: Uint8Array, changes = {}): KnownState | string => {
    try {
      return knownState({ proof, trust, now, verifier: voteVerifier, ...changes })
    } catch (error) {
      if (error instanceof CommonrootError) return error.code
      throw error
    }
  }

  it('from a proof without a record as well', async () => {
    const bare = encodeProof(await state.proof([standing, otherStanding, withdrawn]))
    expect(learn(bare)).toMatchObject({ records: known.records })
  })

  it('by a proof that says which algorithms are withdrawn, under a header that is trusted and recent enough', async () => {
    expect(learn(encodeProof(await state.proof([records[0]!, standing])))).toBe('verification.standing-missing')
    expect(learn(encodeProof(whole), { maximumAge: 499n })).toBe('proof.stale')
    expect(learn(encodeProof(whole), { now: genesisTime + 200n * 86_400_000n })).toBe('light.trust-expired')
  })

  it('never by a flipped bit', () => {
    const bytes = encodeProof(whole)
    fc.assert(
      fc.property(fc.nat({ max: 8 * bytes.length - 1 }), (bit) => {
        const flipped = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
        expect(learn(flipped, { verifier: quickVerifier(whole.signed) })).toBeTypeOf('string')
      }),
      { numRuns: 500 },
    )
  })
})
