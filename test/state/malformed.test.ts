import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, encodeAs, encodeCbor, fromHex, Whole } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/portable/index.ts'
import {
  decodeProven,
  type Leaf,
  Page,
  Proven,
  plainValue,
  readCounterValue,
  readPlainValue,
  type Slot,
  slotsInPage,
  valueVersion,
} from '../../src/state/index.ts'
import { refusalOf } from '../codec/refusal.ts'

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })
const leaf: fc.Arbitrary<Leaf> = fc
  .record({ key: fc.uint8Array({ maxLength: 300 }), valueHash: digest })
  .map(({ key, valueHash }) => ({ kind: 'leaf', key, keyHash: sha256(key), valueHash }))
const slot: fc.Arbitrary<Slot> = fc.oneof(
  fc.constant(null),
  leaf,
  digest.map((hash): Slot => ({ kind: 'child', hash })),
)
const page: fc.Arbitrary<Page> = fc
  .array(slot, { minLength: slotsInPage, maxLength: slotsInPage })
  .filter((slots) => slots.some((one) => one !== null))
  .map((slots) => Page.of(slots))

describe('a page as bytes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(page, (one) => {
        // A copy: pages are remembered by their bytes.
        expect(Page.read(one.bytes.slice()).slots).toEqual(one.slots)
      }),
    )
  })

  it('is refused when it is cut anywhere', () => {
    fc.assert(
      fc.property(page, (one) => {
        const bytes = one.bytes
        for (let length = 0; length < bytes.length; length++) {
          expect(refusalOf(() => Page.read(bytes.subarray(0, length)))).toBe('state.page-form')
        }
      }),
      { numRuns: 20 },
    )
  })

  it('is refused when bytes follow', () => {
    fc.assert(
      fc.property(page, fc.uint8Array({ minLength: 1, maxLength: 70 }), (one, more) => {
        expect(refusalOf(() => Page.read(concat(one.bytes, more)))).toBe('state.page-form')
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['half its masks', '0000'],
    ['no slot', '00000000'],
    ['a slot that is leaf and child', `00010001${'00'.repeat(66)}`],
    ['a key longer than the page', `00010000${'00'.repeat(64)}ffff`],
  ])('is refused with %s', (_, hex) => {
    expect(refusalOf(() => Page.read(fromHex(hex)))).toBe('state.page-form')
  })

  it('has one form: whatever is read is written the same', () => {
    const masks = fc.uint8Array({ minLength: 4, maxLength: 4 })
    let accepted = 0
    fc.assert(
      fc.property(page, masks, fc.nat(), (one, other, at) => {
        const bytes = one.bytes
        const changed = [concat(other, bytes.subarray(4)), bytes.with(at % bytes.length, at & 0xff)]
        for (const candidate of changed) {
          const outcome = refusalOf(() => Page.read(candidate))
          if (typeof outcome === 'string') expect(outcome).toBe('state.page-form')
          else {
            accepted++
            expect(Page.read(candidate.slice()).bytes).toEqual(candidate)
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(accepted).toBeGreaterThan(0)
  })
})

describe('a proven leaf as bytes', () => {
  const key = Uint8Array.of(1, 2, 3)
  const path = { depth: 0, bitmap: new Uint8Array(0), siblings: new Uint8Array(0) }
  const honest = encodeAs(Proven, { tree: 1, key, path })

  it('is refused when it is cut anywhere or bytes follow', () => {
    for (let length = 0; length < honest.length; length++) {
      expect(refusalOf(() => decodeProven(honest.subarray(0, length)))).toMatch(/^codec\./)
    }
    expect(refusalOf(() => decodeProven(concat(honest, Uint8Array.of(0))))).toBe('codec.trailing')
  })

  const none = new Uint8Array(0)
  const plain = [0, none, none, null]
  it.each([
    ['a tree that does not exist', [2, key, null, plain]],
    ['a key that is too short', [1, key.subarray(1), null, plain]],
    ['a key that is too long', [1, new Uint8Array(513), null, plain]],
    ['a value that is too short', [1, key, new Uint8Array(2), plain]],
    ['a value that is too long', [1, key, new Uint8Array(32 * 1024 + 1), plain]],
    ['a depth beyond the hash', [1, key, null, [257, none, none, null]]],
    ['a negative depth', [1, key, null, [-1, none, none, null]]],
    ['a bitmap that is too long', [1, key, null, [0, new Uint8Array(33), none, null]]],
    ['siblings beyond the hash', [1, key, null, [0, none, new Uint8Array(256 * 32 + 1), null]]],
    ['a foreign leaf of another size', [1, key, null, [0, none, none, new Uint8Array(63)]]],
    ['a field too few', [1, key, null]],
    ['a field too many', [1, key, null, plain, 0]],
    ['a text for a key', [1, 'abc', null, plain]],
  ])('is refused with %s', (_, item) => {
    expect(refusalOf(() => decodeProven(encodeCbor(item)))).toMatch(/^codec\./)
  })

  it('is read up to its longest key, value and path', () => {
    const siblings = new Uint8Array(256 * 32)
    const item = [0, new Uint8Array(512), new Uint8Array(32 * 1024), [256, new Uint8Array(32), siblings, null]]
    expect(decodeProven(encodeCbor(item)).path.depth).toBe(256)
  })
})

describe('a stored value', () => {
  it.each(['', '00', '0001', '000001', '010107', 'ff0107'])('of bytes %s has no version', (hex) => {
    expect(refusalOf(() => valueVersion(fromHex(hex)))).toBe('state.value-form')
    expect(refusalOf(() => readPlainValue(Whole({ maximum: 9 }), 1, fromHex(hex)))).toBe('state.value-form')
  })

  it('is refused with content of another schema, or bytes behind it', () => {
    const schema = Whole({ maximum: 9 })
    const bytes = plainValue(schema, 1, 7)
    expect(refusalOf(() => readPlainValue(schema, 1, concat(bytes, Uint8Array.of(0))))).toBe('codec.trailing')
    expect(refusalOf(() => readPlainValue(schema, 1, fromHex('00010a')))).toBe('codec.schema')
  })

  it.each(['', '0001', '000100000000000000', '0001000000000000000000', '01010000000000000001', '00020000000000000001'])(
    'of bytes %s is no counter',
    (hex) => {
      expect(refusalOf(() => readCounterValue(fromHex(hex)))).toBe('state.value-form')
    },
  )
})
