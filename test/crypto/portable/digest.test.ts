import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sha256 } from '../../../src/crypto/portable/index.ts'

it('gives the same digest whichever library computes it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat({ max: 64 }), (bytes, from) => {
      const view = bytes.subarray(Math.min(from, bytes.length))
      expect(sha256(view)).toEqual(portableSha256(view))
    }),
  )
})

it('gives plain bytes that nobody else changes', () => {
  const first = sha256(Uint8Array.of(1))
  const copy = first.slice()
  for (let round = 0; round < 100; round++) sha256(Uint8Array.of(round))
  expect(first.constructor).toBe(Uint8Array)
  expect(first).toEqual(copy)
})
