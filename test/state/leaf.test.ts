import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalBytes, Row, Text, toHex, utf8, Whole } from '../../src/codec/index.ts'
import {
  collectionPrefix,
  counterKey,
  counterValue,
  plainValue,
  readCounterValue,
  readPlainValue,
  recordKey,
  valueVersion,
} from '../../src/state/index.ts'
import { refusalOf } from '../codec/refusal.ts'

// Few letters and short words, so that different places often have the same letters in a row.
const word = fc.stringMatching(/^[ab]{1,3}$/)
const rest = fc.array(fc.constantFrom(0, 1, 2, 97, 98), { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes))

type Place =
  | { readonly part: 'record'; readonly module: string; readonly collection: string; readonly key: Uint8Array }
  | {
      readonly part: 'counter'
      readonly module: string
      readonly collection: string
      readonly counter: string
      readonly group: Uint8Array
    }

const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ part: fc.constant('record' as const), module: word, collection: word, key: rest }),
  fc.record({ part: fc.constant('counter' as const), module: word, collection: word, counter: word, group: rest }),
)

function keyOf(one: Place): Uint8Array {
  return one.part === 'record'
    ? recordKey(one.module, one.collection, one.key)
    : counterKey(one.module, one.collection, one.counter, one.group)
}

function nameOf(one: Place): string {
  return JSON.stringify(one, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))
}

describe('the key of a leaf', () => {
  it('is another for every other module, collection, part, counter, group and key', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 200, size: 'max' }), (places) => {
        const names = new Set(places.map(nameOf))
        expect(new Set(places.map((one) => toHex(keyOf(one)))).size).toBe(names.size)
      }),
      { numRuns: 200 },
    )
  })

  it('begins with the prefix of its collection, and with no other', () => {
    fc.assert(
      fc.property(place, word, word, (one, module, collection) => {
        const prefix = collectionPrefix(module, collection)
        const begins = equalBytes(keyOf(one).subarray(0, prefix.length), prefix)
        expect(begins).toBe(one.part === 'record' && one.module === module && one.collection === collection)
      }),
      { numRuns: 2000 },
    )
  })

  it('has these bytes for ever', () => {
    expect(toHex(recordKey('pki', 'certificates', Uint8Array.of(0xab)))).toBe('03706b690c63657274696669636174657300ab')
    expect(toHex(counterKey('pki', 'certificates', 'vendor', utf8('acme')))).toBe(
      '03706b690c636572746966696361746573010676656e646f7261636d65',
    )
  })

  it('refuses a name that does not fit its length byte', () => {
    expect(() => recordKey('m'.repeat(256), 'c', utf8('k'))).toThrow(TypeError)
  })
})

describe('a plain value', () => {
  const Value = Row({ name: Text({ maximum: 20 }), count: Whole({ maximum: 100 }) })

  it('comes back, with its version', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 255 }), fc.nat({ max: 100 }), (version, count) => {
        const bytes = plainValue(Value, version, { name: 'n', count })
        expect(valueVersion(bytes)).toBe(version)
        expect(readPlainValue(Value, version, bytes)).toEqual({ name: 'n', count })
      }),
    )
  })

  it('has these bytes for ever', () => {
    expect(toHex(plainValue(Value, 2, { name: 'n', count: 7 }))).toBe('000282616e07')
  })

  it('is refused under another version than its own', () => {
    const bytes = plainValue(Value, 2, { name: 'n', count: 7 })
    expect(refusalOf(() => readPlainValue(Value, 1, bytes))).toBe('state.value-version')
  })

  it.each([0, 256, -1, 1.5])('is not written under version %s', (version) => {
    expect(() => plainValue(Value, version, { name: 'n', count: 7 })).toThrow(TypeError)
  })
})

describe('the value of a counter', () => {
  it('comes back from 0 to 2^64 - 1', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (count) => {
        expect(readCounterValue(counterValue(count))).toBe(count)
      }),
    )
  })

  it('is zero when there is none', () => {
    expect(readCounterValue(null)).toBe(0n)
    expect(readCounterValue(undefined)).toBe(0n)
  })

  it('has these bytes for ever', () => {
    expect(toHex(counterValue(258n))).toBe('00010000000000000102')
  })

  it('is read from a view of a larger buffer', () => {
    const larger = new Uint8Array(20)
    larger.set(counterValue(258n), 7)
    expect(readCounterValue(larger.subarray(7, 17))).toBe(258n)
  })

  it.each([-1n, 1n << 64n])('does not exist for %s', (count) => {
    expect(() => counterValue(count)).toThrow(TypeError)
  })
})
