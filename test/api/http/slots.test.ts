import { describe, expect, it } from 'vitest'
import { apiError } from '../../../api/errors.ts'
import { Slots } from '../../../api/http/slots.ts'

const full = (limit: number) => apiError('too-many-submissions', { limit })

describe('a slot', () => {
  it('is refused when all are taken, and free again after the client has left', () => {
    const slots = new Slots(1, full)
    const slot = slots.take()
    expect(() => slots.take()).toThrow('1 submissions are being worked on')
    slot.leave()
    slot.leave()
    expect(slots.taken).toBe(0)
    slots.take()
  })

  it('stays taken while there is work for a client that has left', async () => {
    const slots = new Slots(1, full)
    const slot = slots.take()
    const { promise, resolve } = Promise.withResolvers<string>()
    const work = slot.during(() => promise)
    slot.leave()
    expect(slots.taken).toBe(1)
    resolve('done')
    expect(await work).toBe('done')
    expect(slots.taken).toBe(0)
  })

  it('stays taken until the client has its answer', async () => {
    const slots = new Slots(1, full)
    const slot = slots.take()
    await slot.during(async () => undefined)
    expect(slots.taken).toBe(1)
    slot.leave()
    expect(slots.taken).toBe(0)
  })

  it('is free after work that failed', async () => {
    const slots = new Slots(1, full)
    const slot = slots.take()
    await expect(slot.during(() => Promise.reject(new TypeError('no')))).rejects.toThrow('no')
    slot.leave()
    expect(slots.taken).toBe(0)
  })
})
