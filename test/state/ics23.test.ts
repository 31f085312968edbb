import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/codec/index.ts'
import { emptyHash, encodeIcs23, type Proven, type TreeName, treeRoot } from '../../src/state/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { keyPool } from './arbitraries.ts'
import { MemoryTree } from './memory-tree.ts'
import { modelPath } from './model.ts'

const value = Uint8Array.of(0, 1, 7)
const held = keyPool.slice(0, 20)
const absent = keyPool[30]!
const tree = await MemoryTree.of(held.map((key) => ({ key, value })))
const standing = new Uint8Array(32).fill(9)
const roots: Record<TreeName, Uint8Array> = { standing, records: await treeRoot('records', tree.read) }
const present = await tree.prove(held[0]!)
const missing = await tree.prove(absent)
const alsoAbsent = await tree.prove(keyLeftOf(absent))
const neighbours = await tree.neighbours(absent)

describe('a leaf in the words of ICS23', () => {
  it('is the same bytes each time', () => {
    expect(encodeIcs23(present, roots)).toEqual(encodeIcs23(structuredClone(present), roots))
    expect(encodeIcs23(missing, roots, neighbours)).toEqual(encodeIcs23(missing, roots, structuredClone(neighbours)))
  })

  it('has these bytes for ever when it is the only one of its tree', async () => {
    const key = Uint8Array.of(1, 2, 3)
    const lonely = await MemoryTree.of([{ key, value }])
    const records = await treeRoot('records', lonely.read)
    expect(toHex(encodeIcs23(await lonely.prove(key), { standing: emptyHash, records }))).toBe(
      `0a170a150a0301020312030001071a090801100118012a01000a4d0a4b0a20${'00'.repeat(32)}1220` +
        'a6ca9a223aa0330b4e1dc89d5381d78c7bf57f4d2da8f944889dfa594930f603' +
        '1a0508012a0101',
    )
  })

  it('is refused for an absence in a tree without leaves, which ICS23 cannot show', async () => {
    const nothing = await new MemoryTree().prove(absent)
    const empty = { standing, records: emptyHash }
    const none = { left: null, right: null }
    expect(refusalOf(() => encodeIcs23(nothing, empty, none))).toBe('state.ics23-empty-tree')
    expect(refusalOf(() => encodeIcs23(nothing, empty))).toBe('state.ics23-empty-tree')
  })

  it('is refused when the leaf or a neighbour leads to another root than its tree has', () => {
    const wrong = { standing, records: standing }
    expect(refusalOf(() => encodeIcs23(present, wrong))).toBe('state.page-form')
    expect(refusalOf(() => encodeIcs23(missing, wrong, neighbours))).toBe('state.page-form')
    const forged: Proven = { ...neighbours.left!, value: Uint8Array.of(0, 1, 8) }
    expect(refusalOf(() => encodeIcs23(missing, roots, { ...neighbours, left: forged }))).toBe('state.page-form')
    expect(refusalOf(() => encodeIcs23({ ...present, tree: 0 }, roots))).toBe('state.page-form')
  })

  it.each([
    ['neighbours of a leaf that is present', present, neighbours],
    ['no neighbours of an absent one', missing, undefined],
    ['neighbours that are both missing', missing, { left: null, right: null }],
    ['neighbours the wrong way round', missing, { left: neighbours.right, right: neighbours.left }],
    ['an absent neighbour', missing, { ...neighbours, left: alsoAbsent }],
    ['a neighbour of another tree', missing, { ...neighbours, left: { ...neighbours.left!, tree: 0 } }],
  ])('takes no %s', (_, proven, given) => {
    expect(() => encodeIcs23(proven, roots, given)).toThrow(TypeError)
  })
})

/** An absent key whose hash is below another's. */
function keyLeftOf(key: Uint8Array): Uint8Array {
  return keyPool.slice(20).find((one) => one !== key && hashOf(one) < hashOf(key))!
}

function hashOf(key: Uint8Array): string {
  return modelPath(toHex(key))
}
