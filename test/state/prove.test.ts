import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeAs, toHex } from '../../src/codec/index.ts'
import { decodeProven, emptyHash, neighbourKeys, Proven, proveLeaf, rootOf } from '../../src/state/index.ts'
import { batches, deepGroups, keyPool, leafValue, pooledKey } from './arbitraries.ts'
import { MemoryTree } from './memory-tree.ts'
import { modelOrder, modelRoot } from './model.ts'
import { rejectionOf } from './rejection.ts'

const anyKey = fc.oneof(pooledKey, fc.uint8Array({ minLength: 3, maxLength: 40 }))

async function treeAfter(given: Parameters<MemoryTree['update']>[0][]): Promise<MemoryTree> {
  const tree = new MemoryTree()
  for (const batch of given) await tree.update(batch)
  return tree
}

describe('proofs out of a tree', () => {
  it('lead to the root for every leaf that is present, and for every key of the pool that is not', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const tree = await treeAfter(given)
        for (const key of keyPool) {
          const proven = await tree.prove(key)
          expect(proven.value).toEqual(tree.content.get(toHex(key)))
          expect(toHex(rootOf(proven))).toBe(modelRoot(tree.content))
          expect(decodeProven(encodeAs(Proven, proven))).toEqual(proven)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('lead to the root for the absence of any other key', async () => {
    await fc.assert(
      fc.asyncProperty(batches, anyKey, async (given, key) => {
        const tree = await treeAfter(given)
        expect(toHex(rootOf(await tree.prove(key)))).toBe(modelRoot(tree.content))
      }),
      { numRuns: 200 },
    )
  })

  it('show a tree without leaves by the empty root', async () => {
    const proven = await new MemoryTree().prove(keyPool[0]!)
    expect(proven.path).toEqual({ depth: 0, bitmap: new Uint8Array(0), siblings: new Uint8Array(0) })
    expect(rootOf(proven)).toEqual(emptyHash)
  })

  it('write no empty sibling: two leaves that share 28 bits have one sibling', async () => {
    const [one, other] = deepGroups[0]!
    const value = Uint8Array.of(0, 1, 7)
    const tree = await MemoryTree.of([
      { key: one!, value },
      { key: other!, value },
    ])
    const { path } = await tree.prove(one!)
    expect(path.depth).toBeGreaterThan(28)
    expect(path.siblings.length).toBe(32)
  })
})

describe('the neighbours of a key', () => {
  it('are the nearest leaves in the order of hashes, on both sides', async () => {
    await fc.assert(
      fc.asyncProperty(batches, anyKey, async (given, key) => {
        const tree = await treeAfter(given)
        const order = modelOrder(new Map([...tree.content, [toHex(key), Uint8Array.of(0)]])).map(toHex)
        const place = order.indexOf(toHex(key))
        const { left, right } = await neighbourKeys('records', tree.read, key)
        expect(left === null ? undefined : toHex(left)).toBe(order[place - 1])
        expect(right === null ? undefined : toHex(right)).toBe(order[place + 1])
      }),
      { numRuns: 300 },
    )
  })
})

describe('damage is found when a leaf is proven', () => {
  const value = Uint8Array.of(0, 1, 7)
  const keys = [...deepGroups[0]!, ...deepGroups.at(-1)!, ...keyPool.slice(-6)]
  const changes = keys.map((key) => ({ key, value }))
  const key = keys[0]!

  it('in a row that differs from its leaf, is lost, or has no leaf', async () => {
    const tree = await MemoryTree.of(changes)
    const absent = Uint8Array.of(9, 9, 9)
    for (const [row, stored] of [
      [key, Uint8Array.of(0, 1, 8)],
      [key, null],
      [absent, value],
    ] as const) {
      expect(await rejectionOf(proveLeaf('records', tree.read, row, stored))).toBe('state.page-form')
    }
  })

  it('in any byte of any page below the first on the way', async () => {
    const tree = await MemoryTree.of(changes)
    const honest = await proveAll(tree)
    for (const [pageKey, page] of [...tree.pages]) {
      if (pageKey.length === 2) continue
      for (let index = 0; index < page.length; index++) {
        tree.pages.set(pageKey, page.with(index, page[index]! ^ 1))
        const found = await rejectionOf(proveAll(tree))
        // A leaf's own key is no part of what is hashed, and is never read on the way to it.
        if (typeof found === 'object') expect(found).toEqual({ accepted: honest })
        else expect(found).toBe('state.page-form')
      }
      tree.pages.set(pageKey, page)
    }
  })

  it('in a page that is lost', async () => {
    const tree = await MemoryTree.of(changes)
    for (const lost of [...tree.pages.keys()].filter((one) => one.length > 2)) {
      const page = tree.pages.get(lost)!
      tree.pages.delete(lost)
      expect(await rejectionOf(proveAll(tree))).toBe('state.page-missing')
      tree.pages.set(lost, page)
    }
  })
})

function proveAll(tree: MemoryTree): Promise<readonly Proven[]> {
  return Promise.all(tree.keys.map((key) => tree.prove(key)))
}

describe('a proven leaf as bytes', () => {
  it('comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(pooledKey, leafValue, async (key, value) => {
        const tree = await MemoryTree.of([{ key, value }])
        const proven = await tree.prove(key)
        expect(decodeProven(encodeAs(Proven, proven))).toEqual(proven)
      }),
      { numRuns: 50 },
    )
  })
})
