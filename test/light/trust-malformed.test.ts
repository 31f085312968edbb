import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type CborValue, concat, decodeCbor, encodeCbor } from '../../src/codec/index.ts'
import { decodeTrust, encodeTrust, maximumTrustBytes, trustFrom } from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { block, era, validatorSet } from './chain.ts'

const set = validatorSet({ a: 3n, b: 2n })
const sound = encodeTrust(
  trustFrom({ signed: block(10n, set), validators: set, eras: [era], trustingPeriod: 86_400_000n }),
)
const fields = decodeCbor(sound.subarray(0, -32)) as readonly CborValue[]

/** With a checksum that fits, so that only what stands before it can be at fault. */
function withChecksum(body: Uint8Array): Uint8Array {
  return concat(body, new Uint8Array(createHash('sha256').update(body).digest()))
}

function decode(bytes: Uint8Array): unknown {
  return refusalOf(() => decodeTrust(bytes))
}

describe('a malformed trust file', () => {
  it.each([0, 1, 31, 32, 33, 100])('of %s bytes is refused', (size) => {
    expect(decode(sound.subarray(0, size))).toBe('trust.checksum')
  })

  it('that is empty but for a checksum is refused', () => {
    expect(decode(withChecksum(new Uint8Array(0)))).toBe('codec.truncated')
  })

  it('with bytes behind the row is refused', () => {
    expect(decode(withChecksum(concat(sound.subarray(0, -32), Uint8Array.of(0))))).toBe('codec.trailing')
  })

  it('with bytes behind the checksum is refused', () => {
    expect(decode(concat(sound, Uint8Array.of(0)))).toBe('trust.checksum')
  })

  it('that is too large is refused before it is hashed', () => {
    expect(decode(new Uint8Array(maximumTrustBytes + 1))).toBe('codec.too-large')
  })

  it.each<[string, CborValue]>([
    ['of a later format', [2, 'other', 'fields']],
    ['of format 0', [0, ...fields.slice(1)]],
    ['that is no row', new Map([[1, 1]])],
    ['with text for a format', ['1', ...fields.slice(1)]],
  ])('%s is refused as a format', (_, item) => {
    expect(decode(withChecksum(encodeCbor(item)))).toBe('trust.format')
  })

  it('with a field too few, too many or of the wrong kind is refused', () => {
    const unsound = [
      fields.slice(0, -1),
      [...fields, null],
      ...fields.slice(1).map((_, index) => fields.with(index + 1, null)),
      ...fields.slice(1).map((_, index) => fields.with(index + 1, true)),
    ]
    for (const row of unsound) expect(decode(withChecksum(encodeCbor(row)))).toMatch(/^codec\.(schema|missing-field)$/)
  })

  it('with unsound values under a sound checksum is refused', () => {
    const [, , , , , , validators] = fields as readonly CborValue[][]
    expect(decode(withChecksum(encodeCbor(fields.with(6, [...validators!].reverse()))))).toBe('light.validator-set')
    expect(decode(withChecksum(encodeCbor(fields.with(9, [1, 4]))))).toBe('trust.threshold')
    expect(decode(withChecksum(encodeCbor(fields.with(8, 0))))).toBe('trust.period')
    expect(decode(withChecksum(encodeCbor(fields.with(3, 0))))).toBe('trust.eras')
  })
})
