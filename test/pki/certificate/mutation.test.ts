import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkProfile,
  defaultDeviceProfile,
  parseCertificate,
  readCertificates,
} from '../../../pki/certificate/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { reassemble } from './assemble.ts'
import { issueSamples } from './device.ts'

const samples = await issueSamples()

/** Only a coded refusal may come out of a parser; what it takes must encode back to the same bytes. */
function survives(der: Uint8Array): 'parsed' | 'refused' {
  try {
    const certificate = parseCertificate(der)
    if (Buffer.compare(reassemble(certificate), der) !== 0)
      throw new Error(`${Buffer.from(der).toString('hex')} has two encodings`)
    checkProfile(certificate, defaultDeviceProfile)
    return 'parsed'
  } catch (error) {
    if (error instanceof CommonrootError) return 'refused'
    throw error
  }
}

describe('a changed certificate', () => {
  it('is refused with a code or read back to its very bytes, for every value of every byte', () => {
    const counts = { parsed: 0, refused: 0 }
    for (const sample of samples.slice(0, 2)) {
      const der = Uint8Array.from(sample)
      for (let index = 0; index < der.length; index++) {
        const kept = der[index]!
        for (let change = 1; change < 256; change += index < 60 ? 1 : 5) {
          der[index] = kept ^ change
          counts[survives(der)]++
        }
        der[index] = kept
      }
    }
    expect(counts.parsed).toBeGreaterThan(1000)
    expect(counts.refused).toBeGreaterThan(10_000)
  })

  it('is refused with a code or read back to its very bytes, for several changes, cuts and insertions', () => {
    const position = fc.nat({ max: 1000 })
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), position, octet: fc.nat({ max: 255 }) }),
      fc.record({ kind: fc.constant('insert' as const), position, octet: fc.nat({ max: 255 }) }),
      fc.record({ kind: fc.constant('remove' as const), position, octet: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 4 }), (sample, edits) => {
        const octets = [...sample]
        for (const { kind, position, octet } of edits) {
          const removed = kind === 'insert' ? 0 : 1
          octets.splice(position % octets.length, removed, ...(kind === 'remove' ? [] : [octet]))
        }
        survives(Uint8Array.from(octets))
      }),
      { numRuns: 5000 },
    )
  })

  it('never makes the reader of files fail without a code', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', '-----BEGIN CERTIFICATE-----\n'),
        (rest, head) => {
          const file = Buffer.concat([Buffer.from(head), rest])
          try {
            for (const der of readCertificates(file)) survives(der)
          } catch (error) {
            if (!(error instanceof CommonrootError)) throw error
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})
