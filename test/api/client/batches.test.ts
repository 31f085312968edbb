import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSerials, cutBatches, type FoundCertificate } from '../../../api/client/index.ts'

function certificateOf(size: number): FoundCertificate {
  return { file: 'f', index: 0, der: new Uint8Array(size), fingerprint: '', serial: '' }
}

describe('cutBatches', () => {
  it('keeps every certificate in its place, and both limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 8192 }), { maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 9000, max: 60_000 }),
        (sizes, items, bytes) => {
          const certificates = sizes.map(certificateOf)
          const batches = cutBatches(certificates, items, bytes)
          expect(batches.flat()).toEqual(certificates)
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0)
            expect(batch.length).toBeLessThanOrEqual(items)
            expect(batch.reduce((sum, { der }) => sum + der.length, 0)).toBeLessThan(bytes)
          }
        },
      ),
    )
  })
})

describe('countSerials', () => {
  it.each([
    ['A-009', 3, ['A-009', 'A-010', 'A-011']],
    ['7', 2, ['7', '8']],
    ['any', 1, ['any']],
    ['9007199254740993', 2, ['9007199254740993', '9007199254740994']],
  ])('counts from %s', (first, count, serials) => {
    expect(countSerials(first, count)).toEqual(serials)
  })

  it.each([
    ['A-9', 2],
    ['A', 2],
  ])('refuses to count from %s to %i devices', (first, count) => {
    expect(() => countSerials(first, count)).toThrow(expect.objectContaining({ code: 'cli.serial-form' }))
  })
})
