import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { concat, encodeAs, equalBytes, toHex, utf8 } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/portable/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { type CompactPath, decodeProven, Proven, rootOf, updateTree } from '../../src/state/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { deepGroups, keyPool, sharedBits } from './arbitraries.ts'
import { MemoryTree } from './memory-tree.ts'

const value = (name: string) => concat(Uint8Array.of(0, 1), utf8(name))
const keys = [...deepGroups[0]!, ...deepGroups.at(-1)!, ...keyPool.slice(-8)]
const absentKeys = keyPool.filter((key) => !keys.includes(key))

let tree: MemoryTree
let root: Uint8Array

beforeAll(async () => {
  tree = await MemoryTree.of(keys.map((key) => ({ key, value: value(toHex(key)) })))
  root = (await updateTree('records', tree.read, [])).root
})

/** Whether a verifier that has the roots of both trees believes it; another tree's root is another root. */
function believed(proven: Proven, against: Uint8Array = root): boolean {
  return proven.tree === 1 && equalBytes(rootOf(proven), against)
}

/** The same for what may be refused by its form. */
function believedIfFormed(proven: Proven, against?: Uint8Array): boolean {
  try {
    return believed(proven, against)
  } catch (error) {
    if (error instanceof CommonrootError && error.code === 'state.path-form') return false
    throw error
  }
}

async function present(key = keys[0]!): Promise<Proven & { readonly value: Uint8Array }> {
  const proven = await tree.prove(key)
  return { ...proven, value: proven.value! }
}

/** An absence that ends at a foreign leaf, and one that ends in an empty place, each with some siblings. */
async function absences(): Promise<{ readonly foreign: Proven; readonly empty: Proven }> {
  const all = await Promise.all(absentKeys.map((key) => tree.prove(key)))
  const deep = all.filter(({ path }) => path.siblings.length > 32)
  return {
    foreign: deep.find(({ path }) => path.foreign !== undefined)!,
    empty: deep.find(({ path }) => path.foreign === undefined)!,
  }
}

describe('an honest proof', () => {
  it('is believed, so that the refusals below mean something', async () => {
    const { foreign, empty } = await absences()
    for (const proven of [await present(), foreign, empty]) expect(believed(proven)).toBe(true)
    expect(foreign.path.foreign).toBeDefined()
    expect(empty.path.foreign).toBeUndefined()
  })
})

describe('each flipped bit of an encoded proof', () => {
  it('of presence is refused or leads to another root', async () => {
    for (const key of keys.slice(0, 6)) {
      const bytes = encodeAs(Proven, await present(key))
      for (const flipped of flips(bytes)) {
        const outcome = refusalOf(() => believed(decodeProven(flipped)))
        if (typeof outcome === 'string') expect(outcome).toMatch(/^(?:codec\.|state\.path-form$)/)
        else expect(outcome).toEqual({ accepted: false })
      }
    }
  })

  it('of absence is refused or leads to another root, unless it names another key that is as absent', async () => {
    for (const honest of Object.values(await absences())) {
      const bytes = encodeAs(Proven, honest)
      for (const flipped of flips(bytes)) {
        const outcome = refusalOf(() => {
          const proven = decodeProven(flipped)
          return believed(proven) ? proven : undefined
        })
        if (typeof outcome === 'string') expect(outcome).toMatch(/^(?:codec\.|state\.path-form$)/)
        const { accepted } = outcome as { readonly accepted?: Proven }
        if (accepted === undefined) continue
        expect({ ...accepted, key: honest.key }).toEqual(honest)
        expect(tree.content.has(toHex(accepted.key))).toBe(false)
      }
    }
  })
})

describe('a forged path is refused', () => {
  async function refusal(change: (path: CompactPath) => Partial<CompactPath>, of?: Proven): Promise<unknown> {
    const honest = of ?? (await present())
    return refusalOf(() => believed({ ...honest, path: { ...honest.path, ...change(honest.path) } }))
  }

  it('with a sibling too many, at either end', async () => {
    const extra = new Uint8Array(32).fill(5)
    expect(await refusal(({ siblings }) => ({ siblings: concat(siblings, extra) }))).toBe('state.path-form')
    expect(await refusal(({ siblings }) => ({ siblings: concat(extra, siblings) }))).toBe('state.path-form')
    expect(await refusal(({ siblings }) => ({ siblings: concat(siblings, Uint8Array.of(0)) }))).toBe('state.path-form')
  })

  it('with a sibling too few', async () => {
    expect(await refusal(({ siblings }) => ({ siblings: siblings.subarray(32) }))).toBe('state.path-form')
    expect(await refusal(({ siblings }) => ({ siblings: siblings.subarray(1) }))).toBe('state.path-form')
  })

  it('with an empty sibling written out, although it leads to the root', async () => {
    const honest = await present()
    const level = firstEmptyLevel(honest.path)
    const given = countGiven(honest.path.bitmap, level)
    const { bitmap, siblings } = honest.path
    const forged = {
      bitmap: bitmap.with(level >> 3, bitmap[level >> 3]! | (0x80 >> (level & 7))),
      siblings: concat(siblings.subarray(0, 32 * given), new Uint8Array(32), siblings.subarray(32 * given)),
    }
    expect(await refusal(() => forged, honest)).toBe('state.path-form')
  })

  it('with an unused bit of the bitmap set', async () => {
    const honest = await Promise.all(keys.map(present)).then((all) => all.find(({ path }) => path.depth % 8 !== 0)!)
    const { bitmap } = honest.path
    const forged = bitmap.with(bitmap.length - 1, bitmap.at(-1)! | 1)
    expect(await refusal(({ siblings }) => ({ bitmap: forged, siblings }), honest)).toBe('state.path-form')
    const extra = { bitmap: forged, siblings: concat(honest.path.siblings, new Uint8Array(32).fill(5)) }
    expect(await refusal(() => extra, honest)).toBe('state.path-form')
  })

  it('with a bitmap longer or shorter than the depth asks for', async () => {
    expect(await refusal(({ bitmap }) => ({ bitmap: concat(bitmap, Uint8Array.of(0)) }))).toBe('state.path-form')
    expect(await refusal(({ bitmap }) => ({ bitmap: bitmap.subarray(1) }))).toBe('state.path-form')
    expect(await refusal(({ depth }) => ({ depth: depth + 8 }))).toBe('state.path-form')
    expect(await refusal(() => ({ depth: 0 }))).toBe('state.path-form')
  })

  it('with a foreign leaf beside a value', async () => {
    const foreign = concat(sha256(keys[1]!), sha256(value('x')))
    expect(await refusal(() => ({ foreign }))).toBe('state.path-form')
  })

  it('with the leaf itself as the foreign one', async () => {
    const { value: held, ...honest } = await present()
    const foreign = concat(sha256(honest.key), sha256(held))
    expect(await refusal(() => ({ foreign }), honest)).toBe('state.path-form')
  })

  it('with a foreign leaf that stands off the path, although it is in the tree', async () => {
    const { foreign: honest } = await absences()
    for (const key of keys) {
      if (sharedBits(key, honest.key) >= honest.path.depth) continue
      const foreign = concat(sha256(key), sha256(tree.content.get(toHex(key))!))
      expect(await refusal(() => ({ foreign }), honest)).toBe('state.path-form')
    }
  })
})

describe('a path of one key', () => {
  it('shows nothing of any other that is present', async () => {
    for (const from of keys) {
      const { path } = await tree.prove(from)
      for (const to of keys) {
        if (to === from) continue
        for (const claimed of [tree.content.get(toHex(to))!, tree.content.get(toHex(from))!]) {
          expect(believedIfFormed({ tree: 1, key: to, value: claimed, path })).toBe(false)
        }
        expect(believedIfFormed({ tree: 1, key: to, path })).toBe(false)
      }
    }
  })
})

describe('no path made of what is known', () => {
  // Every tree of up to six leaves: a liar has all leaves, all hashes, and may cut, stretch and recombine.
  const someKeys = fc.uniqueArray(fc.constantFrom(...keyPool), {
    minLength: 2,
    maxLength: 6,
    selector: (key) => toHex(key),
  })

  it('shows absence of a leaf that is present, or another value, or presence of one that is absent', async () => {
    let attempts = 0
    await fc.assert(
      fc.asyncProperty(someKeys, async ([absent, ...held]) => {
        const small = await MemoryTree.of(held.map((key) => ({ key, value: value(toHex(key)) })))
        const { root: smallRoot } = await updateTree('records', small.read, [])
        const honest = await Promise.all(held.map((key) => small.prove(key)))
        const foreigners = honest.map(({ key, value: shown }) => concat(sha256(key), sha256(shown!)))
        for (const path of [...honest, await small.prove(absent!)].flatMap((proven) => variants(proven.path))) {
          const { foreign: _, ...bare } = path
          const lies: Proven[] = [
            ...held.map((key) => ({ tree: 1, key, path: bare })),
            ...held.flatMap((key) => foreigners.map((foreign) => ({ tree: 1, key, path: { ...bare, foreign } }))),
            ...held.flatMap((key) => pairs(path).map((foreign) => ({ tree: 1, key, path: { ...bare, foreign } }))),
            ...held.flatMap((key, index) => [
              { tree: 1, key, value: value('lie'), path: bare },
              { tree: 1, key, value: honest[(index + 1) % held.length]!.value!, path: bare },
            ]),
            ...held.map((key) => ({ tree: 1, key: absent!, value: small.content.get(toHex(key))!, path: bare })),
          ]
          for (const lie of lies) {
            if (lie.value !== undefined && sameBytes(lie.value, small.content.get(toHex(lie.key)))) continue
            attempts++
            if (believedIfFormed(lie, smallRoot)) expect(lie).toBe('refused')
          }
        }
      }),
      { numRuns: 25 },
    )
    expect(attempts).toBeGreaterThan(10_000)
  })
})

/** A path cut at each depth, stretched by empty levels, and with each of its bits in the bitmap turned. */
function variants(path: CompactPath): CompactPath[] {
  const levels = levelsOf(path)
  const cut = levels.map((_, depth) => levels.slice(0, depth))
  const stretched = [1, 2, 8].map((more) => [...levels, ...Array.from({ length: more }, () => undefined)])
  const lower = levels.map((_, from) => levels.slice(from))
  const emptied = levels.map((_, level) => levels.with(level, undefined))
  const swapped = levels.flatMap((sibling, level) => (level === 0 ? [] : [levels.with(level - 1, sibling)]))
  return [levels, ...cut, ...stretched, ...lower, ...emptied, ...swapped].map(fromLevels)
}

/** Two neighbouring siblings look like the 64 bytes of a foreign leaf. */
function pairs({ siblings }: CompactPath): Uint8Array[] {
  return Array.from({ length: Math.max(0, siblings.length / 32 - 1) }, (_, index) =>
    siblings.subarray(32 * index, 32 * index + 64),
  )
}

function levelsOf({ depth, bitmap, siblings }: CompactPath): (Uint8Array | undefined)[] {
  let offset = 0
  return Array.from({ length: depth }, (_, level) => {
    if ((bitmap[level >> 3]! & (0x80 >> (level & 7))) === 0) return undefined
    offset += 32
    return siblings.subarray(offset - 32, offset)
  })
}

function fromLevels(levels: readonly (Uint8Array | undefined)[]): CompactPath {
  const bitmap = new Uint8Array(Math.ceil(levels.length / 8))
  for (const [level, sibling] of levels.entries()) {
    if (sibling !== undefined) bitmap[level >> 3]! |= 0x80 >> (level & 7)
  }
  const siblings = concat(...levels.filter((sibling) => sibling !== undefined))
  return { depth: levels.length, bitmap, siblings }
}

function firstEmptyLevel(path: CompactPath): number {
  return levelsOf(path).indexOf(undefined)
}

function countGiven(bitmap: Uint8Array, until: number): number {
  let count = 0
  for (let level = 0; level < until; level++) if ((bitmap[level >> 3]! & (0x80 >> (level & 7))) !== 0) count++
  return count
}

function* flips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < 8 * bytes.length; bit++) yield bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && equalBytes(a, b)
}
