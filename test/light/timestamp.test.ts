import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareTimestamps, timestampFromMilliseconds, timestampToMilliseconds } from '../../src/light/index.ts'
import { timestamp } from './arbitraries.ts'

describe('a timestamp', () => {
  it('is floored to milliseconds', () => {
    expect(timestampToMilliseconds({ seconds: 7n, nanos: 1_999_999 })).toBe(7001n)
    expect(timestampToMilliseconds({ seconds: -1n, nanos: 999_999_999 })).toBe(-1n)
  })

  it('comes back from milliseconds, before 1970 too', () => {
    expect(timestampFromMilliseconds(-1n)).toEqual({ seconds: -1n, nanos: 999_000_000 })
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 14n }), (milliseconds) => {
        expect(timestampToMilliseconds(timestampFromMilliseconds(milliseconds))).toBe(milliseconds)
      }),
    )
  })

  it('is ordered by seconds, then nanoseconds', () => {
    const nanoseconds = ({ seconds, nanos }: { seconds: bigint; nanos: number }) => seconds * 10n ** 9n + BigInt(nanos)
    fc.assert(
      fc.property(timestamp, timestamp, (a, b) => {
        const difference = nanoseconds(a) - nanoseconds(b)
        expect(Math.sign(compareTimestamps(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0)
      }),
    )
  })
})
