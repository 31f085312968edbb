import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bytesField, concat, messageField, toHex, varintField } from '../../../src/codec/index.ts'
import {
  encodeIcs23,
  innerHash,
  type LeafChange,
  stateRoot,
  type TreeName,
  treeRoot,
} from '../../../src/state/index.ts'
import { keyPool, put } from '../../state/arbitraries.ts'
import { MemoryTree } from '../../state/memory-tree.ts'
import { modelOrder } from '../../state/model.ts'
import { goProgram, type Question } from '../go-program.ts'

const library = goProgram('ics23')

beforeAll(library.build, 600_000)

type State = {
  readonly trees: Readonly<Record<TreeName, MemoryTree>>
  readonly roots: Readonly<Record<TreeName, Uint8Array>>
  readonly appHash: Uint8Array
}

async function stateOf(standing: readonly LeafChange[], records: readonly LeafChange[]): Promise<State> {
  const trees = {
    standing: await MemoryTree.of(standing, 'standing'),
    records: await MemoryTree.of(records, 'records'),
  }
  const roots = {
    standing: await treeRoot('standing', trees.standing.read),
    records: await treeRoot('records', trees.records.read),
  }
  return { trees, roots, appHash: stateRoot(roots.standing, roots.records) }
}

/** The export of a leaf, or of its absence, as the question whether it holds. */
async function questionFor({ trees, roots, appHash }: State, name: TreeName, key: Uint8Array): Promise<Question> {
  const tree = trees[name]
  const proven = await tree.prove(key)
  const neighbours = proven.value === undefined ? await tree.neighbours(key) : undefined
  const proof = encodeIcs23(proven, roots, neighbours)
  return { ask: 'verify', proof, appHash, tree: name, key, ...(proven.value && { value: proven.value }) }
}

function reasons(questions: readonly Question[]): readonly unknown[] {
  return library.ask(questions)
}

const names = ['standing', 'records'] as const
const content = fc.array(put, { minLength: 1, maxLength: 30, size: 'max' })
const unusedKey = fc.uint8Array({ minLength: 3, maxLength: 20 })

describe('the Go library of ICS23', () => {
  it('accepts every leaf and every absence of hundreds of random states', async () => {
    const questions: Question[] = []
    await fc.assert(
      fc.asyncProperty(content, content, fc.array(unusedKey, { maxLength: 6 }), async (standing, records, unused) => {
        const state = await stateOf(standing, records)
        for (const name of names) {
          for (const key of [...keyPool, ...unused]) questions.push(await questionFor(state, name, key))
        }
      }),
      { numRuns: 150 },
    )
    expect(new Set(reasons(questions))).toEqual(new Set(['']))
    const absences = questions.filter(({ value }) => value === undefined).length
    expect(absences).toBeGreaterThan(1000)
    expect(questions.length - absences).toBeGreaterThan(1000)
  })

  it('accepts absences before the first leaf, after the last one, and beside the only one', async () => {
    const questions: Question[] = []
    const sides = { left: 0, right: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(put, { minLength: 1, maxLength: 4 }), async (records) => {
        const state = await stateOf([], records)
        const tree = state.trees.records
        for (const key of keyPool) {
          if (tree.content.has(toHex(key))) continue
          const place = modelOrder(new Map([...tree.content, [toHex(key), key]]))
            .map(toHex)
            .indexOf(toHex(key))
          if (place > 0 && place < tree.content.size) continue
          sides[place === 0 ? 'left' : 'right']++
          questions.push(await questionFor(state, 'records', key))
        }
      }),
      { numRuns: 60 },
    )
    expect(new Set(reasons(questions))).toEqual(new Set(['']))
    expect(Math.min(sides.left, sides.right)).toBeGreaterThan(100)
  })

  it('accepts a leaf beside a tree without leaves', async () => {
    const [one] = fc.sample(put, 1)
    const state = await stateOf([], [one!])
    expect(reasons([await questionFor(state, 'records', one!.key)])).toEqual([''])
  })

  it('writes the same bytes after reading them', async () => {
    const state = await stateOf([], keyPool.slice(0, 20).map(filled))
    const questions = await Promise.all(keyPool.map((key) => questionFor(state, 'records', key)))
    const again = library.ask(questions.map((question) => ({ ...question, ask: 'reencode' })))
    expect(again).toEqual(questions.map(({ proof }) => toHex(proof as Uint8Array)))
  })
})

describe('the Go library of ICS23 refuses', () => {
  const filledState = () => stateOf(keyPool.slice(20, 30).map(filled), keyPool.slice(0, 20).map(filled))

  it('each flipped bit, save where a non-existence proof repeats the key, which the library leaves unread', async () => {
    const state = await filledState()
    for (const key of [keyPool[3]!, keyPool[40]!]) {
      const honest = await questionFor(state, 'records', key)
      const proof = honest.proof as Uint8Array
      const forged = Array.from({ length: 8 * proof.length }, (_, bit) => ({
        ...honest,
        proof: proof.with(bit >> 3, proof[bit >> 3]! ^ (1 << (bit & 7))),
      }))
      const answers = reasons(forged)
      const accepted = forged.flatMap((_, bit) => (answers[bit] === '' ? [bit >> 3] : []))
      // Two tags and two lengths of two bytes, then the field's own tag and length, then the key.
      const unread = honest.value === undefined ? { from: 6, until: 8 + key.length } : { from: 0, until: 0 }
      expect(accepted.filter((byte) => byte < unread.from || byte >= unread.until)).toEqual([])
    }
  })

  it('a proof shown for another key, another value, another tree or another state', async () => {
    const state = await filledState()
    const other = await stateOf(keyPool.slice(20, 30).map(filled), keyPool.slice(0, 19).map(filled))
    const lies: Question[] = []
    for (const key of keyPool) {
      const honest = await questionFor(state, 'records', key)
      const present = honest.value !== undefined
      lies.push(
        { ...honest, appHash: other.appHash },
        { ...honest, tree: 'standing' },
        { ...honest, value: present ? undefined : filled(key).value },
        ...(present ? [{ ...honest, value: Uint8Array.of(0, 1, 99) }] : []),
        ...keyPool
          .filter((_, index) => index < 20 && keyPool[index] !== key)
          .map((wrong) => ({ ...honest, key: wrong })),
      )
    }
    expect(reasons(lies).filter((reason) => reason === '')).toEqual([])
  })

  it('leaves that are no neighbours as proof of an absence between them', async () => {
    const state = await filledState()
    const order = modelOrder(state.trees.records.content)
    const existences = await Promise.all(order.map((key) => existenceOf(state, key)))
    const lies = order.map((key, index) => {
      const sides = [existences[index - 1], existences[index + 1]]
      const shown = sides.map((side, place) => (side === undefined ? new Uint8Array(0) : messageField(place + 2, side)))
      const leafProof = messageField(2, concat(bytesField(1, key), ...shown))
      const proof = concat(messageField(1, leafProof), rootsProof(state.roots.standing, state.roots.records))
      return { ask: 'verify', proof, appHash: state.appHash, tree: 'records', key }
    })
    expect(new Set(reasons(lies))).toEqual(new Set(['absence is not shown']))
  })

  it('a second proof with a path, which would pass a branch of a tree off as its root', async () => {
    const state = await filledState()
    const { standing, records } = state.roots
    const branches = await branchesOf(state.trees.records)
    expect(innerHash(branches.left, branches.right)).toEqual(records)
    const honest = await questionFor(state, 'records', keyPool[3]!)
    const chain = honest.proof as Uint8Array
    const first = chain.subarray(0, chain.length - rootsProof(standing, records).length)
    const path = concat(varintField(1, 1), bytesField(2, concat(Uint8Array.of(1), standing)))
    const lie = concat(first, rootsProof(branches.left, branches.right, path))
    expect(reasons([{ ...honest, proof: concat(first, rootsProof(standing, records)) }])).toEqual([''])
    expect(reasons([{ ...honest, proof: lie }])).toEqual(['the roots are not those of the app hash'])
  })
})

function filled(key: Uint8Array): LeafChange {
  return { key, value: concat(Uint8Array.of(0, 1), key) }
}

/** The `ExistenceProof` out of the export of a leaf that is present. */
async function existenceOf(state: State, key: Uint8Array): Promise<Uint8Array> {
  const { proof } = await questionFor(state, 'records', key)
  return firstField(firstField(proof as Uint8Array))
}

/** What a message's first field holds; its length is a varint of one or two bytes. */
function firstField(message: Uint8Array): Uint8Array {
  const long = message[1]! >= 0x80
  const start = long ? 3 : 2
  const length = long ? (message[1]! & 0x7f) | (message[2]! << 7) : message[1]!
  return message.subarray(start, start + length)
}

/** The second proof of the chain as anybody could write it, honest without a path. */
function rootsProof(key: Uint8Array, value: Uint8Array, path: Uint8Array = new Uint8Array(0)): Uint8Array {
  const leaf = concat(varintField(1, 1), bytesField(5, Uint8Array.of(1)))
  const step = path.length === 0 ? path : messageField(4, path)
  return messageField(1, messageField(1, concat(bytesField(1, key), bytesField(2, value), messageField(3, leaf), step)))
}

/** The two branches below a tree's root: each is the highest sibling of a leaf on the other side. */
async function branchesOf(tree: MemoryTree): Promise<{ readonly left: Uint8Array; readonly right: Uint8Array }> {
  const order = modelOrder(tree.content)
  const [first, last] = [await tree.prove(order[0]!), await tree.prove(order.at(-1)!)]
  return { left: last.path.siblings.subarray(0, 32), right: first.path.siblings.subarray(0, 32) }
}
