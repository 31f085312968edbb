import { concat, varintField } from '../codec/index.ts'
import type { Timestamp } from './types.ts'

/** The last second that a Timestamp can name: 9999-12-31T23:59:59Z. */
export const maximumTimestampSeconds = 253_402_300_799n

/** The first one, which is Go's zero time: 0001-01-01T00:00:00Z. */
export const minimumTimestampSeconds = -62_135_596_800n

const nanosecondsPerMillisecond = 1_000_000
const millisecondsPerSecond = 1000n

/** Milliseconds since 1970, floored: the ledger's block time. */
export function timestampToMilliseconds(time: Timestamp): bigint {
  return time.seconds * millisecondsPerSecond + BigInt(Math.floor(time.nanos / nanosecondsPerMillisecond))
}

/** The Timestamp of whole milliseconds since 1970, which may be negative. */
export function timestampFromMilliseconds(milliseconds: bigint): Timestamp {
  const rest = ((milliseconds % millisecondsPerSecond) + millisecondsPerSecond) % millisecondsPerSecond
  return {
    seconds: (milliseconds - rest) / millisecondsPerSecond,
    nanos: Number(rest) * nanosecondsPerMillisecond,
  }
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1
  return a.nanos - b.nanos
}

/** google.protobuf.Timestamp. */
export function encodeTimestamp(time: Timestamp): Uint8Array {
  return concat(varintField(1, time.seconds), varintField(2, time.nanos))
}
