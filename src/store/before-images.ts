/**
 * What the keys of a block held before it, all in one value. The state at an earlier height is today's rows, taken back
 * block by block.
 *
 *     before-images = table, table, table | SHA-256 of the height (8 bytes) and all before it
 *     table         = entry count (4 bytes) | entries in the order of their keys
 *     entry         = key length (2) | key | form (1) | the form's content
 *
 *     form 0, absent
 *     form 1, whole:      length (4) | bytes
 *     form 2, difference: equal bytes at the start (4) and the end (4) | length (4) | what stood between them
 *
 * A page of the state tree mostly changes in one place of sixteen, but also in the masks at its head: a difference has
 * the first bytes whole, and looks for what is equal behind them.
 */
import { createHash } from 'node:crypto'
import { compareBytes, concat, equalBytes, uint64Bytes } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { ByteWriter } from './byte-writer.ts'
import { storeError } from './errors.ts'
import type { BlockWrite, Change, StoreTable } from './port.ts'

const tables = ['records', 'indexes', 'pages'] as const satisfies readonly StoreTable[]
const form = { absent: 0, whole: 1, difference: 2 } as const
const digestBytes = 32

/** How many bytes at the head of a value a difference has whole. */
const headBytes = 4

/** Bytes of a difference that stand for no content. */
const differenceOverhead = 12 + headBytes

/** `block`'s changes are in the order of their keys. */
export function encodeBeforeImages(block: Pick<BlockWrite, 'height' | StoreTable>): Uint8Array {
  const entries = tables.map((table) => block[table].map(planEntry))
  const size = entries.flat().reduce((sum, { bytes }) => sum + bytes, digestBytes + 4 * tables.length)
  const writer = new ByteWriter(size)
  for (const list of entries) {
    writer.uint32(list.length)
    for (const entry of list) writeEntry(writer, entry)
  }
  writer.append(digestOf(block.height, writer.bytes.subarray(0, writer.offset)))
  return writer.bytes
}

function writeEntry(writer: ByteWriter, { change: { key, before }, difference }: Entry): void {
  writer.uint16(key.length)
  writer.append(key)
  if (before === null) {
    writer.uint8(form.absent)
  } else if (difference === undefined) {
    writer.uint8(form.whole)
    writer.uint32(before.length)
    writer.append(before)
  } else {
    const { start, end } = difference
    writer.uint8(form.difference)
    writer.uint32(start)
    writer.uint32(end)
    writer.uint32(before.length - start - end)
    writer.append(before.subarray(0, headBytes))
    writer.append(before.subarray(headBytes + start, before.length - end))
  }
}

type Difference = { readonly start: number; readonly end: number }
type Entry = { readonly change: Change; readonly bytes: number; readonly difference: Difference | undefined }

function planEntry(change: Change): Entry {
  const { key, before, after } = change
  if (key.length > 0xffff) throw new TypeError(`a key of ${key.length} bytes`)
  const fixed = 2 + key.length + 1
  if (before === null) return { change, bytes: fixed, difference: undefined }
  const difference = after === null ? undefined : differenceBetween(before, after)
  if (difference === undefined) return { change, bytes: fixed + 4 + before.length, difference }
  return { change, bytes: fixed + 12 + before.length - difference.start - difference.end, difference }
}

/** What is equal behind the head, counted from its end and from the value's; undefined when it would save nothing. */
function differenceBetween(before: Uint8Array, after: Uint8Array): Difference | undefined {
  const shared = Math.min(before.length, after.length) - headBytes
  let start = 0
  while (start < shared && before[headBytes + start] === after[headBytes + start]) start++
  let end = 0
  while (end < shared - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  return start + end > differenceOverhead ? { start, end } : undefined
}

/** The before-images of one block, to be looked up by key. */
export class BeforeImages {
  readonly height: bigint
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Where each entry starts, table by table. */
  readonly #entries: Readonly<Record<StoreTable, Uint32Array>>

  /** @throws store.before-images when they are not as they were written */
  constructor(height: bigint, bytes: Uint8Array) {
    this.height = height
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const content = bytes.length - digestBytes
    if (content < 0 || !equalBytes(digestOf(height, bytes.subarray(0, content)), bytes.subarray(content))) {
      throw storeError('before-images', { height })
    }
    let offset = 0
    const entriesOf = () => {
      const starts = new Uint32Array(this.#view.getUint32(offset))
      offset += 4
      for (let index = 0; index < starts.length; index++) {
        starts[index] = offset
        offset = this.#endOf(offset)
      }
      return starts
    }
    this.#entries = { records: entriesOf(), indexes: entriesOf(), pages: entriesOf() }
  }

  /** What a key held before the block that left it at `after`. */
  before(table: StoreTable, key: Uint8Array, after: Uint8Array | null): Uint8Array | null {
    const entry = this.#find(table, key)
    if (entry === undefined) return after
    const content = entry + 2 + key.length + 1
    switch (this.#bytes[content - 1]) {
      case form.absent:
        return null
      case form.whole:
        return this.#bytes.subarray(content + 4, content + 4 + this.#view.getUint32(content))
      default:
        return this.#restore(content, after)
    }
  }

  /** A value that the block's difference does not fit was not written by it: whoever checks it will find that out. */
  #restore(content: number, after: Uint8Array | null): Uint8Array | null {
    if (after === null) return null
    const start = this.#view.getUint32(content)
    const end = this.#view.getUint32(content + 4)
    const head = content + 12
    const middle = head + headBytes
    return concat(
      this.#bytes.subarray(head, middle),
      after.subarray(headBytes, headBytes + start),
      this.#bytes.subarray(middle, head + this.#view.getUint32(content + 8)),
      after.subarray(after.length - end),
    )
  }

  #find(table: StoreTable, key: Uint8Array): number | undefined {
    const entries = this.#entries[table]
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      const entry = entries[middle] ?? 0
      const order = compareBytes(this.#bytes.subarray(entry + 2, entry + 2 + this.#view.getUint16(entry)), key)
      if (order === 0) return entry
      if (order < 0) low = middle + 1
      else high = middle
    }
    return undefined
  }

  #endOf(entry: number): number {
    const content = entry + 2 + this.#view.getUint16(entry) + 1
    switch (this.#bytes[content - 1]) {
      case form.absent:
        return content
      case form.whole:
        return content + 4 + this.#view.getUint32(content)
      default:
        return content + 12 + this.#view.getUint32(content + 8)
    }
  }
}

function digestOf(height: bigint, bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(uint64Bytes(height)).update(bytes).digest()
}

/** Whether bytes are the before-images of the block of a height, as they were written. */
export function areBeforeImages(height: bigint, bytes: Uint8Array): boolean {
  try {
    return new BeforeImages(height, bytes).height === height
  } catch (error) {
    if (error instanceof CommonrootError) return false
    throw error
  }
}
