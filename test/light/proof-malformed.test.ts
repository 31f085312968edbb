import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CborValue, concat, decodeCbor, encodeCbor } from '../../src/codec/index.ts'
import {
  decodeProof,
  encodeProof,
  maximumProofBytes,
  maximumProvenLeaves,
  maximumViaHeaders,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { bytes } from './arbitraries.ts'
import { block, digest, validatorSet } from './chain.ts'
import { makeProof, makeState } from './state.ts'

const set = validatorSet({ a: 2n, b: 1n })
const state = await makeState(['member'], ['one', 'two', 'three'])
const proof = await makeProof(
  state,
  set,
  [
    ['records', 'one'],
    ['records', 'two'],
  ],
  {
    via: [{ signed: block(8n, set), validators: set }],
  },
)
const sound = encodeProof(proof)
const fields = decodeCbor(sound) as readonly CborValue[]
const [, , leaves, , via] = fields as readonly CborValue[][]

function decode(input: Uint8Array | CborValue): unknown {
  return refusalOf(() => decodeProof(input instanceof Uint8Array ? input : encodeCbor(input)))
}

describe('a malformed proof', () => {
  it('cut anywhere is refused', () => {
    for (let size = 0; size < sound.length; size++) expect(decode(sound.subarray(0, size))).toBe('codec.truncated')
  })

  it('with bytes behind it is refused', () => {
    expect(decode(concat(sound, Uint8Array.of(0)))).toBe('codec.trailing')
  })

  it('that is too large is refused before it is read', () => {
    expect(decode(new Uint8Array(maximumProofBytes + 1))).toBe('codec.too-large')
  })

  it.each<[string, CborValue]>([
    ['of a later format', [2, 'other', 'fields']],
    ['of format 0', fields.with(0, 0)],
    ['that is no row', new Map([[1, 1]])],
  ])('%s is refused as a format', (_, item) => {
    expect(decode(item)).toBe('proof.format')
  })

  it('with a field too few, too many or of the wrong kind is refused', () => {
    expect(decode(fields.slice(0, -1))).toBe('codec.schema')
    expect(decode([...fields, null])).toBe('codec.schema')
    for (const index of [1, 2, 3, 4]) expect(decode(fields.with(index, true))).toBe('codec.schema')
  })

  it('without a leaf, or with too many leaves or headers, is refused', () => {
    expect(decode(fields.with(2, []))).toBe('codec.schema')
    expect(
      decode(
        fields.with(
          2,
          Array.from({ length: maximumProvenLeaves + 1 }, () => leaves![0]!),
        ),
      ),
    ).toBe('codec.schema')
    expect(
      decode(
        fields.with(
          4,
          Array.from({ length: maximumViaHeaders + 1 }, () => via![0]!),
        ),
      ),
    ).toBe('codec.schema')
  })

  it('with leaves out of order or twice is refused', () => {
    expect(decode(fields.with(2, [...leaves!].reverse()))).toBe('proof.leaf-order')
    expect(decode(fields.with(2, [leaves![0]!, leaves![0]!]))).toBe('proof.leaf-order')
  })

  it('without the other root, or with one that is not needed, is refused', () => {
    expect(decode(fields.with(3, null))).toBe('proof.other-root')
    const both = refusalOf(() => encodeProof({ ...proof, proven: [{ ...proof.proven[0]!, tree: 0 }, ...proof.proven] }))
    expect(both).toBe('proof.other-root')
  })

  it('is not written either', () => {
    expect(refusalOf(() => encodeProof({ ...proof, proven: [...proof.proven].reverse() }))).toBe('proof.leaf-order')
    const { otherRoot: _, ...rest } = proof
    expect(refusalOf(() => encodeProof(rest))).toBe('proof.other-root')
    const signed = { ...proof.signed, blockId: { ...proof.signed.blockId, hash: digest('other') } }
    expect(refusalOf(() => encodeProof({ ...proof, signed }))).toBe('light.block-hash')
  })

  it('of random bytes is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }).chain(bytes), (random) => {
        expect(decode(random)).toMatch(/^(codec|proof)\./)
      }),
    )
  })
})
