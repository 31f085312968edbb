import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes, fromHex, toHex, utf8 } from '../../src/codec/index.ts'
import { emptyHash, type LeafChange, pageKey, treeRoot, updateTree } from '../../src/state/index.ts'
import { batches, deepGroups, keyPool, puts, sharedBits } from './arbitraries.ts'
import { MemoryTree } from './memory-tree.ts'
import { modelRoot } from './model.ts'
import { rejectionOf } from './rejection.ts'

describe('a tree after any batches of changes', () => {
  it('has the root of the specification after each batch', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const tree = new MemoryTree()
        for (const batch of given) {
          const { root } = await tree.update(batch)
          expect(toHex(root)).toBe(modelRoot(tree.content))
          expect(await treeRoot('records', tree.read)).toEqual(root)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('has the pages of a fresh build of the same content in any order: one form for one content', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.infiniteStream(fc.nat()), async (given, random) => {
        const tree = new MemoryTree()
        for (const batch of given) await tree.update(batch)
        const changes = [...tree.content].map(([key, value]) => ({ key: fromHex(key), value }))
        const shuffled = changes
          .map((one) => ({ one, rank: random.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ one }) => one)
        const together = await MemoryTree.of(shuffled)
        const oneByOne = new MemoryTree()
        for (const one of shuffled) await oneByOne.update([one])
        expect(sorted(tree.pages)).toEqual(sorted(together.pages))
        expect(sorted(oneByOne.pages)).toEqual(sorted(together.pages))
      }),
      { numRuns: 200 },
    )
  })

  it('gives exactly the pages that differ, in order, each with what it was before', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const tree = new MemoryTree()
        for (const batch of given) {
          const before = new Map(tree.pages)
          const { pages } = await tree.update(batch)
          const differing = [...new Set([...before.keys(), ...tree.pages.keys()])].filter(
            (key) => !sameBytes(before.get(key), tree.pages.get(key)),
          )
          expect(pages.map(({ key }) => toHex(key))).toEqual(differing.sort())
          for (const page of pages) expect(page.before ?? undefined).toEqual(before.get(toHex(page.key)))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('leaves no page behind when everything is removed', async () => {
    await fc.assert(
      fc.asyncProperty(puts, async (given) => {
        const tree = await MemoryTree.of(given)
        const { root } = await tree.update(tree.keys.map((key) => ({ key, value: null })))
        expect(root).toEqual(emptyHash)
        expect(tree.pages.size).toBe(0)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a tree', () => {
  const value = Uint8Array.of(0, 1, 7)
  const [deepest] = deepGroups
  const [one, other] = deepest!

  it('without leaves has the root of 32 zero bytes and no page', async () => {
    const tree = new MemoryTree()
    expect(await tree.update([])).toEqual({ root: emptyHash, pages: [] })
    expect(await tree.update([{ key: utf8('none'), value: null }])).toEqual({ root: emptyHash, pages: [] })
  })

  it('reaches as many pages deep as two hashes begin alike, and dissolves them all when one leaf goes', async () => {
    expect(sharedBits(one!, other!)).toBeGreaterThanOrEqual(28)
    const tree = await MemoryTree.of([
      { key: one!, value },
      { key: other!, value },
    ])
    expect(tree.pages.size).toBeGreaterThanOrEqual(8)
    await tree.update([{ key: one!, value: null }])
    expect(tree.pages).toEqual((await MemoryTree.of([{ key: other!, value }])).pages)
    expect(tree.pages.size).toBe(1)
  })

  it('takes the last of several changes of one key', async () => {
    const changes: LeafChange[] = [
      { key: one!, value },
      { key: other!, value: null },
      { key: one!, value: null },
      { key: other!, value },
    ]
    expect((await MemoryTree.of(changes)).pages).toEqual((await MemoryTree.of([{ key: other!, value }])).pages)
  })

  it('writes nothing for a value that is set again', async () => {
    const changes = keyPool.map((key) => ({ key, value }))
    const tree = await MemoryTree.of(changes)
    expect((await tree.update(changes)).pages).toEqual([])
  })

  it('shares no page with the other tree', async () => {
    const changes = keyPool.map((key) => ({ key, value }))
    const standing = await updateTree('standing', new MemoryTree('standing').read, changes)
    const records = await updateTree('records', new MemoryTree('records').read, changes)
    expect(standing.root).toEqual(records.root)
    const keys = [standing, records].flatMap(({ pages }) => pages.map(({ key }) => toHex(key)))
    expect(new Set(keys).size).toBe(standing.pages.length + records.pages.length)
    expect(pageKey('standing', Uint8Array.of(3, 15))).toEqual(Uint8Array.of(0, 3, 15))
  })

  it('reads one batch of pages a level, and only pages above the change', async () => {
    const tree = await MemoryTree.of(keyPool.map((key) => ({ key, value })))
    const asked: number[] = []
    const counting = (keys: readonly Uint8Array[]) => {
      asked.push(keys.length)
      return tree.read(keys)
    }
    await updateTree('records', counting, [{ key: one!, value: null }])
    expect(asked.length).toBeGreaterThanOrEqual(8)
    expect(asked.every((count) => count === 1)).toBe(true)
  })

  it('is refused when a page below the first is lost', async () => {
    const changes = [
      { key: one!, value },
      { key: other!, value },
    ]
    const tree = await MemoryTree.of(changes)
    const lowest = [...tree.pages.keys()].sort((a, b) => b.length - a.length)[0]!
    tree.pages.delete(lowest)
    expect(await rejectionOf(tree.update(changes))).toBe('state.page-missing')
  })

  it('refuses a key that a page could not hold', async () => {
    await expect(MemoryTree.of([{ key: new Uint8Array(0x1_0000), value }])).rejects.toThrow(TypeError)
  })
})

function sorted(pages: ReadonlyMap<string, Uint8Array>) {
  return [...pages].map(([key, page]) => `${key} ${toHex(page)}`).sort()
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : compareBytes(a, b) === 0
}
