import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { emptyHash, merkleRoot } from '../../src/light/index.ts'
import { innerHash } from '../../src/light/merkle.ts'

describe('the Merkle root', () => {
  it('of nothing is the SHA-256 of nothing', () => {
    expect(toHex(emptyHash)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(merkleRoot([])).toEqual(emptyHash)
  })

  it('of one empty item is the leaf hash of RFC 6962', () => {
    expect(toHex(merkleRoot([utf8('')]))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  })

  it('splits at the largest power of two below the count', () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(utf8)
    const half = (from: number, until: number) => merkleRoot(items.slice(from, until))
    expect(merkleRoot(items)).toEqual(innerHash(half(0, 4), half(4, 7)))
    expect(half(4, 7)).toEqual(innerHash(half(4, 6), half(6, 7)))
    expect(merkleRoot(items.slice(0, 2))).toEqual(innerHash(half(0, 1), half(1, 2)))
  })
})
