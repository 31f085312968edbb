/** Keys and changes that reach every corner of a tree, deep pages included. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { concat, fromHex, toHex } from '../../src/codec/index.ts'
import type { LeafChange } from '../../src/state/index.ts'
import { modelPath } from './model.ts'

/**
 * Keys in groups whose hashes begin alike: nobody can choose a hash, but among 2^16 keys thousands of pairs share 20 bits
 * and a few share 28. The groups that share most come first; the last ones share 12 bits and are the largest.
 */
export const deepGroups: readonly (readonly Uint8Array[])[] = findDeepGroups()

/** The keys of the deepest groups, and some that share less. */
export const keyPool: readonly Uint8Array[] = distinct([
  ...deepGroups.slice(0, 6).flat(),
  ...deepGroups.slice(-3).flat(),
  ...Array.from({ length: 24 }, (_, index) => numberedKey(index)),
])

export const pooledKey: fc.Arbitrary<Uint8Array> = fc.constantFrom(...keyPool)

/** What the codec allows for a leaf's value, in little. */
export const leafValue: fc.Arbitrary<Uint8Array> = fc
  .uint8Array({ minLength: 1, maxLength: 5 })
  .map((content) => concat(Uint8Array.of(0, 1), content))

export const put: fc.Arbitrary<LeafChange> = fc.record({ key: pooledKey, value: leafValue })
export const change: fc.Arbitrary<LeafChange> = fc.oneof(
  { weight: 3, arbitrary: put },
  { weight: 2, arbitrary: fc.record({ key: pooledKey, value: fc.constant(null) }) },
)
export const batches = fc.array(fc.array(change, { maxLength: 25, size: 'max' }), { maxLength: 8, size: 'max' })
export const puts = fc.array(put, { minLength: 1, maxLength: 40, size: 'max' })

/** How many leading bits the hashes of two keys share. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [a, b].map((key) => modelPath(toHex(key)))
  let shared = 0
  while (shared < 256 && left![shared] === right![shared]) shared++
  return shared
}

function distinct(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Set(keys.map(toHex))].map((key) => fromHex(key))
}

function numberedKey(index: number): Uint8Array {
  return fromHex(index.toString(16).padStart(8, '0'))
}

function findDeepGroups(): Uint8Array[][] {
  const hashed = Array.from({ length: 1 << 16 }, (_, index) => {
    const key = numberedKey(index)
    return { key, hash: createHash('sha256').update(key).digest('hex') }
  })
  return [28, 24, 20, 16, 12].flatMap((bits) =>
    [...Map.groupBy(hashed, ({ hash }) => hash.slice(0, bits / 4)).values()]
      .filter((group) => group.length > 1)
      .sort((a, b) => b.length - a.length)
      .slice(0, 3)
      .map((group) => group.slice(0, 5).map(({ key }) => key)),
  )
}
