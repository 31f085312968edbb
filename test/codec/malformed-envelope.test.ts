import { encode as encodeCborg, rfc8949EncodeOptions, Tagged } from 'cborg'
import { describe, expect, it } from 'vitest'
import { decodeEnvelope, maximumSigners, maximumTransactionBytes, utf8 } from '../../src/codec/index.ts'
import { refusalOf } from './refusal.ts'

// Everything here is encoded by another library, so that it can be wrong in ways our own writer refuses.
const cbor = (value: unknown) => encodeCborg(value, rfc8949EncodeOptions)
const none = new Uint8Array(0)
const es256 = Uint8Array.of(0xa1, 0x01, 0x26)
const edDsa = Uint8Array.of(0xa1, 0x01, 0x27)

const signer = (seed: number, algorithm = 'ES256') => ({
  kind: 'member',
  subject: utf8(`member-${seed}`),
  key: { algorithm, spki: new Uint8Array(91).fill(seed) },
})
const operation = { module: 'pki', type: 'publish', body: Uint8Array.of(0xa0) }
const transaction = {
  chain: 'main-0123abcd',
  operations: [operation],
  validUntil: 1_700_000_000_000n as unknown,
  nonce: new Uint8Array(16),
  signers: [signer(1), signer(2, 'EdDSA')],
}
const part = (
  protectedHeader: unknown = es256,
  unprotected: unknown = new Map(),
  signature: unknown = new Uint8Array(64),
) => [protectedHeader, unprotected, signature]
const parts = [part(), part(edDsa)]
const message = (changes: {
  readonly headers?: unknown
  readonly more?: unknown
  readonly payload?: unknown
  readonly parts?: unknown
}) => [changes.headers ?? none, changes.more ?? new Map(), changes.payload ?? cbor(transaction), changes.parts ?? parts]
const refusalOfBytes = (bytes: Uint8Array) => refusalOf(() => decodeEnvelope(bytes))
const refusalOfMessage = (content: unknown) => refusalOfBytes(cbor(new Tagged(98, content)))
const refusalOfPayload = (payload: Uint8Array) => refusalOfMessage(message({ payload }))
const refusalOfTransaction = (changes: object) => refusalOfPayload(cbor({ ...transaction, ...changes }))

describe('the bytes that the cases below are changed from', () => {
  it('are accepted', () => {
    expect(refusalOfMessage(message({}))).toHaveProperty('accepted')
  })
  it('are refused wherever they are cut', () => {
    const bytes = cbor(new Tagged(98, message({})))
    for (let length = 0; length < bytes.length; length++) {
      expect(refusalOfBytes(bytes.subarray(0, length))).toBe('codec.truncated')
    }
  })
})

describe('the tag', () => {
  it.each([
    ['of COSE_Sign1', new Tagged(18, message({})), 'codec.wrong-tag'],
    ['of COSE_Mac', new Tagged(97, message({})), 'codec.wrong-tag'],
    ['is missing', message({}), 'codec.wrong-tag'],
    ['is there twice', new Tagged(98, new Tagged(98, message({}))), 'codec.unsupported'],
    ['is inside that of CBOR', new Tagged(55_799, new Tagged(98, message({}))), 'codec.wrong-tag'],
    ['is on the payload', new Tagged(98, message({ payload: new Tagged(24, cbor(transaction)) })), 'codec.unsupported'],
  ])('%s', (_, content, code) => {
    expect(refusalOfBytes(cbor(content))).toBe(code)
  })
})

describe('the message', () => {
  it.each([
    ['is empty', []],
    ['is short', message({}).slice(0, 3)],
    ['is long', [...message({}), null]],
    ['is a map', new Map(message({}).entries())],
    ['is null', null],
    ['has a protected header', message({ headers: es256 })],
    ['has an empty map as protected header', message({ headers: Uint8Array.of(0xa0) })],
    ['has a map in place of the protected header', message({ headers: new Map() })],
    ['has an unprotected header', message({ more: new Map([[4, utf8('key')]]) })],
    ['has null in place of the unprotected header', [none, null, cbor(transaction), parts]],
    ['has a detached payload', [none, new Map(), null, parts]],
    ['has text as payload', message({ payload: 'text' })],
    ['has the payload unwrapped', message({ payload: ['not', 'bytes'] })],
    ['has no list of signatures', [none, new Map(), cbor(transaction), null]],
  ])('%s', (_, content) => {
    expect(refusalOfMessage(content)).toBe('codec.envelope')
  })
  it('has bytes after it', () => {
    const bytes = cbor(new Tagged(98, message({})))
    expect(refusalOfBytes(Uint8Array.of(...bytes, 0))).toBe('codec.trailing')
  })
})

describe('the signatures', () => {
  it.each([
    ['none', []],
    ['one stripped', [part()]],
    ['one added', [...parts, part()]],
    ['in another order than the signers', parts.toReversed()],
    ['an empty protected header', [part(none), part(edDsa)]],
    ['an empty map as protected header', [part(Uint8Array.of(0xa0)), part(edDsa)]],
    ['the other algorithm', [part(edDsa), part(edDsa)]],
    ['an algorithm of no key', [part(cbor(new Map([[1, -35]]))), part(edDsa)]],
    ['the algorithm as text', [part(cbor(new Map([[1, 'ES256']]))), part(edDsa)]],
    ['the algorithm not minimally encoded', [part(Uint8Array.of(0xa1, 0x01, 0x38, 0x06)), part(edDsa)]],
    ['the algorithm and bytes after it', [part(Uint8Array.of(...es256, 0)), part(edDsa)]],
    ['a second protected header', [part(cbor(new Map<number, unknown>([[1, -7], [4, none]]))), part(edDsa)]], // biome-ignore format: one row
    ['a protected header that is no CBOR', [part(Uint8Array.of(0xff)), part(edDsa)]],
    ['a map in place of the protected header', [part(new Map([[1, -7]])), part(edDsa)]],
    ['an unprotected header', [part(es256, new Map([[4, none]])), part(edDsa)]],
    ['the algorithm unprotected', [part(es256, new Map([[1, -7]])), part(edDsa)]],
    ['null in place of the unprotected header', [part(es256, null), part(edDsa)]],
    ['an empty signature', [part(es256, new Map(), none), part(edDsa)]],
    ['a signature of 8193 bytes', [part(es256, new Map(), new Uint8Array(8193)), part(edDsa)]],
    ['text as signature', [part(es256, new Map(), 'x'), part(edDsa)]],
    ['an array of two', [[es256, new Map()], part(edDsa)]],
    ['an array of four', [[...part(), none], part(edDsa)]],
    ['null', [null, part(edDsa)]],
    ['a map', new Map([[0, part()], [1, part(edDsa)]])], // biome-ignore format: one row
  ])('%s', (_, list) => {
    expect(refusalOfMessage(message({ parts: list }))).toBe('codec.envelope')
  })
  it('a signature of 8192 bytes is no error', () => {
    const large = [part(es256, new Map(), new Uint8Array(8192)), part(edDsa)]
    expect(refusalOfMessage(message({ parts: large }))).toHaveProperty('accepted')
  })
  it('more than a transaction can have are refused while they are read', () => {
    const many = Array.from({ length: maximumSigners + 1 }, () => part())
    expect(refusalOfMessage(message({ parts: many }))).toBe('codec.too-many-items')
  })
})

describe('the payload as bytes', () => {
  const { mapSorter } = rfc8949EncodeOptions
  if (mapSorter === undefined) throw new Error('cborg sorts no maps')

  it.each<readonly [string, Uint8Array, string]>([
    ['is empty', none, 'codec.truncated'],
    ['is no map', cbor([]), 'codec.schema'],
    ['has bytes after it', Uint8Array.of(...cbor(transaction), 0), 'codec.trailing'],
    [
      'has its keys the other way round',
      encodeCborg(transaction, { mapSorter: (a, b) => -mapSorter(a, b) }),
      'codec.key-order',
    ],
    ['is tagged', cbor(new Tagged(98, transaction)), 'codec.unsupported'],
    ['has a float', cbor({ ...transaction, validUntil: 0.5 }), 'codec.unsupported'],
    [
      'has a count longer than need be',
      Uint8Array.of(0xb8, 0x05, ...cbor(transaction).subarray(1)),
      'codec.not-minimal',
    ],
    ['has an indefinite length', Uint8Array.of(0xbf, ...cbor(transaction).subarray(1), 0xff), 'codec.indefinite'],
  ])('%s', (_, payload, code) => {
    expect(refusalOfPayload(payload)).toBe(code)
  })
})

describe('the payload as a value', () => {
  const many = (count: number, item: unknown) => Array.from({ length: count }, () => item)
  it.each<readonly [string, object, string]>([
    ['no operation', { operations: [] }, 'codec.schema'],
    ['too many operations', { operations: many(65, operation) }, 'codec.schema'],
    ['an operation without a body', { operations: [{ module: 'pki', type: 'publish' }] }, 'codec.missing-field'],
    ['a body that is not wrapped', { operations: [{ ...operation, body: {} }] }, 'codec.schema'],
    ['a module with a capital', { operations: [{ ...operation, module: 'Pki' }] }, 'codec.schema'],
    ['a type that ends in a dash', { operations: [{ ...operation, type: 'publish-' }] }, 'codec.schema'],
    ['validUntil negative', { validUntil: -1 }, 'codec.schema'],
    ['validUntil far below', { validUntil: -(2n ** 64n) }, 'codec.schema'],
    ['validUntil as text', { validUntil: '1700000000000' }, 'codec.schema'],
    ['validUntil null', { validUntil: null }, 'codec.schema'],
    ['a chain without its digits', { chain: 'main' }, 'codec.schema'],
    ['a chain of 51 bytes', { chain: `${'a'.repeat(42)}-01234567` }, 'codec.schema'],
    ['a chain with a line feed', { chain: 'main-0123abcd\n' }, 'codec.schema'],
    ['a nonce of 7 bytes', { nonce: new Uint8Array(7) }, 'codec.schema'],
    ['a nonce of 33 bytes', { nonce: new Uint8Array(33) }, 'codec.schema'],
    ['no signer', { signers: [] }, 'codec.schema'],
    ['a signer twice', { signers: [signer(1), signer(1)] }, 'codec.envelope'],
    ['an algorithm that no registry has', { signers: [signer(1, 'RS256'), signer(2, 'EdDSA')] }, 'codec.schema'],
    ['an empty subject', { signers: [{ ...signer(1), subject: none }, signer(2, 'EdDSA')] }, 'codec.schema'],
    ['a field more', { memo: 'x' }, 'codec.unknown-field'],
    ['a field __proto__', JSON.parse('{"__proto__":1}'), 'codec.unknown-field'],
  ])('%s', (_, changes, code) => {
    expect(refusalOfPayload(cbor(changedTransaction(changes)))).toBe(code)
  })
  it.each(Object.keys(transaction))('without %s', (field) => {
    const rest = Object.entries(transaction).filter(([name]) => name !== field)
    expect(refusalOfPayload(cbor(new Map(rest)))).toBe('codec.missing-field')
  })
  it.each([0, 1, 2n ** 53n, 2n ** 64n - 1n])('validUntil %s is in range here', (validUntil) => {
    expect(refusalOfTransaction({ validUntil })).toHaveProperty('accepted.transaction.validUntil', BigInt(validUntil))
  })

  function changedTransaction(changes: object): Map<string, unknown> {
    return new Map<string, unknown>([...Object.entries(transaction), ...Object.entries(changes)])
  }
})

describe('size', () => {
  it('is checked before anything is read', () => {
    expect(refusalOfBytes(new Uint8Array(maximumTransactionBytes + 1))).toBe('codec.too-large')
    expect(refusalOfBytes(new Uint8Array(maximumTransactionBytes))).toBe('codec.wrong-tag')
  })
  it.each([
    ['empty maps', 0xa0],
    ['empty arrays', 0x80],
  ])('of two million %s costs nothing', (_, lead) => {
    const bytes = new Uint8Array(2_000_007).fill(lead)
    bytes.set([0xd8, 0x62, 0x9a, 0x00, 0x1e, 0x84, 0x80])
    expect(refusalOfBytes(bytes)).toBe('codec.too-many-items')
  })
})
