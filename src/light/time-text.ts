import { timestampFromMilliseconds } from './timestamp.ts'
import type { Timestamp } from './types.ts'

/** RFC 3339 section 5.6 in UTC with up to nine decimals, as Go prints a time: no trailing zeros. */
const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{0,8}[1-9]))?Z$/

/** The Timestamp of a time as CometBFT prints it; undefined for any other text. */
export function parseTime(text: string): Timestamp | undefined {
  const [, whole, fraction = ''] = pattern.exec(text) ?? []
  if (whole === undefined) return undefined
  const milliseconds = Date.parse(`${whole}Z`)
  // A day that no month has is carried over by some parsers: only what prints the same was a time.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== `${whole}.000Z`) return undefined
  return { seconds: timestampFromMilliseconds(BigInt(milliseconds)).seconds, nanos: Number(fraction.padEnd(9, '0')) }
}

export function formatTime(time: Timestamp): string {
  const whole = new Date(Number(time.seconds) * 1000).toISOString().slice(0, -'.000Z'.length)
  const fraction = String(time.nanos).padStart(9, '0').replace(/0+$/, '')
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`
}
