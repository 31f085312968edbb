import { describe, expect, it } from 'vitest'
import { firstPause, longestPause, type Outage, Recovery } from '../../src/chain/recovery.ts'
import { storeError } from '../../src/store/index.ts'

const away = () => storeError('unavailable', { reason: 'away' })

/** Work that the store refuses so many times. */
function failing(times: number) {
  const attempts: number[] = []
  const repeated: boolean[] = []
  return {
    attempts,
    repeated,
    work: async (isRepeated: boolean) => {
      attempts.push(performance.now())
      repeated.push(isRepeated)
      if (attempts.length <= times) throw away()
      return 'done'
    },
  }
}

describe('work that meets an outage', () => {
  it('is done again after pauses that grow up to a bound, and knows that it is', async () => {
    const { attempts, repeated, work } = failing(6)
    expect(await new Recovery().persist(work)).toBe('done')
    const pauses = attempts.slice(1).map((time, index) => time - (attempts[index] ?? time))
    // Clocks and timers differ by a millisecond.
    const least = [1, 2, 4, 8, 16, 32].map((factor) => Math.min(firstPause * factor, longestPause) - 2)
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(least[index] ?? 0)
    expect(repeated).toEqual([false, true, true, true, true, true, true])
  })

  it('tells of the outage once, however many wait, and of its end when the last is through', async () => {
    const changes: (Outage | undefined)[] = []
    const recovery = new Recovery((outage) => changes.push(outage))
    await Promise.all([recovery.persist(failing(1).work), recovery.persist(failing(3).work)])
    expect(changes).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'store.unavailable' }) }),
      undefined,
    ])
    expect(recovery.outage).toBeUndefined()
  })

  it('is given up with the reason of the store when nobody waits any more', async () => {
    const recovery = new Recovery()
    const waiting = recovery.persist(failing(1_000).work)
    expect(recovery.outage).toBeUndefined()
    await expect.poll(() => recovery.outage).toBeDefined()
    recovery.giveUp()
    await expect(waiting).rejects.toMatchObject({ code: 'store.unavailable' })
    await expect(recovery.persist(failing(1).work)).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(recovery.outage).toBeUndefined()
  })
})

it('anything else that is thrown is passed on, with the outage that came before it forgotten', async () => {
  const recovery = new Recovery()
  const cause = storeError('refused', { reason: 'x', state: '42P01' })
  const work = async (isRepeated: boolean) => {
    throw isRepeated ? cause : away()
  }
  await expect(recovery.persist(work)).rejects.toBe(cause)
  expect(recovery.outage).toBeUndefined()
})
