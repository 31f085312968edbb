import { createHash } from 'node:crypto'
import { closeSync, fdatasync, openSync, readFileSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { durably } from './durably.ts'
import { replaceFile } from './replace-file.ts'

/** What a file of two slots holds: its newest value that is whole, and whether a slot is damaged. */
export type SlotContent = { readonly value: Uint8Array | undefined; readonly isDamaged: boolean }

const flushed = promisify(fdatasync)

type Slot = { readonly sequence: bigint; readonly value: Uint8Array }

const sequenceBytes = 8
const lengthBytes = 4
const digestBytes = 32

/** A slot is a page of the file system, which no write begins or ends inside of. */
const slotBytes = 4096
const fileBytes = 2 * slotBytes
export const maximumSlotValue = slotBytes - sequenceBytes - lengthBytes - digestBytes

/**
 * A small value that is replaced often: new values go by turns to one of two slots of a file that never changes its
 * size, so that one flush makes them durable. Replacing a whole file takes a flush of the file and one of its folder, each
 * with the file system's own journal. A write that a power loss cuts off damages the slot of the older value only.
 *
 *     file = slot, slot
 *     slot = sequence (8 bytes) | length (4) | value | zeros | SHA-256 of all before it, 4,096 bytes in all; or all zeros
 */
export class TwoSlots {
  readonly path: string
  /** What the file held when this process read or wrote it last; undefined: there was none. */
  #known: Uint8Array | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Undefined when there is no file; its bytes as `foreign` when it is no file of slots. */
  async read(): Promise<SlotContent | { readonly foreign: Uint8Array } | undefined> {
    this.#known = await bytesOf(this.path)
    if (this.#known === undefined) return undefined
    if (this.#known.length !== fileBytes) return { foreign: this.#known }
    const slots = slotsOf(this.#known)
    return { value: newest(slots)?.value, isDamaged: slots.includes('damaged') }
  }

  /**
   * Resolves when the value would survive a power loss. @returns false, with nothing written, when somebody else has
   * written to the file since.
   */
  async write(value: Uint8Array): Promise<boolean> {
    if (value.length > maximumSlotValue) throw new TypeError(`${value.length} bytes do not fit a slot`)
    return this.#known?.length === fileBytes ? await this.#overwrite(this.#known, value) : await this.#begin(value)
  }

  /** Makes the file, or takes the place of one that is none of slots. */
  async #begin(value: Uint8Array): Promise<boolean> {
    const found = await bytesOf(this.path)
    if (found === undefined ? this.#known !== undefined : !isSame(found, this.#known)) return false
    const bytes = new Uint8Array(fileBytes)
    bytes.set(encodeSlot({ sequence: 1n, value }))
    await replaceFile(this.path, bytes)
    this.#known = bytes
    return true
  }

  /**
   * Leaves the thread to others only while the disk works: each turn through the event loop of a busy process costs as
   * much as the disk does, and there would be five.
   */
  async #overwrite(known: Uint8Array, value: Uint8Array): Promise<boolean> {
    const slots = slotsOf(known)
    const last = newest(slots)
    const place = last !== undefined && slots[0] === last ? slotBytes : 0
    const bytes = Uint8Array.from(known)
    bytes.set(encodeSlot({ sequence: (last?.sequence ?? 0n) + 1n, value }), place)
    const file = openExisting(this.path)
    if (file === undefined) return false
    try {
      if (!isSame(readFileSync(file), known)) return false
      await durably('slot.write', async () => {
        const written = writeSync(file, bytes, place, slotBytes, place)
        // A disk may take less than it was given without an error: such a slot would be damaged, and nobody told.
        if (written !== slotBytes) throw new Error(`${this.path} took ${written} of ${slotBytes} bytes`)
        await flushed(file)
      })
      this.#known = bytes
      return true
    } finally {
      closeSync(file)
    }
  }
}

function encodeSlot({ sequence, value }: Slot): Uint8Array {
  const slot = new Uint8Array(slotBytes)
  const view = new DataView(slot.buffer)
  view.setBigUint64(0, sequence)
  view.setUint32(sequenceBytes, value.length)
  slot.set(value, sequenceBytes + lengthBytes)
  slot.set(digestOf(slot), slotBytes - digestBytes)
  return slot
}

type FoundSlot = Slot | 'empty' | 'damaged'

function slotsOf(file: Uint8Array): readonly [FoundSlot, FoundSlot] {
  return [decodeSlot(file.subarray(0, slotBytes)), decodeSlot(file.subarray(slotBytes))]
}

function decodeSlot(slot: Uint8Array): FoundSlot {
  if (slot.every((byte) => byte === 0)) return 'empty'
  if (!isSame(slot.subarray(slotBytes - digestBytes), digestOf(slot))) return 'damaged'
  const view = new DataView(slot.buffer, slot.byteOffset, slotBytes)
  const start = sequenceBytes + lengthBytes
  const length = view.getUint32(sequenceBytes)
  return { sequence: view.getBigUint64(0), value: slot.slice(start, start + length) }
}

function newest(slots: readonly [FoundSlot, FoundSlot]): Slot | undefined {
  const whole = slots.filter((slot) => typeof slot === 'object')
  return whole.reduce<Slot | undefined>(
    (best, slot) => (best === undefined || slot.sequence > best.sequence ? slot : best),
    undefined,
  )
}

function digestOf(slot: Uint8Array): Uint8Array {
  return createHash('sha256')
    .update(slot.subarray(0, slotBytes - digestBytes))
    .digest()
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return Uint8Array.from(await readFile(path))
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r+')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
