/** Ranges: what a part of a tree shows without the rest, and the tree that all parts give when they are put together. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes, toHex } from '../../src/codec/index.ts'
import {
  boundBetween,
  emptyHash,
  type HashRange,
  type Leaf,
  leafOf,
  leavesInOrder,
  proveRange,
  rangeRoot,
  TreeBuilder,
  treeRoot,
} from '../../src/state/index.ts'
import { puts } from './arbitraries.ts'
import { MemoryTree } from './memory-tree.ts'

const start = new Uint8Array(32)

async function leavesOf(tree: MemoryTree): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = []
  for await (const portion of leavesInOrder(tree.name, tree.read)) leaves.push(...portion)
  return leaves
}

/** Ranges that cover the whole tree, cut before each of these leaves. */
function rangesOf(leaves: readonly Leaf[], cuts: readonly number[]): readonly (HashRange & { leaves: Leaf[] })[] {
  const places = [...new Set(cuts.map((cut) => cut % leaves.length))].filter((at) => at > 0).sort((a, b) => a - b)
  const bounds = places.map((at) => boundBetween(leaves[at - 1]!.keyHash, leaves[at]!.keyHash))
  return [start, ...bounds].map((from, index) => {
    const to = bounds[index]
    const inside = leaves.slice(index === 0 ? 0 : places[index - 1], places[index])
    return { from, leaves: inside, ...(to === undefined ? {} : { to }) }
  })
}

const cutting = fc.array(fc.nat(1000), { maxLength: 6 })

describe('the leaves of a tree', () => {
  it('come in the order of their hashes, all of them', async () => {
    await fc.assert(
      fc.asyncProperty(puts, async (changes) => {
        const tree = await MemoryTree.of(changes)
        const expected = [...tree.content].map(([, value], index) => leafOf(tree.keys[index]!, value))
        expected.sort((a, b) => compareBytes(a.keyHash, b.keyHash))
        expect((await leavesOf(tree)).map(({ key }) => toHex(key))).toEqual(expected.map(({ key }) => toHex(key)))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a tree built in one pass', () => {
  it('has the pages and the root of one that was changed step by step', async () => {
    await fc.assert(
      fc.asyncProperty(puts, async (changes) => {
        const tree = await MemoryTree.of(changes)
        const builder = new TreeBuilder(tree.name)
        for (const leaf of await leavesOf(tree)) builder.add(leaf)
        expect(toHex(builder.end())).toBe(toHex(await treeRoot(tree.name, tree.read)))
        const built = builder.taken().map(({ key, value }) => [toHex(key), toHex(value)])
        expect(new Map(built as [string, string][])).toEqual(
          new Map([...tree.pages].map(([key, value]) => [key, toHex(value)])),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('is empty without leaves', () => {
    const builder = new TreeBuilder('records')
    expect(builder.end()).toEqual(emptyHash)
    expect(builder.taken()).toEqual([])
  })

  it('refuses leaves out of order', () => {
    const [a, b] = [leafOf(Uint8Array.of(1), Uint8Array.of(0, 1, 2)), leafOf(Uint8Array.of(2), Uint8Array.of(0, 1, 2))]
    const builder = new TreeBuilder('records')
    const [low, high] = compareBytes(a.keyHash, b.keyHash) < 0 ? [a, b] : [b, a]
    builder.add(high)
    expect(() => builder.add(low)).toThrow(TypeError)
  })
})

describe('ranges of a tree', () => {
  it('each lead to its root, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(puts, cutting, async (changes, cuts) => {
        const tree = await MemoryTree.of(changes)
        const root = toHex(await treeRoot(tree.name, tree.read))
        for (const { leaves, ...range } of rangesOf(await leavesOf(tree), cuts)) {
          expect(toHex(rangeRoot(range, leaves, await proveRange(tree.name, tree.read, range)))).toBe(root)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('lead to another root when a leaf is left out, changed or added', async () => {
    await fc.assert(
      fc.asyncProperty(puts, cutting, fc.nat(), async (changes, cuts, which) => {
        const tree = await MemoryTree.of(changes)
        const root = toHex(await treeRoot(tree.name, tree.read))
        for (const { leaves, ...range } of rangesOf(await leavesOf(tree), cuts)) {
          const outside = await proveRange(tree.name, tree.read, range)
          const at = leaves.length === 0 ? 0 : which % leaves.length
          const other = { ...leaves[at]!, valueHash: new Uint8Array(32).fill(7) }
          for (const forged of [leaves.toSpliced(at, 1), leaves.toSpliced(at, 1, other)]) {
            expect(toHex(rangeRoot(range, forged, outside))).not.toBe(root)
          }
          const invented = leafOf(Uint8Array.of(1, 2, 3, which & 0xff, which >> 8), Uint8Array.of(0, 1, 9))
          const isInside =
            compareBytes(invented.keyHash, range.from) >= 0 &&
            (range.to === undefined || compareBytes(invented.keyHash, range.to) < 0)
          if (!isInside) continue
          const more = [...leaves, invented].sort((a, b) => compareBytes(a.keyHash, b.keyHash))
          expect(toHex(rangeRoot(range, more, outside))).not.toBe(root)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('do not pass for one another: a leaf that is told as lying outside still counts once', async () => {
    await fc.assert(
      fc.asyncProperty(
        puts,
        cutting,
        fc.nat(),
        fc.integer({ min: 0, max: 64 }),
        async (changes, cuts, which, length) => {
          const tree = await MemoryTree.of(changes)
          const root = toHex(await treeRoot(tree.name, tree.read))
          for (const { leaves, ...range } of rangesOf(await leavesOf(tree), cuts)) {
            const outside = [...(await proveRange(tree.name, tree.read, range))]
            if (outside.length === 0) continue
            const at = which % outside.length
            const told = outside[at]!
            outside[at] = told.length === length ? told.map((byte) => byte ^ 1) : new Uint8Array(length).fill(5)
            if (toHex(outside[at]!) === toHex(told)) continue
            expect(rootOrRefusal(range, leaves, outside)).not.toBe(root)
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('a range that is not well-formed', () => {
  const leaf = (byte: number) => ({ keyHash: new Uint8Array(32).fill(byte), valueHash: new Uint8Array(32) })
  const bound = (byte: number) => new Uint8Array(32).fill(byte)

  it.each([
    ['a short bound', { from: new Uint8Array(31) }, [], []],
    ['an end before its beginning', { from: bound(2), to: bound(2) }, [], []],
    ['a leaf before it', { from: bound(2) }, [leaf(1)], []],
    ['a leaf behind it', { from: start, to: bound(2) }, [leaf(2)], []],
    ['leaves in the wrong order', { from: start }, [leaf(2), leaf(1)], []],
    ['a leaf twice', { from: start }, [leaf(2), leaf(2)], []],
    ['a hash too many', { from: start }, [leaf(2)], [new Uint8Array(0)]],
    ['a hash too few', { from: start, to: Uint8Array.of(0x80, ...new Uint8Array(31)) }, [leaf(2)], []],
    ['a zero hash', { from: start, to: Uint8Array.of(0x80, ...new Uint8Array(31)) }, [leaf(2)], [bound(0)]],
    [
      'a hash of another length',
      { from: start, to: Uint8Array.of(0x80, ...new Uint8Array(31)) },
      [],
      [bound(1).subarray(1)],
    ],
    [
      'a leaf told where it does not stand',
      { from: start, to: Uint8Array.of(0x80, ...new Uint8Array(31)) },
      [],
      [new Uint8Array(64)],
    ],
  ])('is refused: %s', (_, range, leaves, outside) => {
    expect(() => rangeRoot(range, leaves, outside)).toThrow(expect.objectContaining({ code: 'state.range-form' }))
  })
})

function rootOrRefusal(range: HashRange, leaves: readonly Leaf[], outside: readonly Uint8Array[]): string {
  try {
    return toHex(rangeRoot(range, leaves, outside))
  } catch {
    return 'refused'
  }
}
