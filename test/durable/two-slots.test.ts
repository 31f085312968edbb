import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { maximumSlotValue, TwoSlots } from '../../src/durable/index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'two-slots-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
const newPath = () => path.join(folder, `${count++}`)
const values = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 })

async function written(place: string, list: readonly Uint8Array[]): Promise<TwoSlots> {
  const slots = new TwoSlots(place)
  expect(await slots.read()).toBeUndefined()
  for (const value of list) expect(await slots.write(value)).toBe(true)
  return slots
}

async function readValue(place: string): Promise<Uint8Array | undefined> {
  const found = await new TwoSlots(place).read()
  return found !== undefined && 'value' in found ? found.value : undefined
}

describe('TwoSlots', () => {
  it('gives back what was written last, whoever reads it', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (list) => {
        const place = newPath()
        const slots = await written(place, list)
        expect(await slots.read()).toEqual({ value: list.at(-1), isDamaged: false })
        expect(await readValue(place)).toEqual(list.at(-1))
      }),
      { numRuns: 30 },
    )
  })

  it('holds the old or the new value wherever a power loss cuts a write off', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.uint8Array({ maxLength: 300 }), fc.nat(8192), async (list, next, cut) => {
        const place = newPath()
        const slots = await written(place, list)
        const before = readFileSync(place)
        await slots.write(next)
        const after = readFileSync(place)
        expect(after).toHaveLength(before.length)
        writeFileSync(place, Buffer.concat([after.subarray(0, cut), before.subarray(cut)]))
        expect([list.at(-1), next]).toContainEqual(await readValue(place))
      }),
      { numRuns: 60 },
    )
  })

  it('never gives back what was not written, whichever bit is flipped, and says that a slot is damaged', async () => {
    const list = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
    const place = newPath()
    await written(place, list)
    const sound = readFileSync(place)
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * sound.length - 1), async (bit) => {
        const changed = Uint8Array.from(sound)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        writeFileSync(place, changed)
        const found = await new TwoSlots(place).read()
        expect(found).toMatchObject({ isDamaged: true })
        expect([list[1], list[2]]).toContainEqual(await readValue(place))
      }),
      { numRuns: 200 },
    )
  })

  it('goes on after damage, and the next write mends it', async () => {
    const place = newPath()
    await written(place, [Uint8Array.of(1), Uint8Array.of(2)])
    const bytes = readFileSync(place)
    bytes[20]! ^= 1
    writeFileSync(place, bytes)
    const slots = new TwoSlots(place)
    expect(await slots.read()).toEqual({ value: Uint8Array.of(2), isDamaged: true })
    expect(await slots.write(Uint8Array.of(3))).toBe(true)
    expect(await new TwoSlots(place).read()).toEqual({ value: Uint8Array.of(3), isDamaged: false })
  })

  it('writes nothing once somebody else has written or removed the file', async () => {
    const place = newPath()
    const slots = await written(place, [Uint8Array.of(1)])
    const other = new TwoSlots(place)
    await other.read()
    expect(await other.write(Uint8Array.of(2))).toBe(true)
    expect(await slots.write(Uint8Array.of(3))).toBe(false)
    expect(await readValue(place)).toEqual(Uint8Array.of(2))
    rmSync(place)
    expect(await other.write(Uint8Array.of(3))).toBe(false)
    const late = new TwoSlots(place)
    await written(place, [Uint8Array.of(4)])
    expect(await late.write(Uint8Array.of(5))).toBe(false)
    expect(await readValue(place)).toEqual(Uint8Array.of(4))
  })

  it('takes the place of a file of another form, which its reader is shown', async () => {
    const place = newPath()
    writeFileSync(place, 'another form')
    const slots = new TwoSlots(place)
    expect(await slots.read()).toEqual({ foreign: new TextEncoder().encode('another form') })
    expect(await slots.write(Uint8Array.of(1))).toBe(true)
    expect(await readValue(place)).toEqual(Uint8Array.of(1))
  })

  it('takes values up to the size of a slot', async () => {
    const largest = new Uint8Array(maximumSlotValue).fill(7)
    const place = newPath()
    const slots = await written(place, [largest])
    expect(await readValue(place)).toEqual(largest)
    await expect(slots.write(new Uint8Array(maximumSlotValue + 1))).rejects.toThrow(TypeError)
  })
})
