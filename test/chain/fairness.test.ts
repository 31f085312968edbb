/** Who floods gets a share of the room and of each block, never all of it; what is stuck keeps nobody waiting. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { takingTurns } from '../../src/chain/turns.ts'
import { type Arrival, WaitingTransactions } from '../../src/chain/waiting.ts'
import { utf8 } from '../../src/codec/index.ts'
import { refusalOf } from '../engine/refusal.ts'

const megabyte = 1024 * 1024

function arrival(sender: string, number: number, size: number, verify: Arrival['verify'] = async () => true): Arrival {
  const bytes = new Uint8Array(size)
  bytes.set(utf8(`${sender} ${number}`))
  return { id: `${sender} ${number}`, bytes, sender, validUntil: 10_000n, verify }
}

/** Lets a sender flood until it is refused. @returns how many were taken */
async function flood(waiting: WaitingTransactions, sender: string, size: number, from = 0): Promise<number> {
  for (let number = from; ; number++) {
    const code = await refusalOf(() => waiting.add(arrival(sender, number, size)))
    if (code === 'chain.over-quota') return number - from
    expect(code).toBe('nothing was refused')
  }
}

describe('the room for waiting transactions', () => {
  it('is half used by one that floods, to a third each by two, and never full', async () => {
    const waiting = new WaitingTransactions()
    expect(await flood(waiting, 'a', megabyte / 2)).toBe(16)
    expect(await flood(waiting, 'b', megabyte / 2)).toBe(8)
    expect(await flood(waiting, 'a', megabyte / 2, 16)).toBe(0)
    expect(() => waiting.requireRoom('honest', 4 * megabyte)).not.toThrow()
  })

  it('is shared by number as well as by bytes', async () => {
    const waiting = new WaitingTransactions()
    expect(await flood(waiting, 'a', 100)).toBe(2_500)
    expect(await flood(waiting, 'b', 100)).toBe(1_250)
  })

  it('comes back with blocks, with time, and when the engine has not taken something', async () => {
    const waiting = new WaitingTransactions()
    const before = await flood(waiting, 'a', megabyte)
    waiting.remove('a 0')
    expect(await flood(waiting, 'a', megabyte, 100)).toBe(1)
    waiting.expire(10_000n)
    expect(await flood(waiting, 'a', megabyte, 200)).toBe(0)
    waiting.expire(10_001n)
    expect(await flood(waiting, 'a', megabyte, 300)).toBe(before)
  })

  it('counts the same bytes once, and knows another envelope of the same payload', () => {
    const waiting = new WaitingTransactions()
    const one = arrival('a', 1, 100)
    waiting.add(one)
    waiting.add(one)
    expect(waiting.find(one.id, one.bytes.slice())).toBe('same')
    expect(waiting.find(one.id, utf8('other'))).toBe('other')
    expect(waiting.find('a 2', one.bytes)).toBeUndefined()
  })
})

describe('verification', () => {
  it('takes turns: one of another sender does not wait for the rest of a flood', async () => {
    const order: string[] = []
    const gates: (() => void)[] = []
    const verify = (name: string) => async () => {
      order.push(name)
      await new Promise<void>((resolve) => gates.push(resolve))
    }
    const waiting = new WaitingTransactions()
    for (let number = 0; number < 6; number++)
      waiting.add(arrival('flood', number, megabyte, verify(`flood ${number}`)))
    waiting.add(arrival('honest', 0, megabyte, verify('honest')))
    while (gates.length > 0) {
      gates.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(order.slice(0, 3)).toContain('honest')
    expect(order.length).toBe(7)
    expect(waiting.isReady('honest 0')).toBe(true)
  })

  it('that fails or hangs is waited for within bounds, and makes nothing ready that is not', async () => {
    const waiting = new WaitingTransactions()
    waiting.add(arrival('a', 0, 100, () => new Promise(() => undefined)))
    waiting.add(arrival('a', 1, 100, () => Promise.reject(new Error('a surprise'))))
    waiting.add(arrival('b', 0, 100))
    await waiting.whenReady(['a 0', 'a 1', 'b 0'], 20)
    // One that failed goes into a block, which meets the failure; one that hangs does not.
    expect(['a 0', 'a 1', 'b 0', 'unknown'].map((id) => waiting.isReady(id))).toEqual([false, true, true, true])
  })
})

describe('turns', () => {
  it('hold everything once, keep the order of each sender, and give each one of the first places', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 }),
        fc.bigInt({ min: 0n, max: 1_000n }),
        (senders, height) => {
          const items = senders.map((sender, number) => ({ sender, number }))
          const ordered = takingTurns(items, height)
          expect(ordered.toSorted((a, b) => a.number - b.number)).toEqual(items)
          const distinct = new Set(senders)
          expect(new Set(ordered.slice(0, distinct.size).map(({ sender }) => sender))).toEqual(distinct)
          for (const sender of distinct) {
            const own = ordered.filter((item) => item.sender === sender).map(({ number }) => number)
            expect(own).toEqual(own.toSorted((a, b) => a - b))
          }
        },
      ),
    )
  })

  it('begin with another sender at the next height', () => {
    const items = ['a', 'b', 'c'].map((sender) => ({ sender }))
    expect([0n, 1n, 2n].map((height) => takingTurns(items, height)[0]?.sender)).toEqual(['a', 'b', 'c'])
  })
})
