import { describe, expect, it } from 'vitest'
import { requireHead, writeBlockOnce } from '../../src/chain/block-writing.ts'
import { Recovery } from '../../src/chain/recovery.ts'
import type { BlockWrite, Head, StoredBlock } from '../../src/store/index.ts'
import { storeError } from '../../src/store/index.ts'
import { blockAt } from '../store/blocks.ts'

const away = () => storeError('unavailable', { reason: 'the connection was lost' })

/** What becomes of one attempt to write: what is stored then, and what the caller hears. */
type Attempt = { readonly stores?: StoredBlock; readonly throws?: Error }

const before = stored(blockAt(7n))
const block = blockAt(8n)

function stored({ height, time, root, block: bytes, results, events }: BlockWrite): StoredBlock {
  return { height, time, root, block: bytes, results, events }
}

/** A store whose writes go as they are told, one after the other, and afterwards as they should. */
function storeWith(attempts: readonly Attempt[], first: StoredBlock | undefined = before) {
  let head = first
  let writes = 0
  return {
    get writes() {
      return writes
    },
    head: async () => head,
    block: async (height: bigint) => (head?.height === height ? head : undefined),
    write: async (given: BlockWrite) => {
      const attempt = attempts[writes++] ?? { stores: stored(given) }
      if (attempt.stores !== undefined) head = attempt.stores
      if (attempt.throws !== undefined) throw attempt.throws
    },
  }
}

describe('a block whose COMMIT got no answer', () => {
  it('is not written again when it is there', async () => {
    const store = storeWith([{ stores: stored(block), throws: away() }])
    await writeBlockOnce(store, new Recovery(), block, before)
    expect(store.writes).toBe(1)
  })

  it('is written again when it is not there', async () => {
    const store = storeWith([{ throws: away() }, { throws: away() }])
    await writeBlockOnce(store, new Recovery(), block, before)
    expect(store.writes).toBe(3)
    expect((await store.head())?.height).toBe(8n)
  })

  it('is there once when the COMMIT gets through between the look and the next write', async () => {
    const late = { stores: stored(block), throws: storeError('not-next', { height: 8n, head: 8n }) }
    const store = storeWith([{ throws: away() }, late])
    await writeBlockOnce(store, new Recovery(), block, before)
    expect(store.writes).toBe(2)
  })

  it('is a genesis when nothing was stored before', async () => {
    const genesis = blockAt(0n)
    const store = storeWith([{ throws: away() }])
    await writeBlockOnce({ ...store, head: async () => undefined }, new Recovery(), genesis, undefined)
    expect(store.writes).toBe(2)
  })

  it.each([
    ['the same height with the same root and other bytes', { ...stored(block), block: new Uint8Array([1]) }],
    ['the same height with another root', { ...stored(block), root: new Uint8Array(32).fill(9) }],
    ['a later height', stored(blockAt(9n))],
    ['another block at the height before', { ...before, time: before.time + 1n }],
  ])('is not written over what somebody else has written: %s', async (_what, theirs) => {
    const store = storeWith([{ stores: theirs, throws: away() }])
    await expect(writeBlockOnce(store, new Recovery(), block, before)).rejects.toMatchObject({
      code: 'chain.overtaken',
    })
    expect(store.writes).toBe(1)
  })
})

it.each([
  storeError('not-next', { height: 8n, head: 8n }),
  storeError('refused', { reason: 'x', state: '42P01' }),
  storeError('in-use', { chain: 'a' }),
])('a refusal that is no outage is passed on at once', async (refusal) => {
  const store = storeWith([{ throws: refusal }])
  await expect(writeBlockOnce(store, new Recovery(), block, before)).rejects.toBe(refusal)
  expect(store.writes).toBe(1)
})

it('a database that was emptied meanwhile is not the one that the chain knows', () => {
  const head: Head = before
  expect(() => requireHead(undefined, head)).toThrow(expect.objectContaining({ code: 'chain.overtaken' }))
  expect(() => requireHead(head, undefined)).toThrow(expect.objectContaining({ code: 'chain.overtaken' }))
  expect(() => requireHead({ ...head }, head)).not.toThrow()
})
