/** Times in text (RFC 3339), as CometBFT's JSON has them. */
import { maximumTimestampSeconds, minimumTimestampSeconds, timestampFromMilliseconds } from './timestamp.ts'
import type { Timestamp } from './types.ts'

/** RFC 3339 section 5.6 in capital letters, with up to nine decimals. */
const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** The Timestamp of a time; undefined for any other text, and for leap seconds, which a Timestamp can't name. */
export function parseTime(text: string): Timestamp | undefined {
  const [, whole, fraction = '', sign, hours = '0', minutes = '0'] = pattern.exec(text) ?? []
  if (whole === undefined) return undefined
  const local = Date.parse(`${whole}Z`)
  // A day that no month has is carried over by some parsers: only what prints the same was a time.
  if (Number.isNaN(local) || new Date(local).toISOString() !== `${whole}.000Z`) return undefined
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1)
  const seconds = timestampFromMilliseconds(BigInt(local)).seconds - BigInt(offset)
  if (seconds < minimumTimestampSeconds || seconds > maximumTimestampSeconds) return undefined
  return { seconds, nanos: Number(fraction.padEnd(9, '0')) }
}

/** As Go prints it: in UTC, without trailing zeros. */
export function formatTime(time: Timestamp): string {
  const whole = new Date(Number(time.seconds) * 1000).toISOString().slice(0, -'.000Z'.length)
  const fraction = String(time.nanos).padStart(9, '0').replace(/0+$/, '')
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`
}
